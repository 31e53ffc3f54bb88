package dev.pappus.server.api;

import dev.pappus.dispatcher.Registered;
import dev.pappus.dispatcher.Registry;
import dev.pappus.model.Digest;
import dev.pappus.model.Limit;
import dev.pappus.model.Names;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Suggestion;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.Response;

/** What answers about functions and about compositions have in common. */
final class RegistryAnswers {
  private RegistryAnswers() {}

  /** An endpoint that reads the registry; a body is not expected. */
  static Endpoint reading(Endpoint.BlockingHandler handler) {
    return new Endpoint.Blocking(Limit.REQUEST_BODY, handler);
  }

  /**
   * Says that {@code name} names no {@code kind}.
   *
   * @param otherFolder where it is listed instead: "functions", "compositions", or "" if nowhere
   */
  static ProblemException unknown(
      Registry registry, Namespace namespace, String name, String kind, String otherFolder) {
    String hint =
        otherFolder.isEmpty()
            ? "GET /v1/functions and /v1/compositions list what there is"
            : "look at /v1/" + otherFolder + "/" + Names.printable(name);
    return new ProblemException(
        Problem.of(
                ProblemCode.UNKNOWN_INVOCABLE,
                "'%s' names no %s%s",
                Names.printable(name),
                kind,
                Suggestion.didYouMean(name, registry.names(namespace)))
            .withHint(hint));
  }

  /** {@code response}, saying which version of {@code function} it is about. */
  static Response tagged(Response response, Registered.Function function) {
    return response.with("etag", etag(function.version()));
  }

  /** The header value that names a version. */
  static String etag(Digest version) {
    return "\"" + version + "\"";
  }
}
