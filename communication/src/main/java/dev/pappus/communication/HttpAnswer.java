package dev.pappus.communication;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What one request item brings: the bytes of its items in {@code headers} and {@code bodies}.
 *
 * @param head status line and headers, each followed by LF
 * @param body the body as it was received
 */
record HttpAnswer(MemorySegment head, MemorySegment body) {
  private static final int REASON_LENGTH_MAX = 300;

  /** An answer of a server. */
  static HttpAnswer of(
      String version, int status, String reason, List<HttpHeader> headers, byte[] body) {
    StringBuilder head = new StringBuilder();
    head.append(version).append(' ').append(status).append(' ').append(reason).append('\n');
    for (HttpHeader header : headers) {
      head.append(header.name()).append(':').append(header.value()).append('\n');
    }
    byte[] headBytes = head.toString().getBytes(StandardCharsets.ISO_8859_1);
    return new HttpAnswer(MemorySegment.ofArray(headBytes), MemorySegment.ofArray(body));
  }

  /** The answer that stands for an exchange that failed, see {@code Pappus-On-Error}. */
  static HttpAnswer failed(String reason) {
    String line = reason.replaceAll("[^\\x20-\\x7E]", "?");
    String shortened =
        line.length() <= REASON_LENGTH_MAX ? line : line.substring(0, REASON_LENGTH_MAX);
    return of("HTTP/1.1", 599, shortened, List.of(), new byte[0]);
  }
}
