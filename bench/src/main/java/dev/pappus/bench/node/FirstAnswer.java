package dev.pappus.bench.node;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Asks a server once, over a connection of its own, by as little code as that takes. */
final class FirstAnswer {
  private static final int PATIENCE_MILLIS = 60_000;
  private static final int ANSWER_BYTES_MAX = 64 << 10;

  private FirstAnswer() {}

  /**
   * Sends a request, and waits until all of the answer has come.
   *
   * @param body empty makes it a GET
   * @return the answer's body
   * @throws IOException if nobody answers, or with another status than 200
   */
  static String of(URI server, String path, String body) throws IOException {
    String head =
        "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
            .formatted(body.isEmpty() ? "GET" : "POST", path, server.getAuthority(), body.length());
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.getPort())) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      OutputStream out = new BufferedOutputStream(socket.getOutputStream());
      out.write((head + body).getBytes(StandardCharsets.US_ASCII));
      out.flush();
      String answer =
          new String(
              socket.getInputStream().readNBytes(ANSWER_BYTES_MAX), StandardCharsets.ISO_8859_1);
      if (!answer.startsWith("HTTP/1.1 200 ")) {
        throw new IOException(
            server + path + " answers: " + answer.lines().findFirst().orElse("nothing"));
      }
      return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }
  }
}
