package dev.pappus.dispatcher;

import static dev.pappus.dispatcher.TestNode.outputs;
import static dev.pappus.dispatcher.TestNode.set;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.dispatcher.Registry.OnConflict;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node killed while it registers: what it has acknowledged is there when it starts again. */
class CrashTest {
  private static final int ROUNDS = 3;

  @TempDir Path folder;

  /** Registers for ever; prints the name of each thing once it is registered. */
  public static void main(String[] arguments) {
    TestNode node = node(Path.of(arguments[0]));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    out.println("ready");
    for (int i = 0; ; i++) {
      String function = "f" + arguments[1] + "_" + i;
      node.dispatcher
          .registry()
          .registerFunction(
              TestNode.spec(function, List.of("in"), List.of("out")),
              JavaDriver.binary("copy", function),
              OnConflict.REFUSE);
      out.println(function);
      String composition = "c" + arguments[1] + "_" + i;
      node.compositions(
          "function %1$s (in) => (out); composition %2$s (a) => (b) {%1$s (in = all a) => (b = out);}"
              .formatted(function, composition));
      out.println(composition);
    }
  }

  private static TestNode node(Path data) {
    JavaDriver driver = new JavaDriver().define("copy", Functions::copy);
    return TestNode.in(data).driver(driver).start();
  }

  @Test
  void acknowledgedRegistrationsSurviveKill() throws IOException, InterruptedException {
    long seed = Long.getLong("pappus.seed", System.nanoTime());
    Random random = new Random(seed);
    List<String> acknowledged = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      acknowledged.addAll(killAfter(random.nextInt(30), round));
      try (TestNode node = node(folder)) {
        for (String name : acknowledged) {
          assertThat(node.dispatcher.registry().find(name))
              .as("%s, seed %d", name, seed)
              .isPresent();
          outputs(node.run(name, set("x")));
        }
      }
    }
    assertThat(acknowledged).isNotEmpty();
  }

  private List<String> killAfter(int names, int round) throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                CrashTest.class.getName(),
                folder.toString(),
                Integer.toString(round))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<String> acknowledged = new ArrayList<>();
    try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).isEqualTo("ready");
      while (acknowledged.size() < names) {
        String line = out.readLine();
        assertThat(line).as("the child ended by itself").isNotNull();
        acknowledged.add(line);
      }
      child.destroyForcibly();
    } finally {
      child.destroyForcibly();
      child.waitFor();
    }
    return acknowledged;
  }
}
