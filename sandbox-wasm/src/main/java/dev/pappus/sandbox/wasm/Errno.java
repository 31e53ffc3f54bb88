package dev.pappus.sandbox.wasm;

/** Error numbers of {@code wasi_snapshot_preview1} that this node gives, and how they travel. */
final class Errno extends RuntimeException {
  static final int SUCCESS = 0;
  static final int BADF = 8;
  static final int EXIST = 20;
  static final int FAULT = 21;
  static final int FBIG = 22;
  static final int ILSEQ = 25;
  static final int INVAL = 28;
  static final int ISDIR = 31;
  static final int MFILE = 33;
  static final int NAMETOOLONG = 37;
  static final int NOENT = 44;
  static final int NOSPC = 51;
  static final int NOSYS = 52;
  static final int NOTDIR = 54;
  static final int NOTEMPTY = 55;
  static final int NOTSUP = 58;
  static final int PERM = 63;
  static final int ROFS = 69;
  static final int SPIPE = 70;
  static final int NOTCAPABLE = 76;

  private final int number;

  private Errno(int number) {
    super("errno " + number, null, false, false);
    this.number = number;
  }

  /** To be thrown out of an implementation; what called it answers the number. */
  static Errno of(int number) {
    return new Errno(number);
  }

  int number() {
    return number;
  }
}
