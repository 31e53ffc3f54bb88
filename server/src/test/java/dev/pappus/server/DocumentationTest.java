package dev.pappus.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Limit;
import dev.pappus.model.ProblemCode;
import dev.pappus.server.api.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keeps docs/errors.md, docs/limits.md and docs/http.md true. */
class DocumentationTest {
  private static final Path DOCS = Path.of(System.getProperty("pappus.root"), "docs");

  @Test
  void everyProblemIsExplainedWithItsStatus() throws IOException {
    String text = Files.readString(DOCS.resolve("errors.md"));
    List<String> explained = new ArrayList<>();
    Matcher heading =
        Pattern.compile("### `(\\w+)` \\((\\d+)\\)\n\nCause: .+\n\nFix: .+\n").matcher(text);
    while (heading.find()) {
      explained.add(heading.group(1) + " " + heading.group(2));
    }
    assertThat(explained)
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(ProblemCode.values())
                .map(code -> code.text() + " " + Problems.status(code))
                .toList());
  }

  @Test
  void theLimitsPageIsWhatTheCodeSays() throws IOException {
    Path page = DOCS.resolve("limits.md");
    if (Boolean.getBoolean("pappus.regenerate")) {
      Files.writeString(page, limitsPage());
    }
    assertThat(page)
        .as(
            "regenerate it with: mvn -pl server -am test -Dtest=DocumentationTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dpappus.regenerate=true")
        .content()
        .isEqualTo(limitsPage());
  }

  private static String limitsPage() {
    StringBuilder page =
        new StringBuilder(
            """
            # Limits

            Generated from `dev.pappus.model.Limit`; change it there. Each key stands in `[limits]` of the configuration file:

                [limits]
                function_run = "30s"
                request_body = "256MiB"
                set_items = 20000

            Times take `ns`, `us`, `ms`, `s` and `m`; sizes `B`, `KiB`, `MiB` and `GiB`. Every error about a limit names the
            limit, its value and its key.

            | key | default | bounds |
            |---|---|---|
            """);
    for (Limit limit : Limit.values()) {
      page.append(
          String.format(
              Locale.ROOT,
              "| `%s` | %s | %s |%n",
              limit.key(),
              limit.format(limit.defaultValue()),
              limit.meaning()));
    }
    return page.toString();
  }
}
