package dev.pappus.cli;

/** One line on the terminal that is written over. Any thread may use it. */
final class StatusLine {
  private final Terminal terminal;

  // Guarded by this.
  private int width;
  private String shown = "";

  StatusLine(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Shows {@code line}; nothing is written if it stands there already. */
  synchronized void show(String line) {
    if (!line.equals(shown)) {
      shown = line;
      String rest = " ".repeat(Math.max(0, width - line.length()));
      width = line.length();
      terminal.err().print("\r" + line + rest);
      terminal.err().flush();
    }
  }

  /** Leaves an empty line. */
  synchronized void erase() {
    if (width > 0) {
      terminal.err().print("\r" + " ".repeat(width) + "\r");
      terminal.err().flush();
      width = 0;
      shown = "";
    }
  }
}
