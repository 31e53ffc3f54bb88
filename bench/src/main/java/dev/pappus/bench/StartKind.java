package dev.pappus.bench;

/** How the sandbox of a measured invocation is started. */
enum StartKind {
  /** The sandbox holds the function already. */
  BOUND("bound"),
  /** Two functions take turns on one sandbox, so that each time it is rebound. */
  LOADED("loaded"),
  /** A blank sandbox from the pool, which is refilled in the background. */
  LOADED_BLANK("loaded (blank)"),
  /** The binary is mapped from the page cache, checked and parsed first; then as LOADED. */
  FILE("file");

  private final String text;

  StartKind(String text) {
    this.text = text;
  }

  /** The name in reports. */
  String text() {
    return text;
  }
}
