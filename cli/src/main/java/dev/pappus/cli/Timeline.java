package dev.pappus.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The instances of an invocation side by side: when each waited, loaded, ran and replied.
 *
 * @param totalMicros what the whole width stands for
 */
record Timeline(double totalMicros) {
  private static final int WIDTH = 40;

  /** On one scale for all of them. */
  static Timeline of(JsonObject invocation, List<JsonObject> instances) {
    double total = value(invocation.number("durationMicros"));
    for (JsonObject each : instances) {
      total = Math.max(total, value(each.number("readyMicros")) + micros(each));
    }
    return new Timeline(Math.max(total, 1e-3));
  }

  /** All phases of an instance together. */
  static double micros(JsonObject instance) {
    return value(instance.number("queueMicros"))
        + value(instance.number("loadMicros"))
        + value(instance.number("runMicros"))
        + value(instance.number("replyMicros"));
  }

  private static double value(@Nullable Number number) {
    return number == null ? 0 : number.doubleValue();
  }

  /** One instance, {@link #WIDTH} characters wide; what takes time takes a character at least. */
  String bar(JsonObject instance) {
    StringBuilder bar = new StringBuilder(WIDTH);
    double at = value(instance.number("readyMicros"));
    while (bar.length() < Math.min(WIDTH - 1, column(at))) {
      bar.append(' ');
    }
    at = draw(bar, '.', at, value(instance.number("queueMicros")), false);
    at = draw(bar, 'l', at, value(instance.number("loadMicros")), false);
    at = draw(bar, '#', at, value(instance.number("runMicros")), true);
    draw(bar, 'r', at, value(instance.number("replyMicros")), false);
    while (bar.length() < WIDTH) {
      bar.append(' ');
    }
    return bar.toString();
  }

  private double draw(StringBuilder bar, char mark, double from, double micros, boolean always) {
    if (micros <= 0) {
      return from;
    }
    double end = from + micros;
    int until = Math.min(WIDTH, column(end));
    boolean drawn = false;
    while (bar.length() < until || (always && !drawn && bar.length() < WIDTH)) {
      bar.append(mark);
      drawn = true;
    }
    return end;
  }

  private int column(double micros) {
    return (int) Math.round(micros / totalMicros * WIDTH);
  }
}
