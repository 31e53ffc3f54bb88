package dev.pappus.cli;

import dev.pappus.model.Suggestion;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Talks to one port of a node over its public HTTP API. One thread. */
final class NodeClient {
  private static final int CONNECT_TIMEOUT_MILLIS = 5000;

  static {
    // A POST that got no answer may have run: the JDK would send it again on its own.
    System.setProperty("sun.net.http.retryPost", "false");
  }

  private final URI address;
  private final int timeoutMillis;

  NodeClient(URI address, int timeoutMillis) {
    this.address = address;
    this.timeoutMillis = timeoutMillis;
  }

  /** A successful answer. */
  static final class Reply {
    private final HttpURLConnection connection;
    private final byte[] body;

    private Reply(HttpURLConnection connection, byte[] body) {
      this.connection = connection;
      this.body = body;
    }

    /** The whole body; not copied. */
    byte[] body() {
      return body;
    }

    @Nullable String header(String name) {
      return connection.getHeaderField(name);
    }

    JsonObject json() {
      return JsonObject.parse(body);
    }
  }

  /** Asks for {@code path}. */
  Reply get(String path) throws IOException {
    return exchange("GET", path, "application/json", "*/*", null);
  }

  /** Sends a body to {@code path}. */
  Reply send(String method, String path, String contentType, byte[] body) throws IOException {
    return exchange(method, path, contentType, "*/*", body);
  }

  /** The same, for an answer of the media type {@code accept}. */
  Reply send(String method, String path, String contentType, String accept, byte[] body)
      throws IOException {
    return exchange(method, path, contentType, accept, body);
  }

  /** Everything registered of a kind, {@code functions} or {@code compositions}. */
  List<JsonObject> list(String kind) throws IOException {
    byte[] body = get("/v1/" + kind).body();
    try {
      Object document = Json.read(body);
      if (document instanceof List<?>) {
        return JsonObject.listOf(document);
      }
    } catch (JacksonException e) {
      throw new CliException(ExitCode.FAILED, address + " sent a list that is not JSON", null);
    }
    return JsonObject.parse(body).objects(kind);
  }

  /** The end of the command where {@code name} is not registered. */
  static CliException notFound(String name, Collection<String> known) {
    return new CliException(
        ExitCode.NOT_FOUND,
        "nothing is registered as '" + name + "'" + Suggestion.didYouMean(name, known),
        known.isEmpty() ? "deploy something first: pappus deploy FILE" : "see: pappus ls");
  }

  /** For a path or a query. */
  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private Reply exchange(
      String method, String path, String contentType, String accept, byte @Nullable [] body)
      throws IOException {
    URI target = URI.create(address.toString().replaceAll("/+$", "") + path);
    HttpURLConnection connection = (HttpURLConnection) target.toURL().openConnection();
    connection.setConnectTimeout(CONNECT_TIMEOUT_MILLIS);
    connection.setReadTimeout(timeoutMillis);
    connection.setInstanceFollowRedirects(false);
    connection.setRequestMethod(method);
    connection.setRequestProperty("Accept", accept);
    try {
      if (body != null) {
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(body.length);
        connection.setRequestProperty("Content-Type", contentType);
        send(connection, body);
      }
      return answer(connection);
    } catch (SocketTimeoutException e) {
      throw new CliException(
          ExitCode.TIMEOUT,
          target + " did not answer within " + timeoutMillis + " ms",
          "wait longer with --timeout");
    } catch (ConnectException | NoRouteToHostException | UnknownHostException e) {
      throw new CliException(
          ExitCode.UNREACHABLE,
          "no node answers at " + address,
          "start one with 'pappus server', or name one with --server or PAPPUS_SERVER");
    }
  }

  private static void send(HttpURLConnection connection, byte[] body) throws IOException {
    try (OutputStream out = connection.getOutputStream()) {
      out.write(body);
    } catch (ConnectException | SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      // The node may have answered before it read everything; the answer says more than this.
      if (connection.getResponseCode() < 0) {
        throw e;
      }
    }
  }

  private static Reply answer(HttpURLConnection connection) throws IOException {
    int status = connection.getResponseCode();
    try (InputStream in =
        status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
      byte[] body = in == null ? new byte[0] : in.readAllBytes();
      if (status < 0 || status >= 300) {
        throw new ProblemReply(status, JsonObject.parse(body));
      }
      return new Reply(connection, body);
    }
  }
}
