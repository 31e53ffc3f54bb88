package dev.pappus.bench.load;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * An HTTP server.
 *
 * @param host as the {@code Host} field has it
 * @param address where it listens
 * @param path of the URL, with its query
 */
public record Target(String host, InetSocketAddress address, String path) {
  /**
   * That of a URL, {@code http://HOST[:PORT][/PATH]}.
   *
   * @throws IOException if it is no such URL, or the host is not known; the message says so
   */
  public static Target parse(String url) throws IOException {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      throw new IOException("'" + url + "' is no URL: " + e.getReason(), e);
    }
    if (!"http".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null) {
      throw new IOException(
          "'"
              + url
              + "' is no http://HOST[:PORT]/PATH; the load generator speaks HTTP/1.1 in cleartext");
    }
    int port = uri.getPort() < 0 ? 80 : uri.getPort();
    InetSocketAddress address =
        new InetSocketAddress(uri.getHost().replaceAll("[\\[\\]]", ""), port);
    if (address.isUnresolved()) {
      throw new IOException("host '" + uri.getHost() + "' is not known");
    }
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    return new Target(uri.getHost() + ":" + port, address, path + query);
  }

  /** The same server at another path. */
  public Target at(String otherPath) {
    return new Target(host, address, otherPath);
  }

  /**
   * A request: POST with {@code body}.
   *
   * @param headers further header fields, {@code Name: value}
   * @param check says whether an answer is right
   */
  public Request post(List<String> headers, byte[] body, Request.AnswerCheck check) {
    return request("POST", headers, body, check);
  }

  /** A request with any method. */
  public Request request(
      String method, List<String> headers, byte[] body, Request.AnswerCheck check) {
    StringBuilder head = new StringBuilder(256);
    head.append(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: ").append(host);
    for (String header : headers) {
      if (header.indexOf(':') < 1 || header.chars().anyMatch(c -> c < 32 || c > 126)) {
        throw new IllegalArgumentException("'" + header + "' is no header field 'Name: value'");
      }
      head.append("\r\n").append(header);
    }
    if (body.length > 0 || !method.equals("GET")) {
      head.append("\r\nContent-Length: ").append(body.length);
    }
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    wire.writeBytes(head.append("\r\n\r\n").toString().getBytes(StandardCharsets.US_ASCII));
    wire.writeBytes(body);
    return new Request(wire.toByteArray(), body.length, method.equals("HEAD"), check);
  }
}
