package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class RawArgumentsTest {
  @Test
  void withoutACommandLineTextIsUtf8() {
    assertThat(RawArguments.none().bytes("ä")).isEqualTo("ä".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void bytesThatAreNoTextReachTheProgram() throws Exception {
    String script =
        "exec \"$0\" -cp \"$1\" dev.pappus.cli.RawArgumentsTest "
            + "first \"$(printf '\\303\\244\\377')\" \"--option=$(printf '\\376=x')\"";
    ProcessBuilder shell =
        new ProcessBuilder(
            "sh",
            "-c",
            script,
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            System.getProperty("java.class.path"));
    shell.environment().put("LC_ALL", "C.UTF-8");
    Process process = shell.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
        .isEqualTo("c3a4ff fe3d78");
    assertThat(process.waitFor()).isZero();
  }

  /** What the test starts: prints the bytes of its second argument, and of its option's value. */
  public static void main(String[] arguments) {
    RawArguments raw = RawArguments.ofProcess(arguments);
    String option = arguments[2].substring(arguments[2].indexOf('=') + 1);
    System.out.print(
        HexFormat.of().formatHex(raw.bytes(arguments[1]))
            + " "
            + HexFormat.of().formatHex(raw.bytes(option)));
  }
}
