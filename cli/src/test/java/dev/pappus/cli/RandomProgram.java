package dev.pappus.cli;

import java.util.Random;

/**
 * A random function in C without undefined or implementation-defined behaviour, so that every
 * compiler must make the same of it: unsigned arithmetic, masked shifts and indices, guarded
 * divisions, IEEE doubles whose NaNs are not shown, loops that end, calls, switches.
 */
final class RandomProgram {
  private static final int ARRAY = 64;
  private static final int DEPTH_MAX = 4;
  private static final int FUNCTIONS = 4;

  private final Random random;
  private final StringBuilder text = new StringBuilder();

  private RandomProgram(long seed) {
    this.random = new Random(seed);
  }

  /**
   * The source of seed {@code seed}: a function {@code fuzz} from set {@code in} to sets {@code
   * out} and {@code more}.
   */
  static String of(long seed) {
    RandomProgram program = new RandomProgram(seed);
    program.write();
    return program.text.toString();
  }

  private void write() {
    text.append(
        """
        #include <pappus.h>
        static uint64_t m[%d];
        static uint32_t w[%d];
        static double d[%d];
        static uint64_t bits(double x) {
          uint64_t b;
          if (x != x) { return 7; }
          memcpy(&b, &x, 8);
          return b;
        }
        """
            .formatted(ARRAY, ARRAY, ARRAY));
    for (int i = 0; i < FUNCTIONS; i++) {
      text.append("__attribute__((noinline)) static uint64_t f")
          .append(i)
          .append("(uint64_t a, uint64_t b, uint32_t c) {\n")
          .append("  uint64_t x = a; uint32_t y = c; double z = (double)(int64_t)b;\n");
      statements(i, 1);
      text.append("  return x ^ y ^ bits(z);\n}\n");
    }
    text.append(
        """
        PAPPUS_FUNCTION(fuzz, IN(in), OUT(out, more)) {
          uint64_t total = 0;
          pappus_each(item, in.in) {
            const uint8_t *data = item->data;
            for (size_t i = 0; i < item->size; i++) {
              m[i %% %d] += data[i] * 0x9E3779B97F4A7C15u;
              w[(i * 7) %% %d] ^= (uint32_t)data[i] << (i %% 25);
              d[i %% %d] = d[i %% %d] * 1.5 + data[i];
            }
            uint64_t one = 0;
            for (int i = 0; i < %d; i++) {
              one ^= f%d(item->key + one, item->size * 3u + i, (uint32_t)(one >> 7) + i);
            }
            total += one;
            uint64_t *room = pappus_put_room(out.out, item, 16);
            room[0] = one;
            room[1] = total;
            if (one & 1) { pappus_put_text(out.more, item, "%%llu", (unsigned long long)one); }
          }
          uint64_t *all = pappus_put_room(out.more, pappus_id("all", total %% 1000), sizeof m + sizeof w);
          memcpy(all, m, sizeof m);
          memcpy(all + %d, w, sizeof w);
          pappus_put_text(out.more, pappus_id("sum", 1), "%%llx", (unsigned long long)total);
          return 0;
        }
        """
            .formatted(ARRAY, ARRAY, ARRAY, ARRAY, 1 + random.nextInt(20), FUNCTIONS - 1, ARRAY));
  }

  private void statements(int function, int depth) {
    int count = 1 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      statement(function, depth);
    }
  }

  private void statement(int function, int depth) {
    String pad = "  ".repeat(depth);
    int kind = random.nextInt(depth < DEPTH_MAX ? 11 : 7);
    switch (kind) {
      case 0, 1 -> text.append(pad).append("x = ").append(wide(3)).append(";\n");
      case 2 -> text.append(pad).append("y = ").append(narrow(3)).append(";\n");
      case 3 -> text.append(pad).append("z = ").append(real(2)).append(";\n");
      case 4 ->
          text.append(pad)
              .append("m[" + index() + "] " + any("=", "+=", "^=") + " ")
              .append(wide(2))
              .append(";\n");
      case 5 -> text.append(pad).append("w[" + index() + "] += ").append(narrow(2)).append(";\n");
      case 6 -> text.append(pad).append("d[" + index() + "] = ").append(real(2)).append(";\n");
      case 7 -> {
        text.append(pad).append("if (").append(condition()).append(") {\n");
        statements(function, depth + 1);
        text.append(pad).append("} else {\n");
        statements(function, depth + 1);
        text.append(pad).append("}\n");
      }
      case 8 -> {
        String counter = "i" + depth;
        text.append(pad)
            .append(
                "for (uint32_t %s = 0; %s < %d; %s++) {\n"
                    .formatted(counter, counter, 1 + random.nextInt(9), counter));
        text.append(pad).append("  x += ").append(counter).append(";\n");
        statements(function, depth + 1);
        text.append(pad).append("}\n");
      }
      case 9 -> {
        text.append(pad).append("switch (").append(narrow(1)).append(" % 5u) {\n");
        for (int i = 0; i < 4; i++) {
          text.append(pad).append("case ").append(i).append(":\n");
          statement(function, depth + 1);
          text.append(pad).append(random.nextBoolean() ? "  break;\n" : "  /* fall through */\n");
        }
        text.append(pad).append("default:\n").append(pad).append("  x = ~x;\n");
        text.append(pad).append("}\n");
      }
      default -> {
        if (function > 0) {
          text.append(pad)
              .append(
                  "x ^= f%d(%s, %s, %s);\n"
                      .formatted(random.nextInt(function), wide(1), wide(1), narrow(1)));
        } else {
          text.append(pad).append("x *= 0x100000001B3u;\n");
        }
      }
    }
  }

  private String any(String... all) {
    return all[random.nextInt(all.length)];
  }

  private String index() {
    return any("x % " + ARRAY, "y % " + ARRAY, String.valueOf(random.nextInt(ARRAY)));
  }

  private String condition() {
    return switch (random.nextInt(4)) {
      case 0 -> wide(1) + any(" < ", " == ", " >= ") + wide(1);
      case 1 -> "(int32_t)(" + narrow(1) + ") < 0";
      case 2 -> "z < " + real(1);
      default -> "(int64_t)(" + wide(1) + ") > (int64_t)(" + wide(1) + ")";
    };
  }

  /** An expression of type uint64_t. */
  private String wide(int depth) {
    if (depth == 0) {
      return any("x", "a", "b", "(uint64_t)y", "m[" + index() + "]", "0x" + hex(64) + "u");
    }
    String l = wide(depth - 1);
    String r = wide(depth - 1);
    return switch (random.nextInt(9)) {
      case 0 -> "(" + l + " " + any("+", "-", "*", "^", "&", "|") + " " + r + ")";
      case 1 -> "(" + l + " << (" + r + " & 63u))";
      case 2 -> "(" + l + " >> (" + r + " & 63u))";
      case 3 -> "(" + l + " " + any("/", "%") + " (" + r + " | 1u))";
      case 4 -> "(uint64_t)__builtin_popcountll(" + l + ")";
      case 5 -> "bits(" + real(depth - 1) + ")";
      case 6 -> "(uint64_t)((int64_t)(" + l + ") >> 3)";
      case 7 -> "(" + condition() + " ? " + l + " : " + r + ")";
      default -> "(" + l + " ^ (uint64_t)(" + narrow(depth - 1) + "))";
    };
  }

  /** An expression of type uint32_t. */
  private String narrow(int depth) {
    if (depth == 0) {
      return any("y", "c", "(uint32_t)x", "w[" + index() + "]", "0x" + hex(32) + "u");
    }
    String l = narrow(depth - 1);
    String r = narrow(depth - 1);
    return switch (random.nextInt(6)) {
      case 0, 1 -> "(" + l + " " + any("+", "-", "*", "^", "&", "|") + " " + r + ")";
      case 2 -> "(" + l + " >> (" + r + " & 31u))";
      case 3 -> "(" + l + " " + any("/", "%") + " (" + r + " | 1u))";
      case 4 -> "(uint32_t)(uint8_t)(" + l + ")";
      default -> "(uint32_t)(int32_t)(int16_t)(uint16_t)(" + l + ")";
    };
  }

  /** An expression of type double; conversions from it are to bits only. */
  private String real(int depth) {
    if (depth == 0) {
      // Not all of x: the WebAssembly engine rounds ties of the largest numbers down
      // (docs/wasm.md).
      return any(
          "z", "d[" + index() + "]", "(double)(x >> 1)", "(double)(int32_t)y", "0.37", "-1e9");
    }
    String l = real(depth - 1);
    String r = real(depth - 1);
    return switch (random.nextInt(4)) {
      case 0, 1 -> "(" + l + " " + any("+", "-", "*", "/") + " " + r + ")";
      case 2 -> "__builtin_fabs(" + l + ")";
      default -> "(" + l + " < " + r + " ? " + l + " : " + r + ")";
    };
  }

  private String hex(int bits) {
    return Long.toHexString(bits == 64 ? random.nextLong() : random.nextInt() & 0xFFFF_FFFFL);
  }
}
