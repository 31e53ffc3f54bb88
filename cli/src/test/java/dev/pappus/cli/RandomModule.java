package dev.pappus.cli;

import java.util.Random;

/**
 * A module of random functions for the low-level entry: the first byte of the first input item says
 * which one runs, its result is the exit code. They read and write near what bounds a memory, grow
 * it, divide and convert, and so end in a number or in a trap.
 */
final class RandomModule {
  static final int FUNCTIONS = 60;

  private static final String[] LOADS = {
    "i32.load8_u", "i32.load8_s", "i32.load16_u", "i32.load16_s", "i32.load"
  };
  private static final String[] BINARY = {
    "add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl", "rotr", "lt_s",
    "ge_u", "div_s", "div_u", "rem_s", "rem_u"
  };
  private static final String[] UNARY = {"clz", "ctz", "popcnt", "eqz", "extend8_s", "extend16_s"};

  private final Random random;

  private RandomModule(long seed) {
    random = new Random(seed);
  }

  static String text(long seed) {
    return new RandomModule(seed).module();
  }

  private String module() {
    StringBuilder functions = new StringBuilder();
    StringBuilder table = new StringBuilder();
    for (int i = 0; i < FUNCTIONS; i++) {
      functions.append(
          "(func $f%d (result i32) (local $a i32) (local $b i32) (local $n i32)\n".formatted(i));
      int statements = 2 + random.nextInt(8);
      for (int s = 0; s < statements; s++) {
        functions.append("  ").append(statement(2)).append('\n');
      }
      functions.append("  (i32.and (i32.xor (local.get $a) (local.get $b)) (i32.const 127)))\n");
      table.append(" $f").append(i);
    }
    return """
    (module
      (memory (export "memory") %d %d)
      (type $case (func (result i32)))
      (table %d funcref)
      (elem (i32.const 0) func %s)
      (global $next (mut i32) (i32.const 2048))
      (data (i32.const 0) "\\01\\02\\03\\80\\ff\\7f")
      (func (export "pappus_allocate") (param $size i32) (param $alignment i32) (result i32)
        (local $at i32)
        (local.set $at (i32.and (i32.add (global.get $next) (i32.const 127)) (i32.const -128)))
        (global.set $next (i32.add (local.get $at) (local.get $size)))
        (local.get $at))
      (func (export "pappus_run") (param $control i32) (result i32)
        (call_indirect (type $case)
          (i32.load8_u (i32.load offset=16 (i32.load offset=56 (local.get $control))))))
      %s)
    """
        .formatted(1 + random.nextInt(2), 4 + random.nextInt(60), FUNCTIONS, table, functions);
  }

  private String statement(int depth) {
    String local = random.nextBoolean() ? "$a" : "$b";
    return switch (random.nextInt(depth > 0 ? 9 : 6)) {
      case 0, 1 -> "(local.set %s %s)".formatted(local, value(3));
      case 2 -> "(i32.store%s %s %s)".formatted(pick("", "8", "16"), place(), value(2));
      case 3 -> "(i64.store %s (i64.extend_i32_s %s))".formatted(place(), value(2));
      case 4 -> "(local.set %s (memory.grow (i32.const %d)))".formatted(local, random.nextInt(6));
      case 5 ->
          "(memory.%s %s %s (i32.const %d))"
              .formatted(pick("fill", "copy"), place(), place(), random.nextInt(300));
      case 6, 7 ->
          "(if %s (then %s) (else %s))"
              .formatted(value(2), statement(depth - 1), statement(depth - 1));
      default ->
          """
          (local.set $n (i32.const %d))
            (loop $again %s
              (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))\
          """
              .formatted(1 + random.nextInt(20), plain(depth - 1));
    };
  }

  /** One that does not use the counter of the loop around it. */
  private String plain(int depth) {
    String text = statement(depth);
    return text.contains("$n") ? "(local.set $a " + value(2) + ")" : text;
  }

  /** An address: mostly near a border. */
  private String place() {
    return switch (random.nextInt(5)) {
      case 0 -> "(i32.const %d)".formatted(random.nextInt(1 << 17));
      case 1 ->
          "(i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const %d))"
              .formatted(random.nextInt(12));
      case 2 -> "(i32.const %d)".formatted(-random.nextInt(1 << 16));
      case 3 -> "(i32.and (local.get $a) (i32.const 65535))";
      default -> "(i32.const %d)".formatted((1 + random.nextInt(4)) * 65536 - random.nextInt(10));
    };
  }

  private String value(int depth) {
    if (depth == 0) {
      return switch (random.nextInt(4)) {
        case 0 -> "(local.get $a)";
        case 1 -> "(local.get $b)";
        case 2 -> "(memory.size)";
        default -> "(i32.const %d)".formatted(random.nextInt() >> random.nextInt(32));
      };
    }
    return switch (random.nextInt(7)) {
      case 0, 1 -> "(i32.%s %s %s)".formatted(pick(BINARY), value(depth - 1), value(depth - 1));
      case 2 -> "(i32.%s %s)".formatted(pick(UNARY), value(depth - 1));
      case 3 -> "(%s offset=%d %s)".formatted(pick(LOADS), random.nextInt(4) * 7, place());
      case 4 ->
          "(i32.trunc_%sf64_%s (f64.%s (f64.convert_i32_s %s) (f64.const %s)))"
              .formatted(
                  pick("", "sat_"),
                  pick("s", "u"),
                  pick("mul", "div", "add", "min", "max"),
                  value(depth - 1),
                  pick("0", "0.5", "-1.5", "1e9", "1e300", "-0"));
      case 5 ->
          "(i32.wrap_i64 (i64.%s (i64.extend_i32_s %s) (i64.const %d)))"
              .formatted(
                  pick(BINARY).replaceAll("lt_s|ge_u", "xor"),
                  value(depth - 1),
                  random.nextLong() >> random.nextInt(64));
      default -> value(0);
    };
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
