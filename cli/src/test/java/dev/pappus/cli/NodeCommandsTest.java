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
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NodeCommandsTest {
  @TempDir private Path folder;
  private DemoNode node;

  @BeforeAll
  void startNode() throws IOException {
    node = DemoNode.start("127.0.0.1:1");
  }

  @AfterAll
  void stopNode() {
    node.close();
  }

  @Test
  void aFunctionIsDeployedListedAndInvoked() {
    CommandRun deployed = run("deploy", elf("greet"), "--name", "welcome");
    assertThat(deployed.exitCode()).as(deployed.err()).isZero();
    assertThat(deployed.out()).isEmpty();
    assertThat(deployed.err()).contains("function welcome created");
    assertThat(run("deploy", elf("greet"), "--name", "welcome").err()).contains("unchanged");
    assertThat(run("ls").out()).contains("welcome", "compute", "names", "greetings");
    CommandRun listed = run("ls", "-o", "json");
    assertThat(listed.json().objects("functions"))
        .anySatisfy(each -> assertThat(each.text("name")).isEqualTo("welcome"));

    CommandRun invoked = run("invoke", "welcome", "-d", "Wörld", "-v");
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
    for (String standardInput : List.of("-", "@-")) {
      CommandRun piped =
          CommandRun.with(
              Map.of("PAPPUS_SERVER", node.adminAddress().toString()),
              "Pipe".getBytes(StandardCharsets.UTF_8),
              "invoke",
              "greet",
              "-d",
              standardInput);
      assertThat(piped.out()).as(standardInput).isEqualTo("Hello, Pipe!\n");
    }
    assertThat(run("invoke", "greet", "-d", "@" + folder + "/absent").exitCode())
        .isEqualTo(ExitCode.NOT_FOUND);
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

  @Test
  void wholeSetsGoInAndComeOut() throws IOException {
    run("deploy", elf("greet"));
    Path out = folder.resolve("out");
    CommandRun written =
        run(
            "invoke",
            "greet",
            "--set",
            "names:1/a=Ada",
            "--set",
            "names/b=Bob",
            "--out-dir",
            out.toString());
    assertThat(written.exitCode()).as(written.err()).isZero();
    assertThat(out.resolve("greetings:1/a")).hasContent("Hello, Ada!\n");
    assertThat(out.resolve("greetings/b")).hasContent("Hello, Bob!\n");
    assertThat(run("invoke", "greet", "-d", "x", "-o", "json").out())
        .isEqualTo(
            "{\"sets\":[{\"name\":\"greetings\",\"items\":"
                + "[{\"name\":\"body\",\"key\":0,\"text\":\"Hello, x!\\n\"}]}]}\n");
    CommandRun both = run("invoke", "greet", "-d", "x", "--set", "names/y=Y", "-o", "json");
    assertThat(both.out()).contains("Hello, x!", "Hello, Y!");
    assertThat(run("invoke", "greet", "-d", "x", "--output", "greetings/nobody").exitCode())
        .isEqualTo(ExitCode.NOT_FOUND);
    assertThat(run("invoke", "greet", "--set", "nmaes/y=Y").err()).contains("unknown_set", "names");
  }

  @Test
  void versionsAreListedRolledBackAndRemoved() throws IOException {
    run("deploy", elf("greet"), "--name", "versioned");
    run("deploy", elf("sum"), "--name", "versioned");
    CommandRun versions = run("versions", "versioned", "-o", "json");
    assertThat(versions.exitCode()).as(versions.err()).isZero();
    List<JsonObject> listed =
        JsonObject.listOf(Json.read(versions.out().getBytes(StandardCharsets.UTF_8)));
    assertThat(listed).hasSize(2);
    assertThat(run("versions", "versioned").out()).contains("VERSION", "sha256:", "numbers");
    CommandRun back = run("rollback", "versioned");
    assertThat(back.exitCode()).as(back.err()).isZero();
    assertThat(run("invoke", "versioned", "-d", "x").out()).isEqualTo("Hello, x!\n");
    String newer = String.valueOf(listed.getFirst().text("version"));
    assertThat(run("rollback", "versioned", "--to", newer).err()).contains("is now " + newer);
    assertThat(run("rollback", "versioned", "--to", "sha256:00").exitCode())
        .isNotEqualTo(ExitCode.OK);
    assertThat(run("rm", "versioned").err()).contains("removed function versioned");
    assertThat(run("rm", "versioned").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }

  @Test
  void whatACompositionUsesIsNotRemovedBeforeIt() throws IOException {
    run("deploy", elf("greet"), "--name", "used");
    Path dag =
        Files.writeString(
            folder.resolve("user.dag"),
            "function used (names) => (greetings);\ncomposition user (names) => (greetings) {\n"
                + "    used (names = all names) => (greetings = greetings);\n}\n");
    run("deploy", dag.toString());
    CommandRun refused = run("rm", "used");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(refused.err()).contains("in_use", "user");
    CommandRun removed = run("rm", "user", "used");
    assertThat(removed.err()).contains("removed composition user", "removed function used");
  }

  @Test
  void staticItemsAreDeployedWithTheFunction() throws IOException {
    Path file = Files.writeString(folder.resolve("static"), "Static");
    CommandRun deployed =
        run("deploy", elf("greet"), "--name", "always", "--static", "names/a=@" + file);
    assertThat(deployed.exitCode()).as(deployed.err()).isZero();
    assertThat(run("invoke", "always", "-o", "json").out()).contains("Hello, Static!");
    Path toml =
        Files.writeString(
            folder.resolve("always.toml"),
            "binary = \""
                + Path.of(elf("greet")).toAbsolutePath()
                + "\"\nname = \"always\"\n[static]\n\"names:2/b\" = \"static\"\n[min_set_bytes]\n"
                + "names = \"64KiB\"\n");
    CommandRun described = run("deploy", toml.toString());
    assertThat(described.exitCode()).as(described.err()).isZero();
    assertThat(run("invoke", "always", "-o", "json").out())
        .contains("\"name\":\"b\",\"key\":2", "Hello, Static!");
    assertThat(run("deploy", elf("greet"), "--static", "nmaes/a=x").err())
        .contains("is in no input set", "names");
  }

  @Test
  void aDryRunChangesNothing() {
    CommandRun run = run("deploy", elf("greet"), "--name", "imagined", "--dry-run");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err()).contains("would be created");
    assertThat(run("invoke", "imagined").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }

  @Test
  void largeSetsArriveWhole() throws IOException {
    run("deploy", elf("greet"));
    byte[] large = new byte[3 << 20];
    java.util.Arrays.fill(large, (byte) 'x');
    Path file = Files.write(folder.resolve("large"), large);
    CommandRun run =
        run("invoke", "greet", "--set", "names:5/l=@" + file, "--output", "greetings:5/l");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).hasSize(large.length + "Hello, !\n".length());
  }

  @Test
  void bytesThatAreNoTextAreKeptFromTerminals() {
    run("deploy", elf("greet"));
    String[] command = {
      "invoke", "greet", "-d", "\u001b[31m", "--server", node.adminAddress().toString()
    };
    Map<String, String> terminal = Map.of("TERM", "xterm");
    CommandRun refused = CommandRun.with(terminal, new byte[0], command);
    assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err()).contains("--binary", "> FILE");
    command[3] = "World";
    assertThat(CommandRun.with(terminal, new byte[0], command).out()).isEqualTo("Hello, World!\n");
    assertThat(run("invoke", "greet", "-d", "\u001b[31m").out()).contains("\u001b[31m");
  }

  @Test
  void tomlBesideABinaryDescribesItAndOptionsWin() throws IOException {
    Path binary = folder.resolve("checker.elf");
    Files.copy(Path.of(elf("hostile")), binary);
    Path toml =
        Files.writeString(
            folder.resolve("checker.toml"),
            "name = \"checker\"\nin = [\"mode\"]\nout = [\"result\", \"other\"]\nmemory ="
                + " \"32MiB\"\n");
    CommandRun deployed = run("deploy", binary.toString(), "-o", "json");
    assertThat(deployed.exitCode()).as(deployed.err()).isZero();
    assertThat(deployed.out()).contains("\"checker\"", Long.toString(32 << 20));
    CommandRun instead = run("deploy", toml.toString(), "--memory", "16MiB", "-o", "json");
    assertThat(instead.out()).as(instead.err()).contains(Long.toString(16 << 20));
    Files.writeString(toml, "nmae = \"x\"\n");
    CommandRun faulty = run("deploy", binary.toString());
    assertThat(faulty.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(faulty.err()).contains("checker.toml:1:1: unknown key 'nmae'; did you mean 'name'?");
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
