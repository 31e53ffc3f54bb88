package dev.pappus.bench.pipeline;

import java.util.ArrayList;
import java.util.List;

/**
 * A pipeline of functions that pass items on as they are, from one that makes them to one that adds
 * them up.
 *
 * @param shape chain or fan-out
 * @param width stages of a chain; instances of a fan-out, each with an item of its own
 * @param itemBytes size of an item; a multiple of eight
 */
record PipelineCase(Shape shape, int width, long itemBytes) {
  /** Most bytes in one set: instances may leave no more by default. */
  static final long SET_BYTES_MAX = 64L << 20;

  private static final long[] SIZES = {
    1 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20, 64 << 20
  };
  private static final int[] STAGES = {1, 4, 16};
  private static final int[] INSTANCES = {1, 10, 100, 1000};

  /** How the stages in the middle stand to each other. */
  enum Shape {
    CHAIN,
    FAN
  }

  /** All that are measured, the small ones first. */
  static List<PipelineCase> all(long itemBytesMax) {
    List<PipelineCase> cases = new ArrayList<>();
    for (long size : SIZES) {
      if (size > itemBytesMax) {
        break;
      }
      for (int stages : STAGES) {
        cases.add(new PipelineCase(Shape.CHAIN, stages, size));
      }
      for (int instances : INSTANCES) {
        if (instances * size <= SET_BYTES_MAX) {
          cases.add(new PipelineCase(Shape.FAN, instances, size));
        }
      }
    }
    return cases;
  }

  int items() {
    return switch (shape) {
      case CHAIN -> 1;
      case FAN -> width;
    };
  }

  /** How often all items go from one function to the next. */
  int edges() {
    return switch (shape) {
      case CHAIN -> width + 1;
      case FAN -> 2;
    };
  }

  /** Instances of functions that one invocation starts. */
  int instances() {
    return width + 2;
  }

  String series() {
    return switch (shape) {
      case CHAIN -> "chain" + width;
      case FAN -> "fan" + width;
    };
  }

  String composition() {
    return switch (shape) {
      case CHAIN -> "chain_" + width;
      case FAN -> "fan";
    };
  }

  /** What the first function is told. */
  String plan() {
    return items() + " " + itemBytes;
  }

  /** What the last one must say. */
  String sum() {
    long words = itemBytes / 8;
    long sum = 0;
    for (long i = 0; i < items(); i++) {
      sum += words * i + words * (words - 1) / 2;
    }
    return items() + " " + Long.toUnsignedString(sum);
  }

  /** All compositions that cases need. */
  static String compositions() {
    StringBuilder text =
        new StringBuilder(
            """
            function make_items (plan) => (items);
            function pass (items) => (copies);
            function sum_items (items) => (sum);
            composition fan (plan) => (sum) {
              make_items (plan = all plan) => (made = items);
              pass (items = each made) => (passed = copies);
              sum_items (items = all passed) => (sum = sum);
            }
            """);
    for (int stages : STAGES) {
      text.append("composition chain_").append(stages).append(" (plan) => (sum) {\n");
      text.append("  make_items (plan = all plan) => (set0 = items);\n");
      for (int i = 1; i <= stages; i++) {
        text.append("  pass (items = all set%d) => (set%d = copies);\n".formatted(i - 1, i));
      }
      text.append("  sum_items (items = all set%d) => (sum = sum);\n}\n".formatted(stages));
    }
    return text.toString();
  }
}
