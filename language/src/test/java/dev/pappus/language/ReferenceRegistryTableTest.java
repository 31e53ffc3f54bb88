package dev.pappus.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.language.CompositionCompiler.Compiled;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The language and registry table of dandelion.md 1.8, and the texts of the parser tests. */
class ReferenceRegistryTableTest {
  private static final KnownFunctions KNOWN =
      KnownFunctions.of(
          "F () => ()",
          "In (a) => (b)",
          "TwoIn (a, b) => (c)",
          "TwoOut (a) => (b, c)",
          "HTTP (requests) => (headers, bodies)");

  private static Composition only(String text) {
    Compiled compiled = CompositionCompiler.compile(text, KNOWN);
    assertThat(compiled.diagnostics()).isEmpty();
    assertThat(compiled.compositions()).hasSize(1);
    return compiled.compositions().getFirst();
  }

  @Test
  @DisplayName("declare an unregistered function: InvalidFunctionDeclaration")
  void unregistered() {
    Compiled compiled = CompositionCompiler.compile("function G () => ();", KNOWN);
    assertThat(compiled.hasErrors()).isTrue();
    assertThat(compiled.diagnostics())
        .singleElement()
        .satisfies(d -> assertThat(d.message()).startsWith("no function 'G' is registered"));
  }

  @Test
  @DisplayName("declare a registered function with ()/() only: accepted, zero compositions")
  void declarationOnly() {
    Compiled compiled = CompositionCompiler.compile("function F () => ();", KNOWN);
    assertThat(compiled).isEqualTo(new Compiled(List.of(), List.of()));
  }

  @Test
  @DisplayName("composition C () => () { F () => (); }: one dependency, no sets")
  void noSets() {
    Composition composition = only("function F () => (); composition C () => () { F () => (); }");
    assertThat(composition.setNames()).isEmpty();
    assertThat(composition.applications()).hasSize(1);
    assertThat(composition.applications().getFirst().inputs()).isEmpty();
    assertThat(composition.applications().getFirst().outputs()).isEmpty();
  }

  @Test
  @DisplayName(
      "one input all, one output: input id 0, output id 1, output map 1→0, sharding all, not"
          + " optional")
  void oneInOneOut() {
    Composition composition =
        only(
            "function In (a) => (b);" + " composition C (i) => (o) { In (a = all i) => (o = b); }");
    Application application = composition.applications().getFirst();
    assertThat(composition.setNames()).containsExactly("i", "o");
    assertThat(composition.outputs()).containsExactly(1);
    assertThat(application.inputs())
        .containsExactly(Optional.of(new SetUse(0, Sharding.ALL, false)));
    assertThat(application.outputs()).containsExactly(OptionalInt.of(1));
  }

  @Test
  @DisplayName("function has a second input not assigned: second slot absent, accepted")
  void secondInput() {
    Composition composition =
        only(
            "function TwoIn (a, b) => (c);"
                + " composition C (i) => (o) { TwoIn (a = all i) => (o = c); }");
    assertThat(composition.applications().getFirst().inputs())
        .containsExactly(Optional.of(new SetUse(0, Sharding.ALL, false)), Optional.empty());
  }

  @Test
  @DisplayName("function has a second output not assigned: second output absent, accepted")
  void secondOutput() {
    Composition composition =
        only(
            "function TwoOut (a) => (b, c);"
                + " composition C (i) => (o) { TwoOut (a = all i) => (o = b); }");
    assertThat(composition.applications().getFirst().outputs())
        .containsExactly(OptionalInt.of(1), OptionalInt.empty());
  }

  @Test
  @DisplayName("application reads a set that does not exist: error")
  void undefinedSet() {
    Compiled compiled =
        CompositionCompiler.compile(
            "function In (a) => (b); composition C () => (o) { In (a = all i) => (o = b); }",
            KNOWN);
    assertThat(compiled.diagnostics())
        .singleElement()
        .satisfies(d ->
            assertThat(d.message())
                .isEqualTo(
                    "set 'i' is neither an input nor produced by a statement"
                        + "; did you mean 'o'?"));
  }

  @Test
  @DisplayName(
      "composition output that no application produces, function without outputs: the shape differs"
          + " (here: an error)")
  void outputOfNobody() {
    Compiled compiled =
        CompositionCompiler.compile(
            "function F () => (); composition C () => (o) { F () => (); }", KNOWN);
    assertThat(compiled.compositions()).isEmpty();
    assertThat(compiled.diagnostics())
        .singleElement()
        .satisfies(d -> assertThat(d.message()).isEqualTo("nothing produces output 'o'"));
  }

  @Test
  @DisplayName("HTTP (requests) => (headers, bodies) used in a composition: accepted")
  void http() {
    Composition composition =
        only(
            "function HTTP (requests) => (headers, bodies); composition C (r) => (b) {"
                + " HTTP (requests = each r) => (b = bodies); }");
    assertThat(composition.applications().getFirst().outputs())
        .containsExactly(OptionalInt.empty(), OptionalInt.of(1));
  }

  private static void parses(String text) {
    assertThat(CompositionCompiler.check(text).diagnostics()).isEmpty();
  }

  @Test
  @DisplayName("odd spacing around names")
  void oddSpacing() {
    parses(
        "function   Fun\n(  A,\tB )=>( C\u00a0,D\u3000);\r\n\r\ncomposition\u2003Comp(a)=>(\nb\n){"
            + "Fun(A=all a)=>(b=C\n)\n;}");
  }

  @Test
  @DisplayName("optional with many blanks")
  void optional() {
    parses(
        "function F (A) => (B); composition C (a) => (b) {"
            + " F (A =    optional    \n  all     a) => (b = B); }");
  }

  @Test
  @DisplayName("anyKeyed/anyEach")
  void anySharding() {
    parses(
        "function F (A, B) => (C); composition D (a, b) => (c) {"
            + " F (A = anyKeyed a, B = anyEach b) => (c = C); }");
  }

  private static void parsesJoin(String clause) {
    parses(
        "function F (A, B, C) => (D); composition X (a, b, c) => (d) {"
            + " F (A = keyed a, B = keyed b, C = keyed c) => (d = D) %s; }".formatted(clause));
  }

  @Test
  @DisplayName("by A right B")
  void byRight() {
    parsesJoin("by A right B");
  }

  @Test
  @DisplayName("by A left B full C")
  void byLeftFull() {
    parsesJoin("by A left B full C");
  }

  @Test
  @DisplayName("by A cross B inner C")
  void byCrossInner() {
    parsesJoin("by A cross B inner C");
  }

  @Test
  @DisplayName("empty returns ( ) in an application")
  void emptyReturns() {
    parses("function F (A) => (B); composition C (a) => ( ) { F (A = all a) => ( ); }");
  }

  @Test
  @DisplayName("( ) in a declaration, which the reference refuses")
  void emptyDeclaration() {
    parses("function F ( ) => ( );");
  }

  @Test
  @DisplayName("an empty text parses to zero items")
  void empty() {
    assertThat(CompositionCompiler.check("")).isEqualTo(new Compiled(List.of(), List.of()));
    assertThat(CompositionCompiler.check(" \n\t// nothing\n/* at all */").diagnostics()).isEmpty();
  }
}
