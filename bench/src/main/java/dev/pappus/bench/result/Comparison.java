package dev.pappus.bench.result;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Two runs side by side, or one by itself. */
public final class Comparison {
  private Comparison() {}

  /** For people: every measure of the last run, with its interval, beside the first one's. */
  public static String text(List<FinishedRun> runs) {
    FinishedRun last = runs.getLast();
    StringBuilder text = new StringBuilder();
    char letter = 'a';
    for (FinishedRun run : runs) {
      text.append(
          String.format(
              Locale.ROOT,
              "%c: %s, bench %s at %s on %s%n",
              letter++,
              run.name(),
              run.bench(),
              run.commit(),
              run.processor()));
    }
    for (Measure measure : last.measures().values()) {
      Measure.Interval interval = measure.interval();
      text.append(
          String.format(
              Locale.ROOT,
              "%-28s %12s %-6s [%s, %s] n=%d%s%n",
              measure.name(),
              Numbers.text(measure.median()),
              measure.unit(),
              Numbers.text(interval.low()),
              Numbers.text(interval.high()),
              measure.samples().size(),
              runs.size() < 2
                  ? ""
                  : beside(runs.getFirst().measures().get(measure.name()), measure)));
    }
    return text.toString();
  }

  private static String beside(@Nullable Measure first, Measure last) {
    if (first == null) {
      return "  not in a";
    }
    Measure.Interval before = first.interval();
    Measure.Interval now = last.interval();
    boolean apart = before.high() < now.low() || now.high() < before.low();
    return String.format(
        Locale.ROOT,
        "  a %s, b/a %.3f%s",
        Numbers.text(first.median()),
        last.median() / first.median(),
        apart ? "" : " (intervals overlap)");
  }
}
