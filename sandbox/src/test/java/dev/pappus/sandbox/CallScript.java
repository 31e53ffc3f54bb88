package dev.pappus.sandbox;

import java.util.Random;

/** Random scripts for guest/programs/script.c: sequences of calls that meet each other. */
final class CallScript {
  private static final int AT_FDCWD = -100;

  private static final String[] PATHS = {
    "a",
    "b",
    "c",
    "d",
    "e",
    "d/a",
    "d/b",
    "d/d",
    "d/d/a",
    "e/x",
    "l",
    "l/a",
    "d/l",
    ".",
    "./a",
    "d/../a",
    "d/.",
    "a/",
    "d/",
    "a/b",
    "no/where",
    "\"\"",
    "d//a",
    "x".repeat(255),
    "x".repeat(256),
    "d/./d/../b",
    "l/"
  };

  private static final String[] NAMES = {"a", "b", "c", "d", "e", "d/a", "d/b", "d/d", "l"};
  private static final int[] RIGHTS = {0600, 0644, 0755, 0700, 0666, 0777};

  /** O_RDONLY, O_WRONLY and O_RDWR with some of CREAT, EXCL, TRUNC, APPEND, DIRECTORY, NOFOLLOW. */
  private static final int[] FLAGS = {0, 0, 1, 2, 2, 2, 0x40, 0x80, 0x200, 0x400, 0x10000, 0x20000};

  private final Random random;
  private final StringBuilder text = new StringBuilder();

  private CallScript(Random random) {
    this.random = random;
  }

  /** A script of {@code calls} calls. */
  static String of(Random random, int calls) {
    CallScript script = new CallScript(random);
    // Something to meet from the beginning on.
    script.line("mkdir", "d", 0755);
    script.line("open", "a", 0x42, 0644);
    script.line("write", 3, 5000, 1);
    for (int i = 0; i < calls; i++) {
      script.call();
    }
    script.line("list", ".");
    script.line("list", "d");
    script.line("stat", "a");
    return script.text.toString();
  }

  private void line(Object... words) {
    for (int i = 0; i < words.length; i++) {
      text.append(i == 0 ? "" : " ").append(words[i]);
    }
    text.append('\n');
  }

  private String path() {
    String[] from = random.nextInt(3) == 0 ? PATHS : NAMES;
    return from[random.nextInt(from.length)];
  }

  private int descriptor() {
    // Not those that the script itself comes by and its results go to.
    return switch (random.nextInt(12)) {
      case 0 -> random.nextInt(3, 40);
      case 1 -> -1;
      default -> random.nextInt(3, 9);
    };
  }

  private int size() {
    return random.nextInt(5) == 0 ? random.nextInt(60_000) : random.nextInt(300);
  }

  private long offset() {
    return switch (random.nextInt(12)) {
      case 0 -> -1;
      case 1 -> random.nextInt(200_000);
      case 2 -> -random.nextInt(100);
      default -> random.nextInt(6000);
    };
  }

  private int rights() {
    return RIGHTS[random.nextInt(RIGHTS.length)];
  }

  private int flags() {
    int flags = random.nextInt(2) == 0 ? 0x42 : random.nextInt(3);
    for (int i = 0; i < 2; i++) {
      flags |= random.nextInt(3) == 0 ? FLAGS[random.nextInt(FLAGS.length)] : 0;
    }
    // Neither is 3 a way to open a file, nor do all kernels say the same of directories to be made.
    flags = (flags & 3) == 3 ? flags & ~1 : flags;
    return (flags & 0x40) != 0 ? flags & ~0x10000 : flags;
  }

  private int mapping() {
    return random.nextInt(4);
  }

  private void call() {
    int choice = random.nextInt(50);
    switch (choice) {
      case 0, 1, 2, 3, 4 -> line("open", path(), flags(), rights());
      case 5 ->
          line("openat", random.nextBoolean() ? AT_FDCWD : descriptor(), path(), flags(), rights());
      case 6, 7 -> line("close", descriptor());
      case 8, 9 -> line("read", descriptor(), size());
      case 10 -> line("pread", descriptor(), size(), offset());
      case 11, 12, 13 -> line("write", descriptor(), size(), random.nextInt(1000));
      case 14 -> line("pwrite", descriptor(), size(), random.nextInt(1000), offset());
      case 15 -> line("writev", descriptor(), size(), random.nextInt(1000));
      case 16 -> line("readv", descriptor(), size());
      case 17, 18 ->
          line("lseek", descriptor(), offset(), random.nextInt(10) == 0 ? 9 : random.nextInt(3));
      case 19 -> line("ftruncate", descriptor(), offset());
      case 20 -> line("truncate", path(), offset());
      case 21 -> line("fstat", descriptor());
      case 22 -> line("stat", path());
      case 23 -> line("lstat", path());
      case 24, 25 -> line("mkdir", path(), rights());
      case 26 -> line("rmdir", path());
      case 27, 28 -> line("unlink", path());
      case 29, 30 -> line("rename", path(), path());
      // No link: the library OS has no second names for files, as some file systems have none.
      case 31, 32 -> line("symlink", NAMES[random.nextInt(NAMES.length)], path());
      case 33 -> line("readlink", path());
      case 34 -> line("access", path(), random.nextInt(8));
      case 35 -> line("chmod", path(), rights());
      case 36 -> line("fchmod", descriptor(), rights());
      case 37 -> line("dup", descriptor());
      case 38 -> line("dup2", descriptor(), random.nextInt(3, 20));
      case 39 -> line("fcntl", descriptor(), random.nextInt(1, 4), random.nextInt(2));
      case 40 -> line("list", path());
      case 41 -> line("fsync", descriptor());
      default -> memory(choice);
    }
  }

  private void memory(int choice) {
    switch (choice) {
      case 42, 43 ->
          line(
              "map",
              mapping(),
              random.nextInt(10) == 0 ? 0 : random.nextInt(1, 40_000),
              random.nextInt(3) == 0 ? random.nextInt(4) : 3,
              -1,
              0);
      case 44 -> line("touch", mapping(), random.nextInt(20_000), size(), random.nextInt(1000));
      case 45 -> line("touch", mapping(), 0, 4096, random.nextInt(1000));
      case 46 -> line("remap", mapping(), random.nextInt(10) == 0 ? 0 : random.nextInt(60_000));
      case 47 -> line("protect", mapping(), random.nextInt(4));
      case 48 -> line(random.nextBoolean() ? "unmap" : "advise", mapping());
      default -> {
        if (random.nextInt(4) == 0) {
          line("bad", random.nextInt(6), random.nextInt(5));
        } else {
          line("brk", random.nextInt(-8, 8) * 4096);
        }
      }
    }
  }
}
