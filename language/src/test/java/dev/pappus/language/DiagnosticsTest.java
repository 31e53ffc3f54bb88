package dev.pappus.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.language.CompositionCompiler.Compiled;
import dev.pappus.model.Diagnostic;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every kind of message, word for word with place and excerpt, from diagnostics.txt: a title after
 * {@code ===}, the text, and after {@code ---} what compiling it says.
 */
class DiagnosticsTest {
  private static final KnownFunctions KNOWN =
      KnownFunctions.of(
          "plan (query) => (wanted)",
          "score (page, weights) => (marks)",
          "merge (marks, notes) => (report)",
          "tick () => (now)",
          "HTTP (requests) => (headers, bodies)");

  @TestFactory
  List<DynamicTest> goldenMessages() throws IOException {
    String file;
    try (InputStream stream = DiagnosticsTest.class.getResourceAsStream("/diagnostics.txt")) {
      assertThat(stream).isNotNull();
      file = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
    List<DynamicTest> tests = new ArrayList<>();
    for (String section : file.split("(?m)^=== ", -1)) {
      if (!section.isBlank()) {
        int titleEnd = section.indexOf('\n');
        int split = section.indexOf("\n---\n");
        String title = section.substring(0, titleEnd);
        String text = section.substring(titleEnd + 1, split + 1);
        String expected = section.substring(split + 5).stripTrailing();
        tests.add(
            DynamicTest.dynamicTest(title, () -> assertThat(messages(text)).isEqualTo(expected)));
      }
    }
    return tests;
  }

  private static String messages(String text) {
    Compiled compiled = CompositionCompiler.compile(text, KNOWN);
    if (compiled.hasErrors()) {
      assertThat(compiled.compositions()).isEmpty();
    }
    return compiled.diagnostics().stream()
        .map(Diagnostic::render)
        .collect(Collectors.joining("\n"));
  }

  @Test
  void recoveryReportsEveryError() {
    String text =
        """
        function plan (query => (wanted);
        functoin score (page, weights) => (marks);
        function merge (marks, notes) => (report)
        composition one (a) => (b) {
            plan (query = a) => (b = wanted);
            plan (query = eech a, other = all a) -> (c = wanted);
            merge (marks = all missing) => (d report);
            merge (marks = all a) => (e = report) by marks lefft notes;
        composition two (x, x) => () {
            nobody () => ()
            tick () => (t = now);
        }
        }
        """;
    List<String> places =
        CompositionCompiler.compile(text, KNOWN).diagnostics().stream()
            .map(d -> d.line() + ":" + d.column() + " " + d.message())
            .toList();
    assertThat(places)
        .containsExactly(
            "1:22 expected ')', found '=>'",
            "2:1 expected 'function' or 'composition', found 'functoin'; did you mean 'function'?",
            "3:42 expected ';', found 'composition'",
            "5:19 the sharding word is missing: write 'all a', or each, keyed, anyEach or anyKeyed",
            "6:19 'eech' is no sharding word (all, each, keyed, anyEach or anyKeyed); did you mean"
                + " 'each'?",
            "6:42 unexpected '->'; write '=>'",
            "7:39 expected '=' after 'd', found 'report'; write 'set = result'",
            "8:52 expected a join (cross, inner, left, right or full) or ';', found 'lefft'; did you"
                + " mean 'left'?",
            "9:1 expected '}' at the end of the composition, found 'composition'",
            "9:21 input 'x' stands twice",
            "10:20 expected ';', found 'tick'",
            "13:1 unexpected '}'; no declaration is open here");
  }

  @Test
  void caretsStandUnderTabsAndWideCharacters() {
    String text = "/* 漢字 e\u0301 */\tfunction plan (query) => (want$d);\n";
    assertThat(messages(text))
        .isEqualTo(
            "1:43: error: unexpected '$'; names consist of ASCII letters, digits and '_'\n"
                + "/* 漢字 e\u0301 */\tfunction plan (query) => (want$d);\n"
                + "             \t".substring(1)
                + " ".repeat(30)
                + "^");
  }

  @Test
  void longLinesAreCutAroundTheCaret() {
    String text = " ".repeat(500) + "?" + " ".repeat(500) + "\n";
    String excerpt = CompositionCompiler.check(text).diagnostics().getFirst().excerpt();
    assertThat(excerpt)
        .isEqualTo("…" + " ".repeat(100) + "?" + " ".repeat(99) + "…\n" + " ".repeat(101) + "^");
  }

  @Test
  void controlCharactersDoNotReachTheTerminal() {
    Diagnostic diagnostic = CompositionCompiler.check("\u001b[2J\ud800").diagnostics().getFirst();
    assertThat(diagnostic.excerpt()).isEqualTo("?[2J?\n^");
    assertThat(diagnostic.message())
        .isEqualTo("unexpected character U+001B; names consist of ASCII letters, digits and '_'");
  }

  @Test
  void atMostAHundredMessages() {
    List<Diagnostic> errors = CompositionCompiler.check("? x; ".repeat(5000)).diagnostics();
    assertThat(errors).hasSize(100);
    assertThat(errors.getLast().message()).isEqualTo("too many errors; the others are not shown");
    String glued = "F (a = alla) => ();\n".repeat(500);
    Compiled warned =
        CompositionCompiler.check(
            "function F (a) => (b);\ncomposition C (a) => () {\n" + glued + "}\n");
    assertThat(warned.hasErrors()).isFalse();
    assertThat(warned.compositions()).hasSize(1);
    assertThat(warned.diagnostics()).hasSize(100);
  }

  @Test
  void linesMayEndInAnyWay() {
    for (String end : List.of("\n", "\r\n", "\r")) {
      assertThat(CompositionCompiler.check("//" + end + end + " ?").diagnostics())
          .singleElement()
          .satisfies(d -> {
            assertThat(d.line()).isEqualTo(3);
            assertThat(d.column()).isEqualTo(2);
            assertThat(d.excerpt()).isEqualTo(" ?\n ^");
          });
    }
  }
}
