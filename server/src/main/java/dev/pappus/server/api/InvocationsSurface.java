package dev.pappus.server.api;

import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.model.InvocationStatus;
import dev.pappus.model.Limit;
import dev.pappus.model.Names;
import dev.pappus.server.access.Scope;
import dev.pappus.server.async.InvocationHistory;
import dev.pappus.server.async.InvocationHistory.Entry;
import dev.pappus.server.async.InvocationHistory.Query;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.Exchange;
import dev.pappus.server.http.RequestHead;
import dev.pappus.server.http.Response;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Invocations that run and that have ended: {@code /v1/invocations}. A caller sees those of its
 * namespace.
 */
public final class InvocationsSurface {
  private static final List<String> PARAMETERS = List.of("status", "target", "limit", "cursor");
  private static final int LIMIT_DEFAULT = 100;
  private static final int LIMIT_MAX = 1000;
  private static final String RETRY_AFTER_SECONDS = "1";

  private final InvocationHistory history;
  private final ResultEncoder encoder;
  private final InvocationJson json;

  /** Makes the answer that a synchronous invocation would have had. */
  interface ResultEncoder {
    /**
     * Encodes.
     *
     * @param head of the request that asks for the result
     */
    Response encode(RequestHead head, InvocationResult result);
  }

  InvocationsSurface(InvocationHistory history, ResultEncoder encoder, Problems problems) {
    this.history = history;
    this.encoder = encoder;
    this.json = new InvocationJson(problems);
  }

  /** One invocation at a time, for whoever knows its identifier. */
  void addSingleTo(Router router) {
    router
        .add("GET", "/v1/invocations/{}", (_, id, caller) -> blocking(() -> describe(id, caller)))
        .add("DELETE", "/v1/invocations/{}", (_, id, caller) -> cancel(id, caller))
        .add("GET", "/v1/invocations/{}/result", this::result);
  }

  /** And lists of them. */
  void addTo(Router router) {
    addSingleTo(router);
    router.add("GET", "/v1/invocations", (head, _, caller) -> blocking(() -> list(head, caller)));
  }

  private static Endpoint blocking(java.util.function.Supplier<Response> answer) {
    return new Endpoint.Blocking(Limit.REQUEST_BODY, (_, _) -> answer.get());
  }

  private Response describe(String id, Caller caller) {
    return document(200, history.find(id, caller.namespace()));
  }

  private Response document(int status, Entry entry) {
    return Response.of(status, Json.CONTENT_TYPE, Json.object(out -> json.details(out, entry)));
  }

  private Endpoint result(RequestHead head, String id, Caller caller) {
    return blocking(() -> result(head, history.find(id, caller.namespace())));
  }

  private Response result(RequestHead head, Entry entry) {
    return entry.status().ended()
        ? encoder.encode(head, history.result(entry))
        : document(202, entry).with("retry-after", RETRY_AFTER_SECONDS);
  }

  private Endpoint cancel(String id, Caller caller) {
    return new Endpoint.Immediate(
        Limit.REQUEST_BODY, exchange -> exchange.offload(() -> cancel(exchange, id, caller)));
  }

  private void cancel(Exchange exchange, String id, Caller caller) {
    boolean deploys = caller.scope() != null && caller.scope().includes(Scope.DEPLOY);
    history
        .cancel(id, caller.namespace(), deploys)
        .whenComplete((_, _) -> exchange.offload(() -> exchange.respond(describe(id, caller))));
  }

  private Response list(RequestHead head, Caller caller) {
    Map<String, List<String>> query = head.query();
    QueryParameters.requireKnown(query, PARAMETERS);
    Query asked =
        new Query(
            caller.namespace(),
            status(QueryParameters.last(query, "status")),
            QueryParameters.last(query, "target"),
            QueryParameters.last(query, "cursor"),
            limit(QueryParameters.last(query, "limit")));
    List<Entry> entries = history.list(asked);
    return Response.of(
        200,
        Json.CONTENT_TYPE,
        Json.object(out -> {
          out.writeName("invocations");
          out.writeStartArray();
          for (Entry entry : entries) {
            out.writeStartObject();
            json.summary(out, entry);
            out.writeEndObject();
          }
          out.writeEndArray();
          if (entries.size() == asked.limit()) {
            out.writeStringProperty("cursor", entries.getLast().info().id());
          }
        }));
  }

  private static @Nullable InvocationStatus status(@Nullable String text) {
    return text == null
        ? null
        : InvocationStatus.parse(text)
            .orElseThrow(() ->
                QueryParameters.bad(
                    "'" + Names.printable(text) + "' is no status",
                    "use one of "
                        + String.join(
                            ", ",
                            Arrays.stream(InvocationStatus.values())
                                .map(InvocationStatus::text)
                                .toList())));
  }

  private static int limit(@Nullable String text) {
    if (text == null) {
      return LIMIT_DEFAULT;
    }
    if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) < 1) {
      throw QueryParameters.bad(
          "limit is '" + Names.printable(text) + "'", "use a number from 1 to " + LIMIT_MAX);
    }
    return Math.min(LIMIT_MAX, Integer.parseInt(text));
  }
}
