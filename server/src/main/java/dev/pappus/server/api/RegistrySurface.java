package dev.pappus.server.api;

import dev.pappus.dispatcher.Registered;
import dev.pappus.dispatcher.Registry;
import dev.pappus.dispatcher.Registry.Change;
import dev.pappus.dispatcher.Registry.OnConflict;
import dev.pappus.model.Digest;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Suggestion;
import dev.pappus.sandbox.ElfImage;
import dev.pappus.sandbox.FunctionNote;
import dev.pappus.server.http.Body;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.RequestHead;
import dev.pappus.server.http.Response;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/** Functions on the administration port: {@code /v1/functions}, {@code …}. */
public final class RegistrySurface {
  private final Registry registry;
  private final AccessPolicy access;
  private final Limits limits;

  RegistrySurface(Registry registry, AccessPolicy access, Limits limits) {
    this.registry = registry;
    this.access = access;
    this.limits = limits;
  }

  void addTo(Router router) {
    router
        .add(
            "GET", "/v1/functions", (_, _, _) -> RegistryAnswers.reading((_, _) -> listFunctions()))
        .add(
            "GET",
            "/v1/functions/{}",
            (_, name, _) -> RegistryAnswers.reading((_, _) -> describe(name)))
        .add("PUT", "/v1/functions/{}", this::putFunction);
  }

  private Endpoint putFunction(RequestHead head, String name, Caller caller) {
    access.requireDeploy(head);
    Names.requireIdentifier("function", name);
    return new Endpoint.Blocking(
        Limit.BINARY_BYTES, (request, body) -> register(name, request.query(), body));
  }

  private Response register(String name, Map<String, List<String>> query, Body body) {
    requireKnown(query);
    long contextBytes = contextBytes(query.getOrDefault("memory", List.of()));
    List<String> inputs = query.getOrDefault("in", List.of());
    List<String> outputs = query.getOrDefault("out", List.of());
    if (inputs.isEmpty() && outputs.isEmpty()) {
      FunctionNote note = ElfImage.parse(body.segment(), contextBytes, limits).note();
      if (note == null) {
        throw new ProblemException(
            Problem.of(ProblemCode.BAD_BINARY, "the binary does not say which sets it has")
                .withFunction(name)
                .withHint(
                    "declare them with PAPPUS_FUNCTION in the source, or append"
                        + " ?in=SET&out=SET to the URL"));
      }
      inputs = note.inputs();
      outputs = note.outputs();
    }
    FunctionSpec spec =
        new FunctionSpec(
            name,
            inputs.stream().map(InputSet::dynamic).toList(),
            outputs,
            contextBytes,
            List.of());
    Change change = registry.registerFunction(spec, body.segment(), OnConflict.REPLACE);
    Digest digest = Digest.of(body.segment());
    byte[] json =
        Json.object(out -> {
          out.writeStringProperty("change", change.name().toLowerCase(Locale.ROOT));
          function(out, spec, digest, body.length());
        });
    return Response.of(change == Change.CREATED ? 201 : 200, Json.CONTENT_TYPE, json)
        .with("etag", etag(digest));
  }

  private static void requireKnown(Map<String, List<String>> query) {
    List<String> known = List.of("in", "out", "memory");
    for (String parameter : query.keySet()) {
      if (!known.contains(parameter)) {
        throw new ProblemException(
            Problem.of(
                    ProblemCode.BAD_REQUEST,
                    "parameter '%s' is not known%s",
                    Names.printable(parameter),
                    Suggestion.didYouMean(parameter, known))
                .withHint("the parameters are in=SET and out=SET, repeated in order, and memory"));
      }
    }
  }

  private long contextBytes(List<String> memory) {
    if (memory.isEmpty()) {
      return limits.get(Limit.CONTEXT_DEFAULT);
    }
    try {
      return Limit.CONTEXT_DEFAULT.parse(memory.getLast());
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.BAD_REQUEST,
                  "'%s' is not a size of memory",
                  Names.printable(memory.getLast()))
              .withHint("write it like memory=64MiB"),
          e);
    }
  }

  private static String etag(Digest digest) {
    return "\"" + digest + "\"";
  }

  private Response listFunctions() {
    return Response.of(
        200,
        Json.CONTENT_TYPE,
        Json.object(json -> {
          json.writeName("functions");
          json.writeStartArray();
          for (Registered each : registry.list()) {
            function(each)
                .ifPresent(properties -> {
                  json.writeStartObject();
                  properties.write(json);
                  json.writeEndObject();
                });
          }
          json.writeEndArray();
        }));
  }

  private static Optional<Json.Content> function(Registered registered) {
    return switch (registered) {
      case Registered.Function function ->
          Optional.of(json -> {
            function(json, function.spec(), function.binary(), function.binaryBytes());
            json.writeStringProperty("sandbox", function.sandbox());
          });
      case Registered.Communication communication ->
          Optional.of(json -> {
            RegistryAnswers.sets(json, communication);
            json.writeStringProperty("kind", "communication");
          });
      case Registered.OfComposition _ -> Optional.empty();
    };
  }

  private static void function(
      JsonGenerator json, FunctionSpec spec, Digest binary, long binaryBytes) {
    json.writeStringProperty("name", spec.name());
    Json.strings(json, "inputs", spec.signature().inputs());
    Json.strings(json, "outputs", spec.outputs());
    json.writeStringProperty("kind", "compute");
    json.writeNumberProperty("memoryBytes", spec.contextBytes());
    json.writeStringProperty("binary", binary.toString());
    json.writeNumberProperty("binaryBytes", binaryBytes);
  }

  private Response describe(String name) {
    Registered registered = find(name);
    Json.Content content =
        function(registered)
            .orElseThrow(() -> RegistryAnswers.unknown(registry, name, "function", "compositions"));
    Response response = Response.of(200, Json.CONTENT_TYPE, Json.object(content));
    return registered instanceof Registered.Function function
        ? response.with("etag", etag(function.binary()))
        : response;
  }

  private Registered find(String name) {
    return registry
        .find(name)
        .orElseThrow(() -> RegistryAnswers.unknown(registry, name, "function or composition", ""));
  }
}
