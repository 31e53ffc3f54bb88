package dev.pappus.bench.result;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Where numbers lie on an axis.
 *
 * @param axis what it is
 * @param low the number at its beginning
 * @param high the number at its end
 */
record Scale(Figure.Axis axis, double low, double high) {
  private static final int TICKS_WANTED = 6;
  private static final double DECADES_WITH_ALL_TICKS = 2.5;

  /** One that has room for all of {@code values} that it can show. */
  static Scale of(Figure.Axis axis, DoubleStream values) {
    double[] shown = values.filter(value -> shows(axis, value)).sorted().toArray();
    double least = shown.length == 0 ? 1 : shown[0];
    double most = shown.length == 0 ? 10 : shown[shown.length - 1];
    if (axis.logarithmic()) {
      return new Scale(axis, least / 1.25, most * 1.25);
    }
    double from = Math.min(0, least);
    double room = most > from ? 0.05 * (most - from) : 1;
    return new Scale(axis, from < 0 ? from - room : 0, most + room);
  }

  /** Whether such an axis can show {@code value}. */
  static boolean shows(Figure.Axis axis, double value) {
    return Double.isFinite(value) && (!axis.logarithmic() || value > 0);
  }

  /** 0 at the beginning, 1 at the end. */
  double position(double value) {
    return axis.logarithmic()
        ? Math.log(value / low) / Math.log(high / low)
        : (value - low) / (high - low);
  }

  /** Round numbers in between. */
  List<Double> ticks() {
    return axis.logarithmic() ? logarithmicTicks() : linearTicks();
  }

  private List<Double> logarithmicTicks() {
    double decades = Math.log10(high / low);
    List<Integer> digits = decades <= DECADES_WITH_ALL_TICKS ? List.of(1, 2, 5) : List.of(1);
    List<Double> ticks = new ArrayList<>();
    for (double power = Math.pow(10, Math.floor(Math.log10(low))); power <= high; power *= 10) {
      for (int digit : digits) {
        if (digit * power >= low && digit * power <= high) {
          ticks.add(digit * power);
        }
      }
    }
    return ticks;
  }

  private List<Double> linearTicks() {
    double rough = (high - low) / TICKS_WANTED;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double step =
        DoubleStream.of(1, 2, 5, 10)
            .map(digit -> digit * power)
            .filter(each -> each >= rough)
            .findFirst()
            .orElse(rough);
    List<Double> ticks = new ArrayList<>();
    for (double number = Math.ceil(low / step); number * step <= high; number++) {
      ticks.add(number * step);
    }
    return ticks;
  }
}
