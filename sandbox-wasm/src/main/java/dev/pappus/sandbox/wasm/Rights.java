package dev.pappus.sandbox.wasm;

/** Rights of descriptors, as far as they mean anything here. */
final class Rights {
  static final long READ = 1L << 1;
  static final long SEEK = 1L << 2;
  static final long TELL = 1L << 5;
  static final long WRITE = 1L << 6;
  static final long ALLOCATE = 1L << 8;
  static final long SET_SIZE = 1L << 22;

  /** All that preview 1 knows, sockets apart. */
  static final long ALL = (1L << 28) - 1;

  private static final long CHANGES_FILE = WRITE | ALLOCATE | SET_SIZE;
  private static final long READS_FILE = READ;

  private Rights() {}

  /** What a descriptor of a file may do. */
  static long ofFile(boolean readable, boolean writable) {
    long rights = ALL;
    if (!readable) {
      rights &= ~READS_FILE;
    }
    if (!writable) {
      rights &= ~CHANGES_FILE;
    }
    return rights;
  }

  /** What a standard output may do: write, and nothing that a terminal could not. */
  static long ofOutput() {
    return ALL & ~(READ | SEEK | TELL);
  }
}
