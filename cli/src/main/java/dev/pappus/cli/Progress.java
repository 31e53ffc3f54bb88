package dev.pappus.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;

/** A bar on the terminal while much is sent; nothing where nobody watches or little is sent. */
final class Progress {
  private static final long BYTES_MIN = 1 << 20;
  private static final int CHUNK_BYTES = 64 << 10;

  private Progress() {}

  /** {@code bytes}, showing how much of them has been sent. */
  static NodeClient.Content of(Terminal terminal, String what, byte... bytes) {
    return of(terminal, what, NodeClient.Content.of(bytes));
  }

  /** {@code content}, showing how much of it has been sent. */
  static NodeClient.Content of(Terminal terminal, String what, NodeClient.Content content) {
    if (!terminal.showsProgress() || content.length() <= BYTES_MIN) {
      return content;
    }
    return new NodeClient.Content() {
      @Override
      public long length() {
        return content.length();
      }

      @Override
      public void writeTo(OutputStream out) throws IOException {
        Bar bar = new Bar(terminal, what, out, content.length());
        try {
          content.writeTo(bar);
        } finally {
          bar.erase();
        }
      }
    };
  }

  private static final class Bar extends FilterOutputStream {
    private final ProgressBar bar;
    private final String what;
    private final long total;
    private long done;

    Bar(Terminal terminal, String what, OutputStream out, long total) {
      super(out);
      this.bar = new ProgressBar(terminal);
      this.what = what;
      this.total = total;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      advance(1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      for (int at = 0; at < length; at += CHUNK_BYTES) {
        int size = Math.min(CHUNK_BYTES, length - at);
        out.write(bytes, offset + at, size);
        advance(size);
      }
    }

    private void advance(int bytes) {
      done += bytes;
      bar.show(
          what,
          (int) (100 * done / total),
          String.format(Locale.ROOT, " of %.1f MiB", total / 1048576.0));
    }

    private void erase() {
      bar.erase();
    }
  }
}
