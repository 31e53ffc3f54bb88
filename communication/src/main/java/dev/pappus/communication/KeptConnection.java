package dev.pappus.communication;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.impl.io.DefaultManagedHttpClientConnection;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParserFactory;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * A connection that knows at once whether it may carry another request. The client's own check
 * waits a millisecond for what may arrive, which is longer than a request in a data centre takes,
 * and does not see bytes that came behind the last answer.
 */
final class KeptConnection extends DefaultManagedHttpClientConnection {
  private static final AtomicLong COUNT = new AtomicLong();
  private static final Timeout PEEK = Timeout.ofMilliseconds(1);

  private @Nullable SocketChannel channel;
  private @Nullable SessionInputBuffer received;

  KeptConnection(Http1Config config) {
    // ISO 8859-1 in both directions keeps every byte of header values.
    super(
        "http-" + COUNT.incrementAndGet(),
        StandardCharsets.ISO_8859_1.newDecoder(),
        StandardCharsets.ISO_8859_1.newEncoder(),
        config,
        null,
        null,
        null,
        new DefaultHttpResponseParserFactory(config));
  }

  /** A socket of the kind that this connection can look into. */
  static Socket newSocket() throws IOException {
    return SocketChannel.open().socket();
  }

  @Override
  public void bind(Socket socket) throws IOException {
    channel = socket.getChannel();
    super.bind(socket);
  }

  @Override
  public void bind(SSLSocket tls, Socket socket) throws IOException {
    channel = socket.getChannel();
    super.bind(tls, socket);
  }

  @Override
  protected InputStream createContentInputStream(
      long length, SessionInputBuffer buffer, InputStream in) {
    received = buffer;
    return super.createContentInputStream(length, buffer, in);
  }

  /**
   * Whether the peer has closed the connection, or has sent anything that belongs to no request:
   * that would be taken for the answer to the next one.
   */
  @Override
  public boolean isStale() throws IOException {
    SocketChannel open = channel;
    if (open == null || !isOpen()) {
      return true;
    }
    boolean unread = received == null ? isDataAvailable(PEEK) : received.length() > 0;
    return unread || !isSilent(open);
  }

  /** Whether the socket has neither bytes nor the end of the stream to read. */
  private static boolean isSilent(SocketChannel open) {
    try {
      open.configureBlocking(false);
      // With TLS this takes a byte away from it; whoever hears one does not go on here.
      int count = open.read(ByteBuffer.allocate(1));
      open.configureBlocking(true);
      return count == 0;
    } catch (IOException _) {
      return false;
    }
  }
}
