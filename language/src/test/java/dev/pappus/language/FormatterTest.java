package dev.pappus.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.language.CompositionCompiler.Compiled;
import dev.pappus.model.Signature;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class FormatterTest {
  private static final Pattern COMMENT = Pattern.compile("(?s)//[^\\n\\r]*|/\\*.*?\\*/");

  private static String format(String text) {
    return Formatter.format(text).text().orElseThrow();
  }

  private static List<String> comments(String text) {
    return COMMENT
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .map(String::strip)
        .sorted()
        .toList();
  }

  @Test
  void layout() {
    String text =
        """
        // Ranks pages.
        // Twice.


        function  plan(query)=>(wanted) ; // asks
        function score (page,weights) => (marks);
        function merge ( ) => ( );
        composition rank(question, model)=>(answer){ // begins

          plan (query=all question)=>(to_get=wanted); /* after */


          // before score
          score (page=optional keyed to_get, /* w */ weights=keyed model) => (answer=marks) by page outer weights;
          score (weights=anyEach model, page=each to_get) => (); merge()=>();
          // at the end
        } // ends
        function other (
          a, // the first
          // above b
          b  // the last
        ) => (c /* alone */);
        composition long (a_rather_long_name, another_rather_long_name) => (something_else, and_more_of_it) {}
        composition empty () => () {
          // nothing
        }
        // The end.
        """;
    assertThat(format(text))
        .isEqualTo(
            """
            // Ranks pages.
            // Twice.

            function plan (query) => (wanted); // asks
            function score (page, weights) => (marks);
            function merge () => ();

            composition rank (question, model) => (answer) {
                // begins

                plan (query = all question) => (to_get = wanted); /* after */

                // before score
                score (
                    page = optional keyed to_get,
                    /* w */
                    weights = keyed model
                ) => (answer = marks) by page full weights;
                score (weights = anyEach model, page = each to_get) => ();
                merge () => ();
                // at the end
            } // ends

            function other (
                a, // the first
                // above b
                b // the last
            ) => (
                c /* alone */
            );

            composition long (
                a_rather_long_name,
                another_rather_long_name
            ) => (something_else, and_more_of_it) {
            }

            composition empty () => () {
                // nothing
            }
            // The end.
            """);
  }

  @Test
  void textThatDoesNotParseGivesDiagnostics() {
    Formatter.Formatted formatted = Formatter.format("function F (a => (b);");
    assertThat(formatted.text()).isEmpty();
    assertThat(formatted.diagnostics()).hasSize(1);
  }

  @Test
  void textThatDoesNotCheckIsFormatted() {
    assertThat(format("composition C()=>(nobody){unknown(a=allb)=>();}"))
        .isEqualTo(
            """
            composition C () => (nobody) {
                unknown (a = all b) => ();
            }
            """);
  }

  @Test
  void nothingBecomesNothing() {
    assertThat(format(" \n ")).isEmpty();
    assertThat(format("\uFEFF// only a comment")).isEqualTo("// only a comment\n");
  }

  @Test
  void commentsInPlacesWithoutALineMoveUp() {
    assertThat(format("function /* 1 */ F /* 2 */ (a) // 3\n => /* 4 */ (b) /* 5 */; // 6"))
        .isEqualTo(
            """
            /* 1 */
            /* 2 */
            // 3
            /* 4 */
            /* 5 */
            function F (a) => (b); // 6
            """);
  }

  @Test
  void isAFixedPointThatKeepsCommentsAndMeaning() {
    Seeds.forEach(
        300,
        (random, seed) -> {
          RandomText generator = new RandomText(random);
          List<String> tokens = generator.tokens();
          String text = generator.withNoise(tokens, true);
          String formatted = format(text);
          assertThat(format(formatted)).as(seed).isEqualTo(formatted);
          assertThat(comments(formatted)).as(seed).isEqualTo(comments(text));
          assertThat(formatted.lines()).as(seed).noneMatch(line -> line.endsWith(" "));
          assertThat(graphs(formatted)).as(seed).isEqualTo(graphs(text));
          assertThat(graphs(String.join(" ", tokens))).as(seed).isEqualTo(graphs(text));
        });
  }

  @Test
  void aCompositionsOwnTextGivesTheSameComposition() {
    Seeds.forEach(
        200,
        (random, seed) -> {
          RandomText generator = new RandomText(random);
          String text = generator.withNoise(generator.tokens(), true);
          Compiled compiled = CompositionCompiler.check(text);
          assertThat(compiled.diagnostics()).as(seed).isEmpty();
          KnownFunctions known = new KnownFunctions();
          for (Composition composition : compiled.compositions()) {
            known.add(composition.name(), composition.signature());
            for (Application application : composition.applications()) {
              known.add(application.callee(), application.signature());
            }
          }
          for (Composition composition : compiled.compositions()) {
            Compiled again = CompositionCompiler.compile(composition.text(), known);
            assertThat(again).as(seed).isEqualTo(new Compiled(List.of(composition), List.of()));
            assertThat(format(composition.text())).as(seed).isEqualTo(composition.text());
          }
        });
  }

  /** The compositions without text and lines, which comments may move. */
  private static List<Composition> graphs(String text) {
    Compiled compiled = CompositionCompiler.check(text);
    assertThat(compiled.diagnostics()).isEmpty();
    UnaryOperator<Application> anywhere =
        a ->
            new Application(
                a.index(), a.callee(), a.signature(), a.inputs(), a.outputs(), a.join(), 0);
    List<Composition> graphs = new ArrayList<>();
    for (Composition c : compiled.compositions()) {
      graphs.add(
          new Composition(
              c.name(),
              c.signature(),
              c.setNames(),
              c.outputs(),
              c.applications().stream().map(anywhere).toList(),
              ""));
    }
    return graphs;
  }

  @Test
  void ownTextDeclaresWhatItNeedsAndCountsItsLines() {
    Compiled compiled =
        CompositionCompiler.check(
            """
            function unused (a) => (b);
            // Plans.
            function plan (query) => (wanted);
            composition outer_one (q) => (w) { inner_one (x = all q) => (w = y); }

            // Inner.
            composition inner_one (x) => (y) {
                // First.
                plan (query = all x) => (z = wanted); plan (query = all z) => (y = wanted);
            }
            """);
    assertThat(compiled.diagnostics()).isEmpty();
    Composition outer = compiled.compositions().get(0);
    Composition inner = compiled.compositions().get(1);
    assertThat(outer.text())
        .isEqualTo(
            """
            function inner_one (x) => (y);

            composition outer_one (q) => (w) {
                inner_one (x = all q) => (w = y);
            }
            """);
    assertThat(outer.applications().getFirst().signature())
        .isEqualTo(new Signature(List.of("x"), List.of("y")));
    assertThat(inner.text())
        .isEqualTo(
            """
            // Plans.
            function plan (query) => (wanted);

            // Inner.
            composition inner_one (x) => (y) {
                // First.
                plan (query = all x) => (z = wanted);
                plan (query = all z) => (y = wanted);
            }
            """);
    assertThat(inner.applications().stream().map(Application::line)).containsExactly(7, 8);
    assertThat(inner.applications().stream().map(Application::join)).containsOnly(Optional.empty());
  }
}
