package dev.pappus.server.api;

import dev.pappus.dispatcher.Registered;
import dev.pappus.dispatcher.Registry;
import dev.pappus.dispatcher.Registry.Change;
import dev.pappus.dispatcher.Registry.CompositionsRegistered;
import dev.pappus.dispatcher.Registry.OnConflict;
import dev.pappus.language.Composition;
import dev.pappus.language.PartitionSettings;
import dev.pappus.language.graph.CalleeKind;
import dev.pappus.language.graph.CompositionGraph;
import dev.pappus.language.graph.InstancePlan;
import dev.pappus.language.graph.InstancePlanner;
import dev.pappus.language.graph.MermaidGraph;
import dev.pappus.language.graph.SvgGraph;
import dev.pappus.model.Digest;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.server.http.Body;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.RequestHead;
import dev.pappus.server.http.Response;
import java.lang.foreign.MemorySegment;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/** Compositions on the administration port: {@code /v1/compositions}, {@code …}. */
public final class CompositionsSurface {
  private final Registry registry;
  private final AccessPolicy access;
  private final PartitionSettings partition;
  private final Limits limits;

  CompositionsSurface(
      Registry registry, AccessPolicy access, PartitionSettings partition, Limits limits) {
    this.registry = registry;
    this.access = access;
    this.partition = partition;
    this.limits = limits;
  }

  void addTo(Router router) {
    router
        .add(
            "GET",
            "/v1/compositions",
            (_, _, _) -> RegistryAnswers.reading((_, _) -> listCompositions()))
        .add(
            "GET",
            "/v1/compositions/{}",
            (_, name, _) -> RegistryAnswers.reading((head, _) -> show(name, head)))
        .add(
            "POST",
            "/v1/compositions/{}/plan",
            (_, name, _) -> RegistryAnswers.reading((_, body) -> plan(name, body)))
        .add("POST", "/v1/compositions", (head, _, _) -> postCompositions(head));
  }

  private Response listCompositions() {
    return Response.of(
        200,
        Json.CONTENT_TYPE,
        Json.object(json -> {
          json.writeName("compositions");
          json.writeStartArray();
          for (Registered each : registry.list()) {
            if (each instanceof Registered.OfComposition composition) {
              json.writeStartObject();
              RegistryAnswers.sets(json, composition);
              json.writeEndObject();
            }
          }
          json.writeEndArray();
        }));
  }

  private Response show(String name, RequestHead head) {
    CompositionFormat format = CompositionFormat.of(head);
    Composition composition = find(name);
    byte[] body =
        switch (format) {
          case TEXT -> bytes(composition.text());
          case JSON -> GraphJson.document(graph(composition));
          case SVG -> bytes(SvgGraph.draw(graph(composition)));
          case MERMAID -> bytes(MermaidGraph.draw(graph(composition)));
        };
    return Response.of(200, format.contentType(), body)
        .with("etag", etag(composition))
        .with("vary", "accept")
        .with("x-content-type-options", "nosniff")
        .with("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'");
  }

  private CompositionGraph graph(Composition composition) {
    return CompositionGraph.of(composition, this::kindOf);
  }

  private CalleeKind kindOf(String callee) {
    return registry
        .find(callee)
        .map(found ->
            switch (found) {
              case Registered.Function _ -> CalleeKind.FUNCTION;
              case Registered.Communication _ -> CalleeKind.COMMUNICATION;
              case Registered.OfComposition _ -> CalleeKind.COMPOSITION;
            })
        .orElse(CalleeKind.FUNCTION);
  }

  private Response plan(String name, Body body) {
    Composition composition = find(name);
    InstancePlan plan =
        InstancePlanner.plan(
            composition,
            PlanRequest.read(body, name, composition.signature().inputs(), limits),
            this::minSetBytes,
            partition);
    return Response.of(
        200, Json.CONTENT_TYPE, PlanJson.document(plan, limits.count(Limit.INVOCATION_INSTANCES)));
  }

  private List<Long> minSetBytes(String callee) {
    return registry
        .find(callee)
        .map(found ->
            found instanceof Registered.Function function
                ? function.spec().minSetBytes()
                : List.<Long>of())
        .orElse(List.of());
  }

  private Composition find(String name) {
    Registered found =
        registry
            .find(name)
            .orElseThrow(
                () -> RegistryAnswers.unknown(registry, name, "function or composition", ""));
    if (found instanceof Registered.OfComposition of) {
      return of.composition();
    }
    throw RegistryAnswers.unknown(registry, name, "composition", "functions");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Names the text, whatever it is shown as. */
  private static String etag(Composition composition) {
    return "\"" + Digest.of(MemorySegment.ofArray(bytes(composition.text()))) + "\"";
  }

  private Endpoint postCompositions(RequestHead head) {
    access.requireDeploy(head);
    return new Endpoint.Blocking(Limit.COMPOSITION_TEXT, (_, body) -> register(body));
  }

  private Response register(Body body) {
    String text;
    try {
      text = body.text();
    } catch (CharacterCodingException e) {
      throw new ProblemException(
          Problem.of(ProblemCode.BAD_REQUEST, "the composition text is not UTF-8")
              .withHint("save the file as UTF-8"),
          e);
    }
    CompositionsRegistered registered = registry.registerCompositions(text, OnConflict.REPLACE);
    boolean created =
        registered.compositions().stream().anyMatch(c -> c.change() == Change.CREATED);
    byte[] json = Json.object(out -> write(out, registered));
    return Response.of(created ? 201 : 200, Json.CONTENT_TYPE, json);
  }

  private static void write(JsonGenerator json, CompositionsRegistered registered) {
    json.writeName("compositions");
    json.writeStartArray();
    for (Registry.CompositionChange each : registered.compositions()) {
      json.writeStartObject();
      json.writeStringProperty("name", each.composition().name());
      json.writeStringProperty("change", each.change().name().toLowerCase(Locale.ROOT));
      Json.strings(json, "inputs", each.composition().signature().inputs());
      Json.strings(json, "outputs", each.composition().signature().outputs());
      json.writeEndObject();
    }
    json.writeEndArray();
    Json.diagnostics(json, "warnings", registered.warnings());
  }
}
