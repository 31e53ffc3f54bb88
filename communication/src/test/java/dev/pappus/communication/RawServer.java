package dev.pappus.communication;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A server on loopback that answers byte by byte as a test says, rightly or wrongly. */
final class RawServer implements AutoCloseable {
  /** What to do with one request; the connection closes when it throws or returns false. */
  @FunctionalInterface
  interface Handler {
    boolean handle(Request request, OutputStream out) throws IOException, InterruptedException;
  }

  /**
   * A request as it arrived.
   *
   * @param connection number of the connection, from 1
   * @param head request line and headers, with their line ends, ISO 8859-1
   * @param body the body, ISO 8859-1
   */
  record Request(int connection, String head, String body) {
    String line() {
      return head.substring(0, head.indexOf('\r'));
    }

    List<String> headers(String name) {
      return head.lines()
          .skip(1)
          .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
          .map(line -> line.substring(name.length() + 1).trim())
          .toList();
    }
  }

  final List<Request> requests = new CopyOnWriteArrayList<>();
  final AtomicInteger connections = new AtomicInteger();
  private final Semaphore disconnects = new Semaphore(0);
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final ServerSocket listener;
  private final Handler handler;

  RawServer(Handler handler) throws IOException {
    this(InetAddress.ofLiteral("127.0.0.1"), handler);
  }

  RawServer(InetAddress address, Handler handler) throws IOException {
    this.handler = handler;
    listener = new ServerSocket(0, 50, address);
    Thread.ofVirtual().start(this::accept);
  }

  /** Answers everything with 200 and {@code body}. */
  static Handler ok(String body) {
    return (request, out) -> {
      send(out, "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
      return true;
    };
  }

  static void send(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  int port() {
    return listener.getLocalPort();
  }

  String url(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  /** Waits until that many connections have ended. */
  boolean awaitDisconnects(int count) throws InterruptedException {
    return disconnects.tryAcquire(count, 10, TimeUnit.SECONDS);
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        sockets.add(socket);
        int number = connections.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(number, socket));
      }
    } catch (IOException _) {
      // Closed.
    }
  }

  private void serve(int number, Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (true) {
        String head = readHead(in);
        if (head == null) {
          return;
        }
        Request bare = new Request(number, head, "");
        int length = bare.headers("content-length").stream().mapToInt(Integer::parseInt).sum();
        Request request =
            new Request(
                number, head, new String(in.readNBytes(length), StandardCharsets.ISO_8859_1));
        requests.add(request);
        if (!handler.handle(request, socket.getOutputStream())) {
          return;
        }
      }
    } catch (IOException | InterruptedException _) {
      // The peer has gone, which some tests are about.
    } finally {
      disconnects.release();
    }
  }

  private static @Nullable String readHead(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (true) {
      int next = in.read();
      if (next < 0) {
        return null;
      }
      head.write(next);
      String text = head.toString(StandardCharsets.ISO_8859_1);
      if (text.endsWith("\r\n\r\n")) {
        return text;
      }
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
