package dev.pappus.bench;

import dev.pappus.model.Problem;
import java.nio.file.Files;
import java.nio.file.Path;

/** Something cannot be measured here; the message says why, on one line. */
public final class Unavailable extends Exception {
  private static final long serialVersionUID = 1;
  private static final int REASON_MAX = 300;

  /** With the reason. */
  public Unavailable(String reason) {
    super(printable(reason.strip()));
  }

  /** Tools may print what they like. */
  private static String printable(String text) {
    String cut = text.length() > REASON_MAX ? text.substring(0, REASON_MAX) + "…" : text;
    return cut.replaceAll("\\p{Cntrl}+", " ");
  }

  /** That a backend is. */
  static Unavailable of(Problem problem) {
    return new Unavailable(
        problem.detail() + (problem.hint() == null ? "" : "; " + problem.hint()));
  }

  /** Unless this part of the guest build is there. */
  public static void requireBuilt(Path file) throws Unavailable {
    if (!Files.exists(file)) {
      String name = String.valueOf(file.getFileName());
      throw new Unavailable(
          name.endsWith(".wasm")
              ? name + " is not built: install clang and lld, then run 'make -C guest'"
              : name + " is not built: run 'make -C guest'");
    }
  }

  /** Why, on one line. */
  public String reason() {
    return String.valueOf(getMessage());
  }
}
