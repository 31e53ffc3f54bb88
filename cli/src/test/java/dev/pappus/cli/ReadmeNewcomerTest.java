package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** README.md as somebody reads it who has never seen Pappus: from the top, doing what it says. */
class ReadmeNewcomerTest {
  /** What cannot run within a test, and what does instead. */
  private static final Map<String, String> ELSEWHERE =
      Map.of(
          "./pappus demo", "DemoCommandTest",
          "./pappus test", "it runs this test");

  @Test
  void everyCommandWorksAndPrintsWhatThePageSays(@TempDir Path folder) throws Exception {
    PageCommands page = PageCommands.of("README.md");
    assertThat(page.files()).containsOnlyKeys("greet.c", "app.dag");
    assertThat(page.commands())
        .extracting(PageCommands.Command::line)
        .containsAll(ELSEWHERE.keySet())
        .contains("./pappus server", "../pappus dev")
        .anyMatch(line -> line.startsWith("curl "));
    try (PageSession session = new PageSession(folder)) {
      for (Map.Entry<String, String> file : page.files().entrySet()) {
        Files.writeString(session.folder().resolve(file.getKey()), file.getValue());
      }
      for (PageCommands.Command command : page.commands()) {
        if (!ELSEWHERE.containsKey(command.line())) {
          run(session, command);
        }
      }
    }
  }

  private static void run(PageSession session, PageCommands.Command command) throws IOException {
    String line = command.line();
    if (line.endsWith("pappus server")) {
      session.startNode(line);
    } else if (line.endsWith("pappus dev")) {
      session.untilPrinted(line, command.prints());
    } else {
      session.runAsThePageSays(command);
    }
  }

  @Test
  void namesEveryDocument() throws IOException {
    String readme = Files.readString(CommandRun.ROOT.resolve("README.md"));
    try (Stream<Path> pages = Files.list(CommandRun.ROOT.resolve("docs"))) {
      List<String> missing =
          pages
              .map(page -> "docs/" + page.getFileName())
              .filter(page -> page.endsWith(".md") && !readme.contains("](" + page + ")"))
              .sorted()
              .toList();
      assertThat(missing).as("documents that README.md does not name").isEmpty();
    }
    assertThat(readme.lines().count()).as("README.md stays short").isLessThan(200);
  }
}
