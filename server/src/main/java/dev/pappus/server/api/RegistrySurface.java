package dev.pappus.server.api;

import dev.pappus.dispatcher.FunctionReference;
import dev.pappus.dispatcher.Registered;
import dev.pappus.dispatcher.Registry;
import dev.pappus.model.Item;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.SourceCode;
import dev.pappus.server.http.BodyBudget;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.RequestHead;
import dev.pappus.server.http.Response;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What is known of functions, on the administration port: {@code /v1/functions}, {@code …}. */
final class RegistrySurface {
  /** Media type of binaries. */
  static final String BINARY_TYPE = "application/vnd.pappus.elf.v1";

  /** Escaped, a byte of a source may become six of its answer, which is copied once. */
  private static final int ANSWER_PER_BYTE = 12;

  private static final List<String> LIST_PARAMETERS =
      Stream.concat(PageRequest.PARAMETERS.stream(), Stream.of(FunctionFields.PARAMETER)).toList();

  private final Registry registry;
  private final BodyBudget budget;

  RegistrySurface(Registry registry, BodyBudget budget) {
    this.registry = registry;
    this.budget = budget;
  }

  void addTo(Router router) {
    router
        .add("GET", "/v1/functions", (head, _, caller) -> list(head, caller.namespace()))
        .add(
            "GET",
            "/v1/functions/{}/versions",
            (_, name, caller) ->
                RegistryAnswers.reading((_, _) -> versions(caller.namespace(), name)))
        .add(
            "GET",
            "/v1/functions/{}/binary",
            (_, name, caller) ->
                RegistryAnswers.reading((_, _) -> binary(caller.namespace(), name)))
        .add(
            "GET",
            "/v1/functions/{}/source",
            (_, name, caller) ->
                RegistryAnswers.reading((_, _) -> source(caller.namespace(), name)))
        .add(
            "GET",
            "/v1/functions/{}",
            (_, name, caller) ->
                RegistryAnswers.reading((_, _) -> describe(caller.namespace(), name)));
  }

  private Endpoint list(RequestHead head, Namespace namespace) {
    Map<String, List<String>> query = head.query();
    QueryParameters.requireKnown(query, LIST_PARAMETERS);
    PageRequest request = PageRequest.of(query);
    FunctionFields fields = FunctionFields.of(query);
    return RegistryAnswers.reading((_, _) ->
        ListFormat.preferred(
            head,
            "functions",
            request.of(registry.functions(namespace), Registered::name),
            fields.shown(),
            fields.parameter()));
  }

  private Response describe(Namespace namespace, String text) {
    return switch (find(namespace, text)) {
      case Registered.Function function ->
          RegistryAnswers.tagged(
              Response.of(
                  200, Json.CONTENT_TYPE, Json.object(json -> FunctionJson.full(json, function))),
              function);
      case Registered other ->
          Response.of(
              200, Json.CONTENT_TYPE, Json.object(json -> FunctionJson.summary(json, other)));
    };
  }

  private Response versions(Namespace namespace, String name) {
    PageRequest.Page<Registered.Function> all =
        new PageRequest.Page<>(registry.versions(namespace, name), null);
    return ListFormat.JSON.answer("versions", all, FunctionFields.KNOWN, "");
  }

  private Response binary(Namespace namespace, String text) {
    Registered.Function function = registry.version(namespace, FunctionReference.parse(text));
    return RegistryAnswers.tagged(
            new Response(
                200,
                List.of(new Response.Header("content-type", BINARY_TYPE)),
                List.of(registry.binary(function))),
            function)
        .with("x-content-type-options", "nosniff");
  }

  private Response source(Namespace namespace, String text) {
    Registered.Function function = registry.version(namespace, FunctionReference.parse(text));
    SourceCode source = function.source();
    if (source == null) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.UNKNOWN_SOURCE,
                  "'%s' was deployed as a binary, so the node has no source of it",
                  function.name())
              .withFunction(function.name())
              .withHint("GET /v1/functions/" + function.name() + "/binary is what was sent"));
    }
    long bytes = source.files().stream().mapToLong(SourceCode.File::sizeBytes).sum();
    return budget.making(
        bytes * ANSWER_PER_BYTE,
        () -> {
          List<Item> files = registry.source(function);
          byte[] json = Json.object(out -> FunctionJson.source(out, function, source, files));
          return RegistryAnswers.tagged(Response.of(200, Json.CONTENT_TYPE, json), function);
        });
  }

  /** A function, current or not, or a communication function. */
  private Registered find(Namespace namespace, String text) {
    FunctionReference reference = FunctionReference.parse(text);
    String name = reference.name();
    Registered found =
        registry
            .find(namespace, name)
            .orElseThrow(() ->
                RegistryAnswers.unknown(registry, namespace, name, "function or composition", ""));
    return switch (found) {
      case Registered.Function _ -> registry.version(namespace, reference);
      case Registered.Communication communication -> communication;
      case Registered.OfComposition _ ->
          throw RegistryAnswers.unknown(registry, namespace, name, "function", "compositions");
    };
  }
}
