package dev.pappus.bench.trace;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Stands for the services that functions of a trace wait for: answers late, on loopback. */
public final class WaitServer implements AutoCloseable {
  private static final String PATH = "/wait/";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** Starts it on a free port. */
  public WaitServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    server.createContext(PATH, WaitServer::answer);
    server.setExecutor(threads);
    server.start();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** What answers after {@code nanos}. */
  public String url(long nanos) {
    return "http://127.0.0.1:%d%s%d".formatted(port(), PATH, nanos);
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      long nanos = Long.parseLong(exchange.getRequestURI().getPath().substring(PATH.length()));
      Thread.sleep(Duration.ofNanos(nanos));
      exchange.sendResponseHeaders(200, -1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
