package dev.pappus.server.http;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** An HTTP/1.1 client that sends exactly the bytes it is told to. */
public final class RawClient implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;

  /** A parsed answer. */
  @SuppressWarnings("ArrayRecordComponent") // compared field by field
  public record Answer(int status, Map<String, String> headers, byte[] body) {
    /** The body as text. */
    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  /** A connection of its own. */
  public RawClient(InetSocketAddress address) throws IOException {
    socket = new Socket(address.getAddress(), address.getPort());
    socket.setSoTimeout(10_000);
    socket.setTcpNoDelay(true);
    in = socket.getInputStream();
  }

  /** Sends characters up to U+00FF. */
  public RawClient send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Sends bytes. */
  public RawClient send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  /** Sends a byte every {@code everyMillis} until the server says something. */
  public void drip(String text, int everyMillis) throws IOException {
    socket.setSoTimeout(everyMillis);
    in.mark(1);
    for (byte each : text.getBytes(StandardCharsets.ISO_8859_1)) {
      socket.getOutputStream().write(each);
      if (answerArrived()) {
        break;
      }
    }
    socket.setSoTimeout(10_000);
  }

  private int pushedBack = -1;

  private boolean answerArrived() throws IOException {
    try {
      pushedBack = in.read();
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  private int read() throws IOException {
    if (pushedBack >= 0) {
      int value = pushedBack;
      pushedBack = -1;
      return value;
    }
    return in.read();
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = read(); c != '\n'; c = read()) {
      if (c < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (c != '\r') {
        line.write(c);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  /** The next answer; waits for it. */
  public Answer answer() throws IOException {
    return answer(false);
  }

  /** The next answer to a HEAD request. */
  public Answer answerToHead() throws IOException {
    return answer(true);
  }

  Answer answer(boolean toHead) throws IOException {
    String status = line();
    Map<String, String> headers = new TreeMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).trim());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    byte[] body = toHead ? new byte[0] : in.readNBytes(length);
    return new Answer(Integer.parseInt(status.split(" ", 3)[1]), headers, body);
  }

  /** Whether the server has closed the connection; waits for it. */
  boolean closed() throws IOException {
    try {
      return read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (java.net.SocketException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
