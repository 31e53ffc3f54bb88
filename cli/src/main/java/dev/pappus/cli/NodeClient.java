package dev.pappus.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** Talks to one port of a node over its public HTTP API. One thread. */
final class NodeClient {
  private static final int CONNECT_TIMEOUT_MILLIS = 5000;

  /** A node that has nothing to tell says so every 15 s. */
  private static final int SILENCE_MILLIS = 60_000;

  private final URI address;
  private final int timeoutMillis;
  private final Access access;

  /** Where long waits and large answers are shown; null is nowhere. */
  private final @Nullable Terminal terminal;

  /**
   * As whom to talk, and whom to trust.
   *
   * @param token sent as {@code Authorization: Bearer}, or null
   * @param namespace sent as {@code Pappus-Namespace}, or null
   * @param sockets for https; null are Java's
   */
  record Access(
      @Nullable String token, @Nullable String namespace, @Nullable SSLSocketFactory sockets) {
    static final Access NONE = new Access(null, null, null);
  }

  NodeClient(URI address, int timeoutMillis) {
    this(address, timeoutMillis, Access.NONE);
  }

  NodeClient(URI address, int timeoutMillis, Access access) {
    this(address, timeoutMillis, access, null);
  }

  private NodeClient(URI address, int timeoutMillis, Access access, @Nullable Terminal terminal) {
    this.address = address;
    this.timeoutMillis = timeoutMillis;
    this.access = access;
    this.terminal = terminal;
  }

  /** The same, whose long waits and large answers are shown on {@code terminal}. */
  NodeClient shownOn(Terminal terminal) {
    return new NodeClient(address, timeoutMillis, access, terminal);
  }

  /** A successful answer. */
  static final class Reply {
    private final NodeConnection connection;
    private final byte[] body;

    private Reply(NodeConnection connection, byte[] body) {
      this.connection = connection;
      this.body = body;
    }

    /** The whole body; not copied. */
    byte[] body() {
      return body;
    }

    @Nullable String header(String name) {
      return connection.header(name);
    }

    /** Every field of this name. */
    List<String> headers(String name) {
      return connection.headers(name);
    }

    int status() {
      return connection.status();
    }

    JsonObject json() {
      return JsonObject.parse(body);
    }
  }

  /** Asks for {@code path}. */
  Reply get(String path) throws IOException {
    return exchange(NodeRequest.of("GET", path).with("Accept", "application/json"));
  }

  /** Deletes what {@code path} names. */
  Reply delete(String path) throws IOException {
    return exchange(NodeRequest.of("DELETE", path));
  }

  /** Sends a body to {@code path}. */
  Reply send(String method, String path, String contentType, byte[] body) throws IOException {
    return exchange(NodeRequest.of(method, path).with(contentType, NodeRequest.Content.of(body)));
  }

  /** For a path or a query. */
  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /**
   * Sends {@code request} and waits for the answer.
   *
   * @throws ProblemReply if the node refuses
   * @throws CliException if no node answers, or not in time
   */
  Reply exchange(NodeRequest request) throws IOException {
    URI target = URI.create(address.toString().replaceAll("/+$", "") + request.path());
    try (NodeConnection connection = open(target, timeoutMillis)) {
      send(connection, target, request);
      receive(connection);
      return answer(connection);
    } catch (SocketTimeoutException e) {
      throw new CliException(
          ExitCode.TIMEOUT,
          target + " did not answer within " + timeoutMillis + " ms",
          "wait longer with --timeout");
    } catch (ConnectException | NoRouteToHostException | UnknownHostException e) {
      throw new UnreachableException(address);
    } catch (SSLException e) {
      throw new CliException(
          ExitCode.UNREACHABLE,
          "no secure connection to " + address + ": " + e.getMessage(),
          "name the authority that signed the node's certificate: ca = \"FILE.pem\" in"
              + " ~/.config/pappus/config.toml, or PAPPUS_CA");
    }
  }

  /**
   * Reads the lines of an answer as they come.
   *
   * @param endless whether the node may be silent for longer than an answer may take
   * @throws ProblemReply if the node refuses
   */
  void lines(String path, boolean endless, Consumer<String> line) throws IOException {
    URI target = URI.create(address.toString().replaceAll("/+$", "") + path);
    int patience = endless ? SILENCE_MILLIS : timeoutMillis;
    try (NodeConnection connection = open(target, patience)) {
      send(connection, target, NodeRequest.of("GET", path));
      connection.receive();
      if (connection.status() >= 300) {
        answer(connection);
      }
      readLines(connection, line);
    } catch (ConnectException | NoRouteToHostException | UnknownHostException e) {
      throw new UnreachableException(address);
    } catch (SocketTimeoutException e) {
      throw lost("has said nothing for too long");
    }
  }

  private CliException lost(String how) {
    return new CliException(
        ExitCode.UNREACHABLE,
        "the node at " + address + " " + how,
        "look whether it still runs, then ask again");
  }

  private void readLines(NodeConnection connection, Consumer<String> line) throws IOException {
    // Never closed, here and below: that would read the rest, which may never come. The connection
    // is closed by whoever opened it.
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(connection.body(), StandardCharsets.UTF_8));
    try {
      for (String next = reader.readLine(); next != null; next = reader.readLine()) {
        line.accept(next);
      }
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      throw lost("hung up in the middle");
    }
  }

  private NodeConnection open(URI target, int readMillis) throws IOException {
    return NodeConnection.open(target, access.sockets(), CONNECT_TIMEOUT_MILLIS, readMillis);
  }

  private void send(NodeConnection connection, URI target, NodeRequest request) throws IOException {
    List<String> headers = new ArrayList<>(List.of("Accept", "*/*"));
    headers.addAll(request.headers());
    if (access.token() != null) {
      headers.addAll(List.of("Authorization", "Bearer " + access.token()));
    }
    if (access.namespace() != null) {
      headers.addAll(List.of("Pappus-Namespace", access.namespace()));
    }
    connection.send(request.method(), target, headers, request.body());
  }

  private void receive(NodeConnection connection) throws IOException {
    if (terminal == null) {
      connection.receive();
      return;
    }
    try (Activity _ = Activity.of(terminal, "waiting for the answer")) {
      connection.receive();
    }
  }

  private Reply answer(NodeConnection connection) throws IOException {
    byte[] body =
        terminal == null
            ? connection.body().readAllBytes()
            : Progress.read(terminal, "receiving", connection.body(), connection.length());
    if (connection.status() >= 300) {
      throw new ProblemReply(connection.status(), JsonObject.parse(body));
    }
    return new Reply(connection, body);
  }
}
