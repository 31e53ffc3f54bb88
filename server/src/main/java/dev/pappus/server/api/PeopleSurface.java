package dev.pappus.server.api;

import dev.pappus.dispatcher.InvocationRequest;
import dev.pappus.dispatcher.Registered;
import dev.pappus.dispatcher.Registry;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Suggestion;
import dev.pappus.server.http.Body;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.Exchange;
import dev.pappus.server.http.Refusal;
import dev.pappus.server.http.RequestHead;
import dev.pappus.server.http.Response;
import dev.pappus.server.invoke.AnswerEncoder;
import dev.pappus.server.invoke.AnswerFormat;
import dev.pappus.server.invoke.InvokeTarget;
import dev.pappus.server.invoke.Negotiation;
import dev.pappus.server.invoke.RequestDecoder;
import java.util.List;
import java.util.Map;

/**
 * The surface for people: any method on {@code /function/NAME[/rest]} and {@code
 * /composition/NAME[/rest]}. {@link RequestDecoder} makes the invocation, {@link AnswerEncoder} the
 * answer.
 */
public final class PeopleSurface {
  private static final String METHODS = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";

  private final Registry registry;
  private final InvocationService invocations;
  private final RequestDecoder decoder;

  PeopleSurface(Registry registry, InvocationService invocations, Limits limits) {
    this.registry = registry;
    this.invocations = invocations;
    this.decoder = new RequestDecoder(limits);
  }

  void addTo(Router router) {
    router
        .add(
            Router.ANY_METHOD,
            "/function/*",
            (head, tail, caller) -> endpoint(head, tail, false, caller))
        .add(
            Router.ANY_METHOD,
            DurablePreference.ASYNC_PATH + "*",
            (head, tail, caller) -> endpoint(head, tail, false, caller))
        .add(
            Router.ANY_METHOD,
            "/composition/*",
            (head, tail, caller) -> endpoint(head, tail, true, caller));
  }

  private Endpoint endpoint(RequestHead head, String tail, boolean composition, Caller caller) {
    int slash = tail.indexOf('/');
    String name = slash < 0 ? tail : tail.substring(0, slash);
    requireName(composition ? "composition" : "function", name);
    Registered registered =
        registry.find(caller.namespace(), name).orElseThrow(() -> unknown(name, caller));
    requireKind(registered, composition);
    InvokeTarget target =
        new InvokeTarget(name, slash < 0 ? "" : tail.substring(slash), registered.signature());
    return switch (head.method()) {
      case "TRACE", "CONNECT" -> throw wrongMethod(head);
      case "OPTIONS" -> target.seesRequest() ? invoking(head, target, caller) : options();
      default -> invoking(head, target, caller);
    };
  }

  /** Versions stand behind an {@code @}; the registry knows how they look. */
  private static void requireName(String kind, String name) {
    if (name.isEmpty()) {
      throw new ProblemException(
          Problem.of(ProblemCode.UNKNOWN_PATH, "the path does not name a " + kind)
              .withHint("write /" + kind + "/NAME; 'pappus ls' shows the names"));
    }
    int at = name.indexOf('@');
    Names.requireIdentifier(kind, at < 0 ? name : name.substring(0, at));
  }

  private ProblemException unknown(String name, Caller caller) {
    String shown = Names.printable(name);
    return new ProblemException(
        Problem.of(
                ProblemCode.UNKNOWN_INVOCABLE,
                "nothing is registered as '%s'%s",
                shown,
                Suggestion.didYouMean(shown, registry.names(caller.namespace())))
            .withFunction(shown)
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

  private Refusal wrongMethod(RequestHead head) {
    Problem problem =
        Problem.of(ProblemCode.METHOD_NOT_ALLOWED, "functions do not take %s", head.method())
            .withHint("use one of " + METHODS);
    return new Refusal(invocations.response(problem).with("allow", METHODS));
  }

  private static Endpoint options() {
    Response allowed = new Response(204, List.of(new Response.Header("allow", METHODS)), List.of());
    return new Endpoint.Immediate(Limit.REQUEST_BODY, exchange -> exchange.respond(allowed));
  }

  private Endpoint invoking(RequestHead head, InvokeTarget target, Caller caller) {
    // A query belongs to a function that sees it.
    AnswerFormat format =
        Negotiation.negotiate(
            head.headers("accept"), target.seesRequest() ? Map.of() : head.query(), target);
    return new Endpoint.Immediate(
        Limit.REQUEST_BODY,
        exchange -> {
          Body body = exchange.body();
          if (RequestDecoder.isLong(head, body, target)) {
            exchange.offload(() -> {
              InvocationRequest request = decode(exchange, target, caller);
              exchange.execute(() -> start(exchange, request, format));
            });
          } else {
            start(exchange, decode(exchange, target, caller), format);
          }
        });
  }

  private InvocationRequest decode(Exchange exchange, InvokeTarget target, Caller caller) {
    return decoder.decode(exchange.head(), exchange.body(), target, caller.namespace());
  }

  private void start(Exchange exchange, InvocationRequest request, AnswerFormat format) {
    invocations.invoke(exchange, request, outputs -> AnswerEncoder.encode(outputs, format));
  }
}
