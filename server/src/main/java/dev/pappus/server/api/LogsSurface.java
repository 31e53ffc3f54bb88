package dev.pappus.server.api;

import dev.pappus.model.Limit;
import dev.pappus.model.Names;
import dev.pappus.server.access.Token;
import dev.pappus.server.access.Tokens;
import dev.pappus.server.async.InvocationHistory;
import dev.pappus.server.async.LogHub;
import dev.pappus.server.async.LogLine;
import dev.pappus.server.async.LogNews;
import dev.pappus.server.http.AnswerStream;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.Exchange;
import dev.pappus.server.http.RequestHead;
import dev.pappus.server.http.Response;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What functions printed: {@code GET /v1/logs}, as JSON lines or as server-sent events. */
public final class LogsSurface {
  private static final String EVENTS_TYPE = "text/event-stream";
  private static final String LINES_TYPE = "application/jsonl";

  private final InvocationHistory history;
  private final LogHub hub;
  private final Tokens tokens;

  LogsSurface(InvocationHistory history, LogHub hub, Tokens tokens) {
    this.history = history;
    this.hub = hub;
    this.tokens = tokens;
  }

  void addTo(Router router) {
    router.add(
        "GET",
        "/v1/logs",
        (head, _, caller) ->
            new Endpoint.Immediate(
                Limit.REQUEST_BODY,
                exchange -> exchange.offload(() -> serve(exchange, head, caller))));
  }

  private void serve(Exchange exchange, RequestHead head, Caller caller) {
    Map<String, List<String>> query = head.query();
    QueryParameters.requireKnown(query, List.of("target", "id", "follow"));
    LogHub.Filter filter =
        new LogHub.Filter(
            caller.namespace(),
            QueryParameters.last(query, "target"),
            QueryParameters.last(query, "id"));
    boolean events = String.valueOf(head.header("accept")).contains(EVENTS_TYPE);
    String type = events ? EVENTS_TYPE : LINES_TYPE;
    Response start = Response.of(200, type, new byte[0]).with("cache-control", "no-cache");
    boolean follow = follow(query);
    if (head.method().equals("HEAD")) {
      history.logs(filter); // an invocation that is not known is a problem here as well
      exchange.stream(start).end();
      return;
    }
    if (!follow) {
      List<LogNews> logs = history.logs(filter);
      new LogFollower(events, filter, false, () -> mayGoOn(caller))
          .begin(exchange.stream(start), logs, true);
      return;
    }
    // If it ends before it is followed, this is wrong and not needed.
    boolean durable = filter.id() != null && history.isDurable(filter.id());
    LogFollower follower = new LogFollower(events, filter, durable, () -> mayGoOn(caller));
    LogHub.Subscription subscription = hub.follow(filter, follower);
    try {
      // Asked only now: who ends later is told of it.
      boolean ends = filter.id() != null && history.hasEnded(filter.id(), caller.namespace());
      List<LogNews> before = history.logs(filter);
      AnswerStream stream = exchange.stream(start);
      stream.onClosed(subscription::close);
      follower.begin(stream, before, ends);
    } catch (RuntimeException | Error e) {
      subscription.close();
      throw e;
    }
  }

  private boolean mayGoOn(Caller caller) {
    Token token = caller.token();
    return token == null || tokens.isGood(token);
  }

  private static boolean follow(Map<String, List<String>> query) {
    String text = QueryParameters.last(query, "follow");
    return switch (text == null ? "false" : text) {
      case "true", "" -> true;
      case "false" -> false;
      default ->
          throw QueryParameters.bad(
              "follow is '" + Names.printable(String.valueOf(text)) + "'", "use true or false");
    };
  }

  static byte[] encode(LogLine line, boolean event) {
    return frame(
        Json.object(json -> {
          json.writeStringProperty("time", line.time().toString());
          json.writeStringProperty("invocation", line.invocation());
          json.writeStringProperty("target", line.target());
          Json.optional(json, "application", line.application());
          Json.optional(json, "function", line.function());
          Json.optional(json, "item", line.item());
          Json.optional(json, "code", line.code());
          json.writeStringProperty("text", line.text());
        }),
        event);
  }

  static byte[] dropped(long count, boolean event) {
    return frame(Json.object(json -> json.writeNumberProperty("dropped", count)), event);
  }

  private static byte[] frame(byte[] object, boolean event) {
    if (!event) {
      return object;
    }
    byte[] framed = new byte[object.length + 7];
    System.arraycopy("data: ".getBytes(StandardCharsets.US_ASCII), 0, framed, 0, 6);
    System.arraycopy(object, 0, framed, 6, object.length);
    framed[framed.length - 1] = '\n';
    return framed;
  }
}
