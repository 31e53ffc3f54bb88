package dev.pappus.server.api;

import dev.pappus.dispatcher.InvocationRequest;
import dev.pappus.dispatcher.InvocationRequest.CodeSource;
import dev.pappus.dispatcher.InvocationTarget;
import dev.pappus.dispatcher.OutputSet;
import dev.pappus.dispatcher.Registered;
import dev.pappus.dispatcher.Registry;
import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Suggestion;
import dev.pappus.server.http.Body;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.Exchange;
import dev.pappus.server.http.Response;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * The surface for people: {@code POST /function/NAME} and {@code POST /composition/NAME}. The body
 * is one item; the answer is the one item of the one output set, or all sets in JSON where there is
 * no such one.
 */
public final class PeopleSurface {
  /** Media type of answers that are not a single item. */
  public static final String SETS_TYPE = "application/vnd.pappus.sets+json";

  /** Name of the item that a body becomes. */
  public static final String BODY_ITEM = "body";

  /** The output set for a function's prints, which is a result only if there is no other set. */
  private static final String STDIO = "stdio";

  private final Registry registry;
  private final InvocationService invocations;

  PeopleSurface(Registry registry, InvocationService invocations) {
    this.registry = registry;
    this.invocations = invocations;
  }

  void addTo(Router router) {
    router
        .add("POST", "/function/{}", (_, name) -> invoke(name, false))
        .add("POST", "/composition/{}", (_, name) -> invoke(name, true));
  }

  private Endpoint invoke(String name, boolean composition) {
    Names.requireIdentifier(composition ? "composition" : "function", name);
    Registered target = registry.find(name).orElseThrow(() -> unknown(name));
    requireKind(target, composition);
    return new Endpoint.Immediate(Limit.REQUEST_BODY, exchange -> start(exchange, target));
  }

  private ProblemException unknown(String name) {
    return new ProblemException(
        Problem.of(
                ProblemCode.UNKNOWN_INVOCABLE,
                "nothing is registered as '%s'%s",
                name,
                Suggestion.didYouMean(name, registry.names()))
            .withFunction(name)
            .withHint("'pappus ls' shows what is registered, 'pappus deploy FILE' adds to it"));
  }

  private static void requireKind(Registered target, boolean composition) {
    boolean isComposition =
        switch (target) {
          case Registered.Function _, Registered.Communication _ -> false;
          case Registered.OfComposition _ -> true;
        };
    if (isComposition != composition) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.UNKNOWN_INVOCABLE,
                  isComposition ? "'%s' is a composition, no function" : "'%s' is no composition",
                  target.name())
              .withFunction(target.name())
              .withHint(
                  "invoke it at /"
                      + (isComposition ? "composition" : "function")
                      + "/"
                      + target.name()));
    }
  }

  private void start(Exchange exchange, Registered target) {
    Body body = exchange.body();
    List<String> inputs = target.signature().inputs();
    if (!body.isEmpty() && inputs.isEmpty()) {
      throw new ProblemException(
          Problem.of(ProblemCode.UNKNOWN_SET, "'%s' takes no input", target.name())
              .withFunction(target.name())
              .withHint("send the request without a body"));
    }
    List<DataSet> sets;
    if (SETS_TYPE.equals(exchange.head().header("content-type"))) {
      sets = SetsDocument.read(body, inputs);
    } else if (body.isEmpty()) {
      sets = List.of();
    } else {
      Item item = new Item(BODY_ITEM, Key.ZERO, body.segment());
      sets = List.of(new DataSet(inputs.getFirst(), List.of(item)));
    }
    boolean wantsSets = SETS_TYPE.equals(exchange.head().header("accept"));
    invocations.invoke(
        exchange,
        new InvocationRequest(new InvocationTarget.Named(target.name()), sets, CodeSource.ANY),
        wantsSets
            ? outputs -> Response.of(200, SETS_TYPE, envelope(outputs))
            : PeopleSurface::encode);
  }

  private static Response encode(List<OutputSet> outputs) {
    List<OutputSet> besides = outputs.stream().filter(set -> !set.name().equals(STDIO)).toList();
    List<OutputSet> results = besides.isEmpty() ? outputs : besides;
    if (results.size() == 1 && results.getFirst().items().size() == 1) {
      return new Response(
          200,
          List.of(new Response.Header("content-type", "application/octet-stream")),
          List.of(results.getFirst().items().getFirst().data()));
    }
    return Response.of(200, SETS_TYPE, envelope(outputs));
  }

  private static byte[] envelope(List<OutputSet> outputs) {
    return Json.object(json -> {
      json.writeName("sets");
      json.writeStartArray();
      for (OutputSet set : outputs) {
        json.writeStartObject();
        json.writeStringProperty("name", set.name());
        json.writeName("items");
        json.writeStartArray();
        for (Item item : set.items()) {
          json.writeStartObject();
          json.writeStringProperty("name", item.name());
          json.writeNumberProperty("key", item.key().value());
          json.writeName("base64");
          json.writeBinary(item.data().toArray(ValueLayout.JAVA_BYTE));
          json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndArray();
    });
  }
}
