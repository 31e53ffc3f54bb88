package dev.pappus.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.language.CompositionCompiler.Compiled;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Texts of the largest allowed size that aim at something quadratic, deep or huge. */
class HostileTextTest {
  private static final int SIZE = 1 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static String fill(String piece) {
    return piece.repeat(SIZE / piece.length());
  }

  private static String numbered(int count, String template) {
    return IntStream.range(0, count)
        .mapToObj(i -> template.replace("#", Integer.toString(i)))
        .collect(Collectors.joining());
  }

  private static Map<String, String> texts() {
    String n = "n".repeat(55);
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("open parentheses", fill("("));
    texts.put("open braces", fill("{"));
    texts.put("unknown characters", fill("? "));
    texts.put("half comments", fill("/*"));
    texts.put("empty comments", fill("//\n"));
    texts.put("blank lines", fill("\n"));
    texts.put("one long line", fill("x "));
    texts.put("one long word", fill("x"));
    texts.put("nested looking compositions", fill("composition c () => () {"));
    texts.put("headers without end", fill("function f ("));
    texts.put("small compositions", numbered(25_000, "composition c#()=>(){}"));
    texts.put(
        "suggestions in a crowd",
        numbered(6000, "function " + n + "# ()=>();")
            + "composition c () => () {"
            + numbered(5000, n + "x# ()=>();")
            + "}");
    texts.put(
        "a chain of statements",
        "function f (a) => (b);composition c (s0) => () {"
            + IntStream.range(0, 20_000)
                .mapToObj(i -> "f (a = all s" + i + ") => (s" + (i + 1) + " = b);")
                .collect(Collectors.joining())
            + "}");
    texts.put(
        "a chain of compositions",
        IntStream.range(0, 20_000)
            .mapToObj(i -> "composition c" + i + "()=>(){c" + (i + 1) + "()=>();}")
            .collect(Collectors.joining()));
    texts.put(
        "a long cycle",
        "function f (a) => (b);composition c () => () {"
            + IntStream.range(0, 20_000)
                .mapToObj(i -> "f (a = all s" + i + ") => (s" + ((i + 1) % 20_000) + " = b);")
                .collect(Collectors.joining())
            + "}");
    texts.put("wide callees", wideCallees());
    texts.put(
        "a long declaration in many texts",
        "function f ("
            + numbered(60_000, "p#,")
            + "p) => ();"
            + numbered(10_000, "composition c#()=>(){f()=>();}"));
    texts.put("a wide join", wideJoin(12_000));
    return texts;
  }

  private static String wideCallees() {
    return "function f ("
        + numbered(40_000, "p#,")
        + "p) => ();composition c () => () {"
        + fill("f()=>();").substring(0, SIZE / 2)
        + "}";
  }

  private static String wideJoin(int sets) {
    return "function f ("
        + numbered(sets, "p#,")
        + "p) => ();composition c ("
        + numbered(sets, "s#,")
        + "s) => () {f ("
        + numbered(sets, "p# = optional keyed s#,")
        + "p = keyed s) => () by s"
        + numbered(sets, " inner s#")
        + ";}";
  }

  @TestFactory
  Iterable<DynamicTest> endSoonWithoutAnException() {
    return texts().entrySet().stream()
        .map(entry ->
            DynamicTest.dynamicTest(
                entry.getKey(),
                () ->
                    Assertions.assertTimeoutPreemptively(
                        PATIENCE, () -> compileAndFormat(entry.getValue()))))
        .toList();
  }

  private static void compileAndFormat(String text) {
    Compiled checked = CompositionCompiler.check(text);
    assertThat(checked.diagnostics().size()).isLessThanOrEqualTo(100);
    long copied = checked.compositions().stream().mapToLong(c -> c.text().length()).sum();
    assertThat(copied).isLessThanOrEqualTo(16L << 20);
    CompositionCompiler.compile(text, new KnownFunctions());
    Formatter.format(text);
  }

  @Test
  void whatIsTooLargeSaysSo() {
    Compiled wide = CompositionCompiler.check(wideCallees());
    assertThat(wide.diagnostics().getFirst().message())
        .isEqualTo(
            "the statements up to here have more than 1000000 inputs and outputs in all; split the"
                + " text");
    Compiled copied =
        CompositionCompiler.check(
            "/*"
                + "x".repeat(40_000)
                + "*/function g () => ();"
                + numbered(1000, "composition c#()=>(){g()=>();}"));
    assertThat(copied.diagnostics().getFirst().message())
        .isEqualTo(
            "the compositions up to here and their declarations come to more than 16 MiB of text;"
                + " split the text");
  }

  @Test
  void aThousandStatementsCompileFast() {
    String text =
        "function f (a, b) => (c, d);composition c (s0) => () {"
            + IntStream.range(0, 1000)
                .mapToObj(i ->
                    "f (a = keyed s%d, b = keyed s%d) => (s%d = c) by a left b;\n"
                        .formatted(i, i / 2, i + 1))
                .collect(Collectors.joining())
            + "}";
    long best = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long start = THREADS.getCurrentThreadCpuTime();
      Compiled compiled = CompositionCompiler.check(text);
      best = Math.min(best, THREADS.getCurrentThreadCpuTime() - start);
      assertThat(compiled.compositions()).hasSize(1);
    }
    System.out.printf("compile of 1000 statements: best of 20 %.1f ms CPU%n", best / 1e6);
    assertThat(best).isLessThan(100_000_000L);
  }
}
