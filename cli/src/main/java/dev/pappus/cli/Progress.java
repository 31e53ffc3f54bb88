package dev.pappus.cli;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;

/** A bar on the terminal while much is moved; nothing where nobody watches or it is little. */
final class Progress {
  private static final long BYTES_MIN = 1 << 20;
  private static final int CHUNK_BYTES = 64 << 10;

  private Progress() {}

  /** {@code bytes}, showing how much of them has been sent. */
  static NodeRequest.Content of(Terminal terminal, String what, byte... bytes) {
    return of(terminal, what, NodeRequest.Content.of(bytes));
  }

  /** {@code content}, showing how much of it has been sent. */
  static NodeRequest.Content of(Terminal terminal, String what, NodeRequest.Content content) {
    if (!isWorthABar(terminal, content.length())) {
      return content;
    }
    return new NodeRequest.Content() {
      @Override
      public long length() {
        return content.length();
      }

      @Override
      public void writeTo(OutputStream out) throws IOException {
        Bar bar = new Bar(terminal, what, content.length());
        try {
          content.writeTo(new Sink(out, bar));
        } finally {
          bar.erase();
        }
      }
    };
  }

  /**
   * All of {@code in}, showing how much of it has come.
   *
   * @param total how much it says to hold; less than 0 if it does not say
   */
  static byte[] read(Terminal terminal, String what, InputStream in, long total)
      throws IOException {
    if (!isWorthABar(terminal, total)) {
      return in.readAllBytes();
    }
    Bar bar = new Bar(terminal, what, total);
    try {
      return new Source(in, bar).readAllBytes();
    } finally {
      bar.erase();
    }
  }

  private static boolean isWorthABar(Terminal terminal, long bytes) {
    return terminal.showsProgress() && bytes > BYTES_MIN;
  }

  private static final class Bar {
    private final ProgressBar bar;
    private final String what;
    private final long total;
    private long done;

    Bar(Terminal terminal, String what, long total) {
      this.bar = new ProgressBar(terminal);
      this.what = what;
      this.total = total;
    }

    void advance(int bytes) {
      done += bytes;
      bar.show(
          what,
          (int) (100 * done / total),
          String.format(Locale.ROOT, " of %.1f MiB", total / 1048576.0));
    }

    void erase() {
      bar.erase();
    }
  }

  private static final class Source extends FilterInputStream {
    private final Bar bar;

    Source(InputStream in, Bar bar) {
      super(in);
      this.bar = bar;
    }

    @Override
    public int read() throws IOException {
      int next = in.read();
      if (next >= 0) {
        bar.advance(1);
      }
      return next;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = in.read(bytes, offset, Math.min(length, CHUNK_BYTES));
      if (count > 0) {
        bar.advance(count);
      }
      return count;
    }
  }

  private static final class Sink extends FilterOutputStream {
    private final Bar bar;

    Sink(OutputStream out, Bar bar) {
      super(out);
      this.bar = bar;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      bar.advance(1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      for (int at = 0; at < length; at += CHUNK_BYTES) {
        int size = Math.min(CHUNK_BYTES, length - at);
        out.write(bytes, offset + at, size);
        bar.advance(size);
      }
    }
  }
}
