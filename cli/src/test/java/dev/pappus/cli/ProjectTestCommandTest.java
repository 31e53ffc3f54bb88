package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code pappus test} in projects. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProjectTestCommandTest {
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

  @ParameterizedTest
  @ValueSource(strings = {"c", "composition"})
  void aNewProjectPassesItsTestWithoutANode(String kind) {
    Path project = make(kind, "fresh_" + kind);
    CommandRun run = CommandRun.of("test", "--project", project.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).startsWith("ok      hello (").endsWith("\n1 passed, 0 failed\n");
  }

  @Test
  void whatDiffersIsShownLineByLine() throws IOException {
    Path project = make("c", "lines");
    Files.writeString(project.resolve("tests/hello/out/greetings/world"), "Hello, Moon!\n");
    CommandRun run = test(project);
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.out())
        .contains(
            "FAILED  hello: 1 items differ",
            "  greetings/world",
            "    -Hello, Moon!",
            "    +Hello, World!")
        .endsWith("0 passed, 1 failed\n");
  }

  @Test
  void itemsTooManyAndTooFewAndBinaryOnesAreShown() throws IOException {
    Path project = make("c", "binary");
    Files.write(project.resolve("tests/hello/in/names/bytes"), new byte[] {'a', 1, 2});
    Path out = project.resolve("tests/hello/out/greetings");
    Files.write(out.resolve("bytes"), new byte[] {'H', 'e', 'l', 'l', 'o', ',', ' ', 'a', 9});
    Files.writeString(out.resolve("gone"), "never comes\n");
    Files.writeString(project.resolve("tests/hello/in/names/more"), "More");
    CommandRun run = test(project);
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.out())
        .contains("3 items differ")
        .contains("  greetings/bytes\n    differs from byte 8 on: 0x09 became 0x01;")
        .contains("  -greetings/gone\n    -never comes\n")
        .contains("  +greetings/more\n    +Hello, More!\n");
  }

  @Test
  void updateTakesWhatComesOut() throws IOException {
    Path project = make("composition", "updated");
    Path out = project.resolve("tests/hello/out");
    Files.writeString(project.resolve("tests/hello/in/texts/one"), "just three words");
    Files.writeString(out.resolve("counts/stale"), "1\n");
    CommandRun update = test(project, "--update");
    assertThat(update.exitCode()).as(update.err()).isZero();
    assertThat(update.out()).contains("updated hello: 3 items changed");
    assertThat(ItemTree.read(out).keySet())
        .containsExactly("counts/one", "counts/two", "total/total");
    assertThat(out.resolve("counts/one")).hasContent("3");
    assertThat(test(project).out()).contains("1 passed, 0 failed");
    assertThat(test(project, "--update").out()).as("nothing to write").contains("ok      hello");
  }

  @Test
  void aCaseWithoutExpectationFailsUntilThereIsOne() throws IOException {
    Path project = make("c", "first");
    Files.createDirectories(project.resolve("tests/empty"));
    CommandRun run = test(project, "empty");
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).contains("no folder out", "hint:", "--update empty");
    assertThat(test(project, "empty", "--update").exitCode()).isZero();
    assertThat(project.resolve("tests/empty/out/" + ItemTree.KEEP)).isEmptyFile();
    assertThat(test(project, "empty").out()).contains("1 passed");
  }

  @Test
  void aCaseMayNameItsOwnTargetAndUseKeys() throws IOException {
    Path project = make("composition", "targets");
    Path tested = Files.createDirectories(project.resolve("tests/adding"));
    Files.writeString(tested.resolve("case.toml"), "target = \"count_words\"\n");
    Files.createDirectories(tested.resolve("in/texts:7"));
    Files.writeString(tested.resolve("in/texts:7/a"), "a b");
    Files.createDirectories(tested.resolve("out/counts:7"));
    Files.writeString(tested.resolve("out/counts:7/a"), "2\n");
    CommandRun run = test(project, "-o", "json");
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.json().integer("passed")).isEqualTo(2);
    assertThat(run.json().objects("cases").stream().map(each -> each.text("target")))
        .containsExactly("count_words", "targets");

    Files.writeString(tested.resolve("case.toml"), "taget = \"count_words\"\n");
    CommandRun wrong = test(project);
    assertThat(wrong.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(wrong.err()).contains("case.toml", "unknown key 'taget'; did you mean 'target'?");
  }

  @Test
  void aFunctionThatFailsIsAFailedCaseWithItsWords() throws IOException {
    Path project = make("composition", "failing");
    Path tested = Files.createDirectories(project.resolve("tests/adding"));
    Files.writeString(tested.resolve("case.toml"), "target = \"add_up\"\n");
    Files.createDirectories(tested.resolve("in/numbers"));
    Files.writeString(tested.resolve("in/numbers/a"), "many");
    Files.createDirectories(tested.resolve("out"));
    CommandRun run = test(project);
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.out()).contains("FAILED  adding", "ok      hello", "1 passed, 1 failed");
    assertThat(run.err()).contains("guest_exit", "'many' is no number");
    assertThat(test(project, "-o", "json").out()).contains("guest_exit");
  }

  @Test
  void anUnknownCaseOrTargetIsSaidWithASuggestion() throws IOException {
    Path project = make("c", "unknown");
    assertThat(test(project, "helo").err()).contains("no case 'helo'; did you mean 'hello'?");
    Path file = project.resolve("pappus.toml");
    Files.writeString(
        file, Files.readString(file).replace("target = \"unknown\"", "target = \"unknwn\""));
    CommandRun run = test(project);
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).contains("did you mean 'unknown'?");
  }

  @Test
  void theNodeMayBeNamedByTheEnvironment() {
    Path project = make("c", "by_environment");
    CommandRun run =
        CommandRun.with(
            Map.of("PAPPUS_SERVER", "http://127.0.0.1:1"),
            new byte[0],
            "test",
            "--project",
            project.toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
  }

  private Path make(String kind, String name) {
    Path project = folder.resolve(name);
    CommandRun run = CommandRun.of("new", kind, project.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    return project;
  }

  private CommandRun test(Path project, String... arguments) {
    List<String> all = new ArrayList<>(List.of("test", "--project", project.toString()));
    all.addAll(List.of("--server", node.adminAddress().toString()));
    all.addAll(List.of(arguments));
    return CommandRun.of(all.toArray(String[]::new));
  }
}
