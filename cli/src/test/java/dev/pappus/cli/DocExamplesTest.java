package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of docs/*.md: lines indented by four spaces, or in {@code sh} blocks, that begin
 * with {@code pappus}, {@code curl} or {@code cd}. Every page that has some is run here, or named
 * with the test that runs it.
 */
class DocExamplesTest {
  private static final List<String> HERE =
      List.of(
          "registry.md", "http.md", "graph.md", "async.md", "webhooks.md", "cli.md", "access.md");

  private static final Map<String, String> ELSEWHERE =
      Map.of(
          "programs.md", "ProgramExamplesTest, ProgramCommandsTest, ScriptCommandsTest",
          "project.md", "ProjectDocumentationTest, its dev lines DevCommandTest",
          "performance.md", "BenchCommand's own figures take minutes",
          "benchmarks.md", "BenchCommandTest, with less of everything",
          "traces.md", "TraceReplayTest and PipelineBenchTest, with less of everything",
          "http-function.md", "its server line is one option, tested by CommandLineTest",
          "wasm-native.md", "NativeWasiTest and NativeContractTest, where wabt is there");

  /** Lines that cannot run as they stand, by how they begin. */
  private static final Map<String, String> NOT_HERE =
      Map.of(
          "curl -H 'Prefer: respond-async' -H 'X-Callback-Url:", "needs a network",
          "./pappus logs -f", "goes on for ever",
          "pappus token create --scope admin --data /var/lib/pappus", "needs that folder",
          "curl -T words.c", "needs a runtime: SourcesTest",
          "curl -X PUT -F 'spec={\"arguments\"", "needs a runtime: SourcesTest",
          "pappus graph app.dag --name rank", "one of several compositions: GraphCommandTest");

  @Test
  void everyCommandWorks(@TempDir Path folder) throws Exception {
    try (PageSession session = new PageSession(folder)) {
      session.startNode("./pappus server");
      prepare(session);
      for (String page : HERE) {
        for (PageCommands.Command command : PageCommands.of("docs/" + page).commands()) {
          if (NOT_HERE.keySet().stream().noneMatch(command.line()::startsWith)) {
            session.runAsThePageSays(named(session, page, command));
          }
        }
      }
    }
  }

  /** What the pages take for granted: the functions and files of the other pages. */
  private static void prepare(PageSession session) throws IOException {
    PageCommands readme = PageCommands.of("README.md");
    for (Map.Entry<String, String> file : readme.files().entrySet()) {
      Files.writeString(session.folder().resolve(file.getKey()), file.getValue());
    }
    Map<String, String> files = new LinkedHashMap<>();
    files.put("access.log", "GET /\nPOST /\n");
    files.put("servers.txt", "log 127.0.0.1:1\n");
    files.put("count_events.dag", DemoFunctions.composition());
    files.put(
        "echo.c",
        "#include <pappus.h>\nPAPPUS_FUNCTION(echo, IN(input), OUT(output)) {\n"
            + "  pappus_each(item, in.input) pappus_put_text(out.output, item, \"%s\","
            + " pappus_string(item));\n  return 0;\n}\n");
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(
          session.folder().resolve(file.getKey()), file.getValue(), StandardCharsets.UTF_8);
    }
    for (String line :
        List.of(
            "./pappus build greet.c",
            "./pappus build echo.c",
            "./pappus deploy greet.elf echo.elf \"$PAGE_GUEST\"/make_requests.elf"
                + " \"$PAGE_GUEST\"/count_lines.elf \"$PAGE_GUEST\"/sum.elf",
            "./pappus deploy app.dag count_events.dag")) {
      session.runAsThePageSays(new PageCommands.Command(line, ""));
    }
  }

  /** With an identifier where the page says ID. */
  private static PageCommands.Command named(
      PageSession session, String page, PageCommands.Command command) throws IOException {
    if (!command.line().endsWith(" ID")) {
      return command;
    }
    boolean token = page.equals("access.md");
    String list = token ? "./pappus token ls -o json" : "./pappus ps -o json";
    String text = session.runAsThePageSays(new PageCommands.Command(list, "\"id\"")).text();
    int start = text.indexOf("\"id\":\"") + 6;
    String id = text.substring(start, text.indexOf('"', start));
    return new PageCommands.Command(
        command.line().substring(0, command.line().length() - 2) + id, command.prints());
  }

  @Test
  void everyPageWithCommandsIsRunSomewhere() throws IOException {
    Set<String> with = new TreeSet<>();
    try (Stream<Path> pages = Files.list(CommandRun.ROOT.resolve("docs"))) {
      for (Path page : pages.toList()) {
        String name = String.valueOf(page.getFileName());
        if (name.endsWith(".md") && !PageCommands.of("docs/" + name).commands().isEmpty()) {
          with.add(name);
        }
      }
    }
    Set<String> known = new TreeSet<>(HERE);
    known.addAll(ELSEWHERE.keySet());
    assertThat(with).isEqualTo(known);
  }
}
