package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** graph: of files, of a node, and plans. */
class GraphCommandTest {
  private static final String TWO =
      """
      function HTTP (requests) => (headers, bodies);
      composition one (a) => (b) { HTTP (requests = each a) => (b = bodies); }
      composition two (a) => (b) { one (a = optional keyed a) => (b = b); }
      """;

  @TempDir private Path folder;

  @Test
  void aFileNeedsNoNode() throws IOException {
    Path file = write(DemoFunctions.composition());
    CommandRun mermaid = CommandRun.of("graph", file.toString());
    assertThat(mermaid.exitCode()).as(mermaid.err()).isZero();
    assertThat(mermaid.out())
        .startsWith("flowchart TD\n")
        .contains("app1{{\"HTTP\"}}", "-.->|\"each logs\"|");
    CommandRun terminal =
        CommandRun.with(Map.of("TERM", "xterm"), new byte[0], "graph", file.toString());
    assertThat(terminal.out())
        .isEqualTo(
            """
            composition count_events (servers, pattern) => (counts, total)

            STEP  STATEMENT      KIND           READS                   MAKES
               1  make_requests  function       all servers             to_fetch
               2  HTTP           communication  each to_fetch           logs
               3  count_lines    function       each logs, all pattern  counts
               4  sum            function       all counts              total
            """);
    assertThat(CommandRun.of("graph", "-o", "json", file.toString()).json().text("name"))
        .isEqualTo("count_events");
    assertThat(CommandRun.of("graph", "-o", "text", file.toString()).out())
        .contains("composition count_events");
  }

  @Test
  void theEndingOfTheOutputChoosesTheFormat() throws IOException {
    Path file = write(DemoFunctions.composition());
    Path svg = folder.resolve("out.svg");
    CommandRun run = CommandRun.of("graph", file.toString(), "--output", svg.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("wrote " + svg);
    assertThat(svg).content().startsWith("<svg ").contains("count_lines").endsWith("</svg>\n");
  }

  @Test
  void aTextOfSeveralNeedsAName() throws IOException {
    Path file = write(TWO);
    CommandRun run = CommandRun.of("graph", file.toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("2 compositions", "--name: one, two");
    assertThat(CommandRun.of("graph", file.toString(), "--name", "tow").err())
        .contains("did you mean 'two'?");
    CommandRun two = CommandRun.of("graph", file.toString(), "--name", "two");
    assertThat(two.out()).contains("app0[[\"one\"]]", "==>|\"optional keyed\"|");
  }

  @Test
  void errorsInTheTextAreShown() throws IOException {
    Path file = write("composition c (a) => (b) { f (x = all a) => (b = y); }");
    CommandRun run = CommandRun.of("graph", file.toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains(file + ":1:", "^", "has errors");
    assertThat(CommandRun.of("graph", folder + "/absent.dag").exitCode())
        .isEqualTo(ExitCode.NOT_FOUND);
    assertThat(CommandRun.of("graph", "no-name").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(CommandRun.of("graph", "x", "--set", "a/b=c").err()).contains("--plan");
    assertThat(CommandRun.of("graph", file.toString(), "--plan").err()).contains("deploy");
  }

  @Test
  void aNodeShowsAndPlansWhatItHas() throws IOException {
    try (DemoNode node = DemoNode.start("127.0.0.1:1")) {
      CommandRun deployed = run(node, "deploy", write(TWO).toString());
      assertThat(deployed.exitCode()).as(deployed.err()).isZero();
      assertThat(run(node, "graph", "two").out()).contains("app0[[\"one\"]]");
      assertThat(run(node, "graph", "two", "-o", "svg").out()).startsWith("<svg ");
      assertThat(run(node, "graph", "one", "-o", "outline").out())
          .contains("composition one (a) => (b)", "communication  each a");
      CommandRun unknown = run(node, "graph", "tow");
      assertThat(unknown.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
      assertThat(unknown.err()).contains("did you mean 'two'?");

      Path data = Files.writeString(folder.resolve("data"), "0123456789");
      CommandRun plan =
          run(node, "graph", "two", "--plan", "--set", "a:1/x=@" + data, "--set", "a:2/y=text");
      assertThat(plan.exitCode()).as(plan.err()).isZero();
      assertThat(plan.out())
          .isEqualTo(
              """
              #  STATEMENT  INSTANCES  RULE
              0  one                2  one per key of a
                 all                2
              """);
      Path sets =
          Files.writeString(
              folder.resolve("sets.json"), "{\"sets\":[{\"name\":\"a\",\"items\":[{},{},{}]}]}");
      CommandRun three = run(node, "graph", "one", "--plan", "-o", "json", "--sets", "" + sets);
      assertThat(three.json().integer("most")).isEqualTo(3);
      CommandRun wrong = run(node, "graph", "one", "--plan", "--set", "nope/x=1");
      assertThat(wrong.err()).contains("unknown_set", "its input sets are: a");
      assertThat(run(node, "graph", "one", "--plan", "--set", "a").exitCode())
          .isEqualTo(ExitCode.USAGE);
    }
  }

  private static CommandRun run(DemoNode node, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--server");
    all.add(node.adminAddress().toString());
    return CommandRun.of(all.toArray(String[]::new));
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("text.dag"), text);
  }
}
