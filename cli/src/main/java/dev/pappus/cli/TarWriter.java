package dev.pappus.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes an archive in the format ustar. The same calls give the same bytes. */
final class TarWriter implements AutoCloseable {
  private static final int BLOCK = 512;
  private static final int NAME_BYTES = 100;
  private static final int PREFIX_BYTES = 155;

  /** Tapes were written in records of this many bytes; tar still warns of others. */
  private static final int RECORD = 20 * BLOCK;

  private final OutputStream out;
  private final long modifiedSeconds;
  private long written;

  /**
   * Starts an archive.
   *
   * @param out gets it; closed with this
   * @param modifiedSeconds time of every entry, since 1970
   */
  TarWriter(OutputStream out, long modifiedSeconds) {
    this.out = out;
    this.modifiedSeconds = modifiedSeconds;
  }

  /** Adds a folder. */
  void folder(String name) throws IOException {
    header(name + "/", 0755, 0, '5');
  }

  /** Adds a file. */
  void file(String name, boolean executable, byte[] content) throws IOException {
    header(name, executable ? 0755 : 0644, content.length, '0');
    write(content);
    pad(BLOCK);
  }

  private void header(String name, int mode, long size, char type) throws IOException {
    byte[] block = new byte[BLOCK];
    byte[] path = name.getBytes(StandardCharsets.UTF_8);
    int split = path.length <= NAME_BYTES ? -1 : split(name, path);
    System.arraycopy(path, split + 1, block, 0, path.length - split - 1);
    octal(block, 100, 8, mode);
    octal(block, 108, 8, 0);
    octal(block, 116, 8, 0);
    octal(block, 124, 12, size);
    octal(block, 136, 12, modifiedSeconds);
    java.util.Arrays.fill(block, 148, 156, (byte) ' ');
    block[156] = (byte) type;
    text(block, 257, "ustar\0" + "00");
    text(block, 265, "root");
    text(block, 297, "root");
    if (split > 0) {
      System.arraycopy(path, 0, block, 345, split);
    }
    int sum = 0;
    for (byte each : block) {
      sum += Byte.toUnsignedInt(each);
    }
    octal(block, 148, 7, sum);
    write(block);
  }

  /** Where a long path falls into a folder and a name that the header has room for. */
  private static int split(String name, byte[] path) {
    for (int i = Math.min(PREFIX_BYTES, path.length - 2); i > 0; i--) {
      if (path[i] == '/' && path.length - i - 1 <= NAME_BYTES) {
        return i;
      }
    }
    throw new CliException(ExitCode.FAILED, "the path is too long for an archive: " + name, null);
  }

  private static void octal(byte[] block, int offset, int length, long value) {
    String digits = Long.toOctalString(value);
    text(block, offset, "0".repeat(length - 1 - digits.length()) + digits + '\0');
  }

  private static void text(byte[] block, int offset, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, block, offset, bytes.length);
  }

  private void write(byte[] bytes) throws IOException {
    out.write(bytes);
    written += bytes.length;
  }

  private void pad(int multiple) throws IOException {
    write(new byte[Math.floorMod(-written, multiple)]);
  }

  @Override
  public void close() throws IOException {
    try (out) {
      write(new byte[2 * BLOCK]);
      pad(RECORD);
    }
  }
}
