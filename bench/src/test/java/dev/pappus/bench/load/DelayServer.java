package dev.pappus.bench.load;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;

/** An HTTP server whose delays are known: the generator is measured by it. */
final class DelayServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService executor;
  private final AtomicInteger requests = new AtomicInteger();
  private final Set<InetSocketAddress> clients = ConcurrentHashMap.newKeySet();

  /** What it does with the request of a number, from 0. */
  interface Behaviour {
    void answer(int number, HttpExchange exchange) throws IOException, InterruptedException;
  }

  DelayServer(ExecutorService executor, Behaviour behaviour) throws IOException {
    this.executor = executor;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    server.setExecutor(executor);
    server.createContext(
        "/",
        exchange -> {
          clients.add(exchange.getRemoteAddress());
          exchange.getRequestBody().readAllBytes();
          try (exchange) {
            behaviour.answer(requests.getAndIncrement(), exchange);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();
  }

  static void say(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  Target target() throws IOException {
    InetSocketAddress address = server.getAddress();
    return Target.parse(
        "http://" + address.getAddress().getHostAddress() + ":" + address.getPort() + "/f?x=1");
  }

  InetSocketAddress address() {
    return server.getAddress();
  }

  int requests() {
    return requests.get();
  }

  /** Connections that have brought requests. */
  int connections() {
    return clients.size();
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
