package dev.pappus.cli;

import java.util.Locale;

/** How far something has come whose end is known, on a terminal. */
final class ProgressBar {
  private static final int CELLS = 30;

  private final StatusLine line;

  ProgressBar(Terminal terminal) {
    this.line = new StatusLine(terminal);
  }

  /** Shows {@code what [#### ] 50%after}. */
  void show(String what, int percent, String after) {
    int full = CELLS * Math.clamp(percent, 0, 100) / 100;
    line.show(
        String.format(
            Locale.ROOT,
            "%s [%s%s] %3d%%%s",
            what,
            "#".repeat(full),
            " ".repeat(CELLS - full),
            percent,
            after));
  }

  /** Leaves an empty line. */
  void erase() {
    line.erase();
  }
}
