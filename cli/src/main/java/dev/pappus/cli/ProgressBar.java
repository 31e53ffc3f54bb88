package dev.pappus.cli;

import java.util.Locale;

/** One line on the terminal that is written over: how far something has come. */
final class ProgressBar {
  private static final int CELLS = 30;

  private final Terminal terminal;
  private int width;
  private String shown = "";

  ProgressBar(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Shows {@code what [#### ] 50%after}; nothing is written if that stands there already. */
  void show(String what, int percent, String after) {
    int full = CELLS * Math.clamp(percent, 0, 100) / 100;
    String line =
        String.format(
            Locale.ROOT,
            "%s [%s%s] %3d%%%s",
            what,
            "#".repeat(full),
            " ".repeat(CELLS - full),
            percent,
            after);
    if (!line.equals(shown)) {
      shown = line;
      String rest = " ".repeat(Math.max(0, width - line.length()));
      width = line.length();
      terminal.err().print("\r" + line + rest);
      terminal.err().flush();
    }
  }

  /** Leaves an empty line. */
  void erase() {
    if (width > 0) {
      terminal.err().print("\r" + " ".repeat(width) + "\r");
      terminal.err().flush();
      width = 0;
      shown = "";
    }
  }
}
