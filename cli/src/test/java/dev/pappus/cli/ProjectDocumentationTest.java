package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The session in docs/project.md, typed into a shell. */
class ProjectDocumentationTest {
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh\\n(.*?)^```$");

  @TempDir private Path folder;

  @Test
  void theSessionWorksAsItIsWritten() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String script =
        """
        set -eux
        pappus() {
          "$JAVA" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED \\
            "-Dpappus.home=$ROOT" "-Dpappus.guest.build=$GUEST" -cp "$CLASSES" dev.pappus.cli.Main "$@"
        }
        """
            + session();
    ProcessBuilder shell =
        new ProcessBuilder("sh", "-c", script).directory(folder.toFile()).redirectErrorStream(true);
    shell.environment().keySet().removeIf(name -> name.startsWith("PAPPUS_"));
    shell.environment().put("JAVA", java);
    shell.environment().put("ROOT", CommandRun.ROOT.toString());
    shell.environment().put("GUEST", CommandRun.GUEST_BUILD.toString());
    shell.environment().put("CLASSES", System.getProperty("java.class.path"));
    shell.environment().put("HOME", folder.toString());
    Process process = shell.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(text).isZero();
    assertThat(text)
        .contains("1 passed, 0 failed", "updated two", "2 passed, 0 failed", "\"passed\":1");
    assertThat(folder.resolve("hello/tests/two/out/greetings/first")).hasContent("Hello, Ada!");
  }

  private static String session() throws IOException {
    StringBuilder session = new StringBuilder();
    Matcher block = BLOCK.matcher(Files.readString(CommandRun.ROOT.resolve("docs/project.md")));
    while (block.find()) {
      session.append(block.group(1));
    }
    assertThat(session.toString()).contains("pappus new", "pappus build", "pappus test");
    return session.toString();
  }
}
