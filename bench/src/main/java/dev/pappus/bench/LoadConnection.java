package dev.pappus.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One kept connection of a {@link LoadGenerator}, whose thread owns it. */
final class LoadConnection implements AutoCloseable {
  private static final String HEAD_END = "\r\n\r\n";
  private static final String LENGTH = "\r\ncontent-length: ";
  private static final String CLOSE = "\r\nconnection: close";

  private final SocketChannel channel;
  private final ByteBuffer in = ByteBuffer.allocate(16 << 10);
  private @Nullable ByteBuffer out;
  private @Nullable LoadFlow flow;
  private long dueNanos;
  private int answerBytes = -1;
  private boolean reusable = true;

  LoadConnection(InetSocketAddress address, Selector selector) throws IOException {
    channel = SocketChannel.open(address);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ, this);
  }

  /** Sends a request of {@code of} that was due at {@code atNanos}. */
  void send(LoadFlow of, long atNanos) throws IOException {
    flow = of;
    dueNanos = atNanos;
    answerBytes = -1;
    in.clear();
    out = of.request();
    write();
  }

  /** The flow whose answer is awaited; null is none. */
  @Nullable LoadFlow flow() {
    return flow;
  }

  long dueNanos() {
    return dueNanos;
  }

  private void write() throws IOException {
    ByteBuffer rest = out;
    if (rest != null) {
      channel.write(rest);
      if (rest.hasRemaining()) {
        throw new IOException("a request does not fit into the socket's buffer");
      }
      out = null;
    }
  }

  /** Reads; the status once the answer is whole, 0 before, -1 if the connection is gone. */
  int read() throws IOException {
    if (channel.read(in) < 0) {
      return -1;
    }
    if (answerBytes < 0) {
      String seen = new String(in.array(), 0, in.position(), StandardCharsets.ISO_8859_1);
      int end = seen.indexOf(HEAD_END);
      if (end < 0) {
        return 0;
      }
      String head = seen.substring(0, end + 2).toLowerCase(Locale.ROOT);
      int length = head.indexOf(LENGTH) + LENGTH.length();
      int body = Integer.parseInt(head.substring(length, head.indexOf('\r', length)));
      answerBytes = end + HEAD_END.length() + body;
      reusable = !head.contains(CLOSE);
    }
    if (in.position() < answerBytes) {
      return 0;
    }
    return Integer.parseInt(new String(in.array(), 9, 3, StandardCharsets.ISO_8859_1));
  }

  /** The answer has been seen. */
  void done() {
    flow = null;
  }

  boolean reusable() {
    return reusable;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
