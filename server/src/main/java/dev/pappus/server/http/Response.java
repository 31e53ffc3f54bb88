package dev.pappus.server.http;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * An answer.
 *
 * @param status HTTP status code
 * @param headers header fields, the content type included; content length, date and connection are
 *     added by the transport
 * @param body its bytes in pieces; they must not change any more
 */
public record Response(int status, List<Header> headers, List<MemorySegment> body) {
  public Response {
    headers = List.copyOf(headers);
    body = List.copyOf(body);
  }

  /**
   * A header field.
   *
   * @param name its name
   * @param value its value, visible ASCII
   */
  public record Header(String name, String value) {}

  /** An answer with a body in one piece. */
  public static Response of(int status, String contentType, byte[] body) {
    return new Response(
        status,
        List.of(new Header("content-type", contentType)),
        List.of(MemorySegment.ofArray(body)));
  }

  /** An answer with plain text. */
  public static Response text(int status, String text) {
    return of(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }

  /** With one more header field. */
  public Response with(String name, String value) {
    List<Header> all = new ArrayList<>(headers);
    all.add(new Header(name, value));
    return new Response(status, all, body);
  }

  /** Size of the body in bytes. */
  public long bodyBytes() {
    long sum = 0;
    for (MemorySegment piece : body) {
      sum += piece.byteSize();
    }
    return sum;
  }
}
