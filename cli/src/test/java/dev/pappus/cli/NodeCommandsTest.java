package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** deploy, ls and invoke against a node. */
@NeedsKvm
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NodeCommandsTest {
  @TempDir private Path folder;
  private DemoNode node;

  @BeforeAll
  void startNode() throws IOException {
    node = DemoNode.start("127.0.0.1:1");
    assertThat(node.unavailability()).isNull();
  }

  @AfterAll
  void stopNode() {
    node.close();
  }

  @Test
  void aFunctionIsDeployedListedAndInvoked() {
    CommandRun deployed = run("deploy", elf("greet"));
    assertThat(deployed.exitCode()).as(deployed.err()).isZero();
    assertThat(deployed.out()).isEmpty();
    assertThat(deployed.err()).contains("function greet created");
    assertThat(run("deploy", elf("greet")).err()).contains("unchanged");
    assertThat(run("ls").out()).contains("greet", "compute", "names", "greetings");
    CommandRun listed = run("ls", "-o", "json");
    assertThat(listed.json().objects("functions"))
        .anySatisfy(each -> assertThat(each.text("name")).isEqualTo("greet"));

    CommandRun invoked = run("invoke", "greet", "-d", "Wörld", "-v");
    assertThat(invoked.exitCode()).isZero();
    assertThat(invoked.out()).isEqualTo("Hello, Wörld!\n");
    assertThat(invoked.err()).contains("queue;dur=", "run;dur=", "start: ", "invocation: ");
  }

  @Test
  void dataComesFromFilesAndStandardInput() throws IOException {
    run("deploy", elf("greet"));
    Path file = Files.writeString(folder.resolve("name"), " a File\n# of 'two' lines");
    assertThat(run("invoke", "greet", "-d", "@" + file).out())
        .isEqualTo("Hello,  a File\n# of 'two' lines!\n");
    CommandRun piped =
        CommandRun.with(
            Map.of("PAPPUS_SERVER", node.adminAddress().toString()),
            "Pipe".getBytes(StandardCharsets.UTF_8),
            "invoke",
            "greet",
            "-d",
            "-");
    assertThat(piped.out()).isEqualTo("Hello, Pipe!\n");
    assertThat(run("invoke", "greet", "-d", "@" + folder + "/absent").exitCode())
        .isEqualTo(ExitCode.FAILED);
  }

  @Test
  void aBinaryThatNamesNoSetsIsDeployedWithOptions() {
    CommandRun deployed =
        run(
            "deploy",
            elf("hostile"),
            "--name",
            "tester",
            "--in",
            "mode",
            "--out",
            "result,other",
            "--memory",
            "16MiB",
            "-o",
            "json");
    assertThat(deployed.exitCode()).as(deployed.err()).isZero();
    assertThat(deployed.out()).contains("\"tester\"", "16777216");
  }

  @Test
  void aFailureOfTheFunctionIsExplained() {
    run("deploy", elf("hostile"));
    CommandRun fault = run("invoke", "hostile", "-d", "null_write");
    assertThat(fault.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(fault.out()).isEmpty();
    assertThat(fault.err())
        .contains("error:", "guest_fault", "address 0x10", "null_write")
        .doesNotContain("Exception");
    CommandRun words = run("invoke", "hostile", "-d", "print_and_fail");
    assertThat(words.err()).contains("last words:", "the last words of a function");
  }

  @Test
  void anUnknownNameIsNotFoundWithASuggestion() {
    run("deploy", elf("greet"));
    CommandRun run = run("invoke", "gret");
    assertThat(run.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(run.err()).contains("did you mean 'greet'?");
  }

  @Test
  void compositionsAreDeployedAfterTheFunctionsTheyName() throws IOException {
    Path dag =
        Files.writeString(
            folder.resolve("twice.dag"),
            """
            function greet (names) => (greetings);
            composition twice (names) => (greetings) {
                greet (names = all names) => (once = greetings);
                greet (names = all once) => (greetings = greetings);
            }
            """);
    CommandRun deployed = run("deploy", dag.toString(), elf("greet"));
    assertThat(deployed.exitCode()).as(deployed.err()).isZero();
    assertThat(deployed.err()).contains("composition twice created");
    assertThat(run("invoke", "twice", "-d", "x").out()).isEqualTo("Hello, Hello, x!\n!\n");
  }

  @Test
  void errorsInACompositionComeWithExcerpts() throws IOException {
    Path dag =
        Files.writeString(
            folder.resolve("wrong.dag"),
            "composition w (a) => (b) {\n    nope (x = all a) => ();\n}\n");
    CommandRun run = run("deploy", dag.toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).contains("composition_invalid", dag + ":2:", "^", "nope");
  }

  @Test
  void aNodesRefusalToInvokeItsOwnFunctionsIsForbidden() {
    CommandRun run = run("invoke", "HTTP", "-d", "GET http://127.0.0.1:1/ HTTP/1.1\n\n");
    assertThat(run.exitCode()).isEqualTo(ExitCode.FORBIDDEN);
  }

  @Test
  void aMalformedBinaryIsRefusedByTheNode() throws IOException {
    Path cut = folder.resolve("cut.elf");
    Files.write(cut, java.util.Arrays.copyOf(Files.readAllBytes(Path.of(elf("greet"))), 100));
    CommandRun run = run("deploy", cut.toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).contains("bad_binary", "hint:");
  }

  private static String elf(String name) {
    return CommandRun.GUEST_BUILD.resolve(name + ".elf").toString();
  }

  private CommandRun run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--server");
    all.add(node.adminAddress().toString());
    return CommandRun.of(all.toArray(String[]::new));
  }
}
