package dev.pappus.server.api;

import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Suggestion;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.Refusal;
import dev.pappus.server.http.RequestHead;
import dev.pappus.server.http.Response;
import dev.pappus.server.http.Routed;
import dev.pappus.server.http.Routes;
import dev.pappus.server.http.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * A table of paths. A pattern takes one path segment where it has {@code {}}, any rest where it
 * ends in {@code *}, else it is the whole path. Routes are tried in order. Not changed any more
 * once requests come.
 */
final class Router implements Routes {
  /** A method that stands for all of them. */
  static final String ANY_METHOD = "*";

  private static final String SEGMENT = "{}";
  private static final String REST = "*";

  private final Problems problems;
  private final Guard guard;
  private final List<Route> routes = new ArrayList<>();

  /** Says who asks, and whether they may. */
  interface Guard {
    /** Who sends a request; refuses by throwing. */
    Caller identify(RequestHead head);

    /** Lets a request for a path that is served in, on the caller's account; or throws. */
    Usage admit(RequestHead head, Caller caller);
  }

  /** Makes the endpoint of a request. */
  @FunctionalInterface
  interface EndpointFactory {
    /**
     * The endpoint; refuses what need not have its body read by throwing.
     *
     * @param tail the part of the path that the pattern left open, or empty
     * @param caller who asks
     */
    Endpoint endpoint(RequestHead head, String tail, Caller caller);
  }

  private enum Tail {
    NONE,
    SEGMENT,
    REST
  }

  /** The path is {@code prefix}, what {@code tail} allows, {@code suffix}. */
  private record Route(
      String method, String prefix, Tail tail, String suffix, EndpointFactory factory) {
    boolean matches(String path) {
      return switch (tail) {
        case NONE -> path.equals(prefix);
        case REST -> path.startsWith(prefix);
        case SEGMENT ->
            path.startsWith(prefix)
                && path.endsWith(suffix)
                && path.length() > prefix.length() + suffix.length()
                && open(path).indexOf('/') < 0;
      };
    }

    /** What of {@code path} the pattern leaves open. */
    String open(String path) {
      return path.substring(prefix.length(), path.length() - suffix.length());
    }

    @Override
    public String toString() {
      String open =
          switch (tail) {
            case NONE -> "";
            case SEGMENT -> Router.SEGMENT;
            case REST -> Router.REST;
          };
      return method + " " + prefix + open + suffix;
    }

    boolean takes(String requestMethod) {
      return method.equals(ANY_METHOD)
          || method.equals(requestMethod)
          || (method.equals("GET") && requestMethod.equals("HEAD"));
    }
  }

  /**
   * An empty table.
   *
   * @param guard sees every request first
   */
  Router(Problems problems, Guard guard) {
    this.problems = problems;
    this.guard = guard;
  }

  Router add(String method, String pattern, EndpointFactory factory) {
    int segment = pattern.indexOf(SEGMENT);
    if (segment >= 0) {
      String suffix = pattern.substring(segment + SEGMENT.length());
      routes.add(new Route(method, pattern.substring(0, segment), Tail.SEGMENT, suffix, factory));
    } else if (pattern.endsWith(REST)) {
      String prefix = pattern.substring(0, pattern.length() - REST.length());
      routes.add(new Route(method, prefix, Tail.REST, "", factory));
    } else {
      routes.add(new Route(method, pattern, Tail.NONE, "", factory));
    }
    return this;
  }

  /** Every route as {@code METHOD PATTERN}, in the order in which they are tried. */
  List<String> table() {
    return routes.stream().map(Route::toString).toList();
  }

  @Override
  public Routed route(RequestHead head) {
    Caller caller = guard.identify(head);
    String path = head.path();
    TreeSet<String> methods = new TreeSet<>();
    for (Route route : routes) {
      if (route.matches(path)) {
        if (route.takes(head.method())) {
          Usage usage = guard.admit(head, caller);
          return routed(route, head, caller, usage);
        }
        methods.add(route.method);
      }
    }
    if (methods.isEmpty()) {
      throw unknown(path);
    }
    throw wrongMethod(head, String.join(", ", methods));
  }

  private static Routed routed(Route route, RequestHead head, Caller caller, Usage usage) {
    boolean made = false;
    try {
      Endpoint endpoint = route.factory.endpoint(head, route.open(head.path()), caller);
      Routed routed = new Routed(endpoint, usage);
      made = true;
      return routed;
    } finally {
      if (!made) {
        usage.ended(0, 0);
      }
    }
  }

  private ProblemException unknown(String path) {
    List<String> known = routes.stream().map(route -> route.prefix).distinct().toList();
    return new ProblemException(
        Problem.of(
                ProblemCode.UNKNOWN_PATH,
                "nothing is served at '%s'%s",
                Names.printable(path),
                Suggestion.didYouMean(path, known))
            .withHint("this port serves " + String.join(" ", new TreeSet<>(known))));
  }

  private Refusal wrongMethod(RequestHead head, String allowed) {
    Response response =
        problems
            .response(
                Problem.of(
                        ProblemCode.METHOD_NOT_ALLOWED,
                        "%s does not take %s",
                        Names.printable(head.path()),
                        head.method())
                    .withHint("use " + allowed))
            .with("allow", allowed);
    return new Refusal(response);
  }
}
