package dev.pappus.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.language.CompositionCompiler.Compiled;
import dev.pappus.model.Diagnostic;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** The graph that comes out of a text. */
class CompilerTest {
  private static Composition only(String text, SignatureLookup known) {
    Compiled compiled = CompositionCompiler.compile(text, known);
    assertThat(compiled.hasErrors()).as("%s", compiled.diagnostics()).isFalse();
    return compiled.compositions().getFirst();
  }

  private static Composition only(String text) {
    Compiled compiled = CompositionCompiler.check(text);
    assertThat(compiled.diagnostics()).isEmpty();
    return compiled.compositions().getFirst();
  }

  private static Optional<SetUse> use(int set, Sharding sharding) {
    return Optional.of(new SetUse(set, sharding, false));
  }

  @Test
  void setsAreNumberedInputsFirstThenOutputsThenInOrderOfAppearance() {
    Composition composition =
        only(
            """
            function F (a) => (b, c);
            composition C (i, j) => (o, i, p) {
                F (a = all z) => (y = b, p = c);
                F (a = all i) => (o = b, z = c);
            }
            """);
    assertThat(composition.setNames()).containsExactly("i", "j", "o", "p", "y", "z");
    assertThat(composition.outputs()).containsExactly(2, 0, 3);
    assertThat(composition.applications().get(0).inputs()).containsExactly(use(5, Sharding.ALL));
    assertThat(composition.applications().get(0).outputs())
        .containsExactly(OptionalInt.of(4), OptionalInt.of(3));
  }

  @Test
  void positionsAreThoseOfTheRegisteredSignature() {
    KnownFunctions known = KnownFunctions.of("F (a, b, c) => (x, y)");
    Composition byName =
        only(
            """
            function F (c, a, b) => (y, x);
            composition C (i) => (o) {
                F (a = each i, c = keyed i) => (o = x) by c;
            }
            """,
            known);
    assertThat(byName.applications().getFirst().inputs())
        .containsExactly(use(0, Sharding.EACH), Optional.empty(), use(0, Sharding.KEYED));
    assertThat(byName.applications().getFirst().outputs())
        .containsExactly(OptionalInt.of(1), OptionalInt.empty());
    assertThat(byName.applications().getFirst().join()).isEmpty();
    Composition byPosition =
        only(
            """
            function F (p, q, r) => (s, t);
            composition C (i) => (o) {
                F (r = keyed i, q = keyed i) => (o = t) by r left q;
            }
            """,
            known);
    Application application = byPosition.applications().getFirst();
    assertThat(application.signature().inputs()).containsExactly("a", "b", "c");
    assertThat(application.inputs())
        .containsExactly(Optional.empty(), use(0, Sharding.KEYED), use(0, Sharding.KEYED));
    assertThat(application.outputs()).containsExactly(OptionalInt.empty(), OptionalInt.of(1));
    assertThat(application.join()).contains(new Join(2, List.of(new Join.Step(JoinKind.LEFT, 1))));
  }

  @Test
  void byTakesParameterNamesBeforeSetNames() {
    Composition composition =
        only(
            """
            function F (a, b) => ();
            composition C (b, d) => () {
                F (a = keyed b, b = keyed d) => () by b right a;
                F (a = keyed b, b = keyed d) => () by d outer a;
            }
            """);
    assertThat(composition.applications().get(0).join())
        .contains(new Join(1, List.of(new Join.Step(JoinKind.RIGHT, 0))));
    assertThat(composition.applications().get(1).join())
        .contains(new Join(1, List.of(new Join.Step(JoinKind.FULL, 0))));
  }

  @Test
  void keywordsMayBeNames() {
    Composition composition =
        only(
            """
            function by (all, left) => (each);
            composition optional (keyed, function) => (composition) {
                by (all = keyed keyed, left = optional keyed function) => (composition = each)
                    by all left left;
            }
            """);
    assertThat(composition.setNames()).containsExactly("keyed", "function", "composition");
    assertThat(composition.applications().getFirst().join())
        .contains(new Join(0, List.of(new Join.Step(JoinKind.LEFT, 1))));
  }

  @Test
  void compositionsOfATextUseEachOtherInAnyOrder() {
    Compiled compiled =
        CompositionCompiler.check(
            """
            composition A (x) => (y) { B (x = all x) => (y = y); }
            function f (a) => (b);
            composition B (x) => (y) { C (x = each x) => (y = y); }
            composition C (x) => (y) { f (a = all x) => (y = b); }
            """);
    assertThat(compiled.diagnostics()).isEmpty();
    assertThat(compiled.compositions())
        .extracting(Composition::name)
        .containsExactly("A", "B", "C");
  }

  @Test
  void aCompositionMayReplaceWhatIsRegisteredUnderItsName() {
    KnownFunctions known = KnownFunctions.of("f (a) => (b)", "C (other) => ()");
    Compiled compiled =
        CompositionCompiler.compile(
            """
            function f (a) => (b);
            composition C (x) => (y) { f (a = all x) => (y = b); }
            composition D (x) => (y) { C (x = all x) => (y = y); }
            """,
            known);
    assertThat(compiled.diagnostics()).isEmpty();
    assertThat(compiled.compositions()).hasSize(2);
  }

  @Test
  void theReferencesSampleIsACycleHere() {
    String text =
        """
        function HTTP (requests) => (headers, bodies);
        function plan (query) => (wanted);
        function score (page, weights) => (marks);
        function merge (marks, notes) => (report);

        composition rank (question, model) => (answer) {
            plan  (query = all question) => (to_get = wanted);
            HTTP  (requests = each to_get) => (pages = bodies);
            score (page = keyed pages, weights = keyed model) => (partial = marks) by page left weights;
            merge (marks = all partial, notes = optional all nothing) => (answer = report);
            plan  (query = optional all answer) => (nothing = wanted);
        }
        """;
    assertThat(CompositionCompiler.check(text).diagnostics())
        .extracting(Diagnostic::message)
        .containsExactly(
            "these statements wait for each other, so none of them ever starts: 'merge' in line 10,"
                + " then 'plan' in line 11");
  }

  @Test
  void everyCycleIsReported() {
    Compiled compiled =
        CompositionCompiler.check(
            """
            function f (a) => (b);
            composition C () => () {
                f (a = all x) => (y = b);
                f (a = all p) => (p = b);
                f (a = all y) => (x = b);
                f (a = all y) => (late = b);
            }
            """);
    assertThat(compiled.diagnostics()).extracting(Diagnostic::line).containsExactly(3, 4);
  }
}
