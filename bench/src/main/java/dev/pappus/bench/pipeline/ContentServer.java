package dev.pappus.bench.pipeline;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Serves made-up logs and an image on loopback, for compositions that fetch what they work on. */
final class ContentServer implements AutoCloseable {
  static final int LOGS = 4;
  static final int LOG_LINES = 500;
  static final int IMAGE_SIDE = 96;
  private static final String PATTERN = "ERROR";
  private static final int PATTERN_EVERY = 7;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, byte[]> contents;

  ContentServer(long seed) throws IOException {
    contents = Map.of("/log", log(seed), "/image", image(seed));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    contents.forEach(
        (path, bytes) -> server.createContext(path, exchange -> answer(exchange, bytes)));
    server.setExecutor(threads);
    server.start();
  }

  private static void answer(HttpExchange exchange, byte[] bytes) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static byte[] log(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < LOG_LINES; i++) {
      text.append(
          "2026-01-02T03:04:%02d node-%d %s request %d took %d us%n"
              .formatted(
                  i % 60,
                  random.nextInt(10),
                  i % PATTERN_EVERY == 0 ? PATTERN : "INFO",
                  i,
                  random.nextInt(100_000)));
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** What {@link #PATTERN} is counted to in all logs together. */
  static String expectedCount() {
    return Integer.toString(LOGS * Math.ceilDiv(LOG_LINES, PATTERN_EVERY));
  }

  static String pattern() {
    return PATTERN;
  }

  /** Soft colours with a little noise, as a portable pixmap. */
  static byte[] image(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] head =
        "P6\n%d %d\n255\n".formatted(IMAGE_SIDE, IMAGE_SIDE).getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[head.length + IMAGE_SIDE * IMAGE_SIDE * 3];
    System.arraycopy(head, 0, all, 0, head.length);
    int at = head.length;
    for (int y = 0; y < IMAGE_SIDE; y++) {
      for (int x = 0; x < IMAGE_SIDE; x++) {
        int noise = (x / 8 + y / 8) % 3 == 0 ? random.nextInt(4) : 0;
        all[at++] = (byte) (x * 2 + noise);
        all[at++] = (byte) (y * 2);
        all[at++] = (byte) (128 + noise * 8);
      }
    }
    return all;
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** A list for make_requests that fetches every log. */
  String logList() {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < LOGS; i++) {
      list.append("log").append(i).append(" http://127.0.0.1:").append(port()).append("/log\n");
    }
    return list.toString();
  }

  /** The same for the image. */
  String imageList() {
    return "image http://127.0.0.1:" + port() + "/image\n";
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
