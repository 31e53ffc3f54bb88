package dev.pappus.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Serves logs over HTTP on loopback, each at {@code /N}, on a free port. */
final class LogServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads;
  private final List<DemoLog> logs;

  LogServer(List<DemoLog> logs) throws IOException {
    this.logs = List.copyOf(logs);
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    server = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
    threads = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(threads);
    for (int i = 0; i < logs.size(); i++) {
      DemoLog log = logs.get(i);
      server.createContext("/" + i, exchange -> answer(exchange, log));
    }
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  String url(int index) {
    return "http://127.0.0.1:" + port() + "/" + index;
  }

  /** {@code name url}, a line for each log. */
  String list() {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < logs.size(); i++) {
      list.append(logs.get(i).name()).append(' ').append(url(i)).append('\n');
    }
    return list.toString();
  }

  private static void answer(HttpExchange exchange, DemoLog log) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      exchange.getResponseHeaders().set("Content-Type", "text/plain");
      exchange.sendResponseHeaders(200, log.bytes().length == 0 ? -1 : log.bytes().length);
      try (OutputStream body = exchange.getResponseBody()) {
        body.write(log.bytes());
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
