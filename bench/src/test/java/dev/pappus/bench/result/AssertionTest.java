package dev.pappus.bench.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AssertionTest {
  private static final FinishedRun OLD = run("old", 1000, 900);
  private static final FinishedRun NEW = run("new", 1000, 980);

  @Test
  void theExampleIsAClaim() throws Assertion.SyntaxException {
    assertThat(check("hot95/hot100>=0.97").holds()).isTrue();
    assertThat(check("a.hot95 / a.hot100 >= 0.97").holds()).isFalse();
    assertThat(check("b.hot95 > a.hot95").holds()).isTrue();
  }

  @Test
  void operatorsBindAsInSchool() throws Assertion.SyntaxException {
    assertThat(check("1 + 2 * 3 - 8 / 4 <= 5").left()).isEqualTo(5);
    assertThat(check("(1 + 2) * 3 > 8.5").left()).isEqualTo(9);
    assertThat(check("8 / 4 / 2 >= 1").left()).isEqualTo(1);
    assertThat(check("hot95.p99 - .5 < hot100*2").left()).isCloseTo(1.5, within(1e-9));
    assertThat(check("hot95/hot100>=0.97").line())
        .isEqualTo("holds: hot95/hot100>=0.97: 0.98 >= 0.97");
  }

  @Test
  void nothingIsTrueOfWhatCannotBeComputed() throws Assertion.SyntaxException {
    assertThat(check("0/0 >= 0").holds()).isFalse();
    assertThat(check("0/0 < 1").holds()).isFalse();
  }

  @Test
  void errorsPointAndTeach() {
    assertThat(wrong("hot95/hot10>=0.97"))
        .isEqualTo(
            """
            new has no measure 'hot10'; it has hot100, hot95, hot95.p99
              hot95/hot10>=0.97
                    ^\
            """);
    assertThat(wrong("hot95/hot100")).startsWith("a comparison is missing (>= <= > <)");
    assertThat(wrong("hot95 = 1")).startsWith("expected an operator").contains(">=");
    assertThat(wrong("hot95 >= ")).startsWith("expected a number, the name of a measure, or '('");
    assertThat(wrong("(hot95 >= 1")).startsWith("expected ')'");
    assertThat(wrong("1 < 2 < 3")).contains("a claim has one comparison");
    assertThat(wrong("1.2.3 < 2")).startsWith("'1.2.3' is no number");
    assertThat(wrong("1 < 2 $")).contains("or the end");
    assertThat(wrong("(".repeat(5000))).startsWith("too many parentheses");
    assertThat(
            assertThrows(
                Assertion.SyntaxException.class, () -> Assertion.check("b.hot95>1", List.of(NEW))))
        .hasMessageStartingWith("there is no run b: name two folders");
  }

  private static String wrong(String claim) {
    return String.valueOf(
        assertThrows(Assertion.SyntaxException.class, () -> check(claim)).getMessage());
  }

  private static Assertion.Verdict check(String claim) throws Assertion.SyntaxException {
    return Assertion.check(claim, List.of(OLD, NEW));
  }

  private static FinishedRun run(String name, double hot100, double hot95) {
    TreeMap<String, Measure> measures = new TreeMap<>();
    measures.put("hot100", new Measure("hot100", "1/s", List.of(hot100)));
    measures.put("hot95", new Measure("hot95", "1/s", List.of(hot95)));
    measures.put("hot95.p99", new Measure("hot95.p99", "us", List.of(2.0)));
    return new FinishedRun(name, "curves", List.of(), "abc", "CPU", measures);
  }
}
