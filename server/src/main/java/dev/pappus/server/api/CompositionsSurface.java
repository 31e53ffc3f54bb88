package dev.pappus.server.api;

import dev.pappus.dispatcher.CompositionsRegistered;
import dev.pappus.dispatcher.Registered;
import dev.pappus.dispatcher.Registry;
import dev.pappus.dispatcher.Registry.Change;
import dev.pappus.dispatcher.Registry.OnConflict;
import dev.pappus.language.Composition;
import dev.pappus.language.PartitionSettings;
import dev.pappus.language.graph.CalleeKind;
import dev.pappus.language.graph.CompositionGraph;
import dev.pappus.language.graph.InstancePlan;
import dev.pappus.language.graph.InstancePlanner;
import dev.pappus.language.graph.MermaidGraph;
import dev.pappus.language.graph.SvgGraph;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.server.http.Body;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.RequestHead;
import dev.pappus.server.http.Response;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
            (_, _, caller) -> RegistryAnswers.reading((head, _) -> list(caller.namespace(), head)))
        .add(
            "GET",
            "/v1/compositions/{}",
            (_, name, caller) ->
                RegistryAnswers.reading((head, _) -> show(caller.namespace(), name, head)))
        .add(
            "POST",
            "/v1/compositions/{}/plan",
            (_, name, caller) ->
                RegistryAnswers.reading((_, body) -> plan(caller.namespace(), name, body)))
        .add("POST", "/v1/compositions", (head, _, caller) -> post(head, caller.namespace()))
        .add("PUT", "/v1/compositions/{}", (head, name, caller) -> put(head, name, caller))
        .add("DELETE", "/v1/compositions/{}", (head, name, caller) -> delete(head, name, caller));
  }

  private Response list(Namespace namespace, RequestHead head) {
    List<Registered> all = new ArrayList<>();
    for (Registered each : registry.list(namespace)) {
      if (each instanceof Registered.OfComposition) {
        all.add(each);
      }
    }
    return ListFormat.preferred(
        head,
        "compositions",
        PageRequest.of(head.query()).of(all, Registered::name),
        FunctionFields.SETS,
        "");
  }

  private Response show(Namespace namespace, String name, RequestHead head) {
    CompositionFormat format = CompositionFormat.of(head);
    Composition composition = find(namespace, name);
    byte[] body =
        switch (format) {
          case TEXT -> bytes(composition.text());
          case JSON -> GraphJson.document(graph(namespace, composition));
          case SVG -> bytes(SvgGraph.draw(graph(namespace, composition)));
          case MERMAID -> bytes(MermaidGraph.draw(graph(namespace, composition)));
        };
    return Response.of(200, format.contentType(), body)
        .with("etag", etag(composition))
        .with("vary", "accept")
        .with("x-content-type-options", "nosniff")
        .with("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'");
  }

  private CompositionGraph graph(Namespace namespace, Composition composition) {
    return CompositionGraph.of(composition, callee -> kindOf(namespace, callee));
  }

  private CalleeKind kindOf(Namespace namespace, String callee) {
    return registry
        .find(namespace, callee)
        .map(found ->
            switch (found) {
              case Registered.Function _ -> CalleeKind.FUNCTION;
              case Registered.Communication _ -> CalleeKind.COMMUNICATION;
              case Registered.OfComposition _ -> CalleeKind.COMPOSITION;
            })
        .orElse(CalleeKind.FUNCTION);
  }

  private Response plan(Namespace namespace, String name, Body body) {
    Composition composition = find(namespace, name);
    InstancePlan plan =
        InstancePlanner.plan(
            composition,
            PlanRequest.read(body, name, composition.signature().inputs(), limits),
            callee -> minSetBytes(namespace, callee),
            partition);
    return Response.of(
        200, Json.CONTENT_TYPE, PlanJson.document(plan, limits.count(Limit.INVOCATION_INSTANCES)));
  }

  private List<Long> minSetBytes(Namespace namespace, String callee) {
    return registry
        .find(namespace, callee)
        .map(found ->
            found instanceof Registered.Function function
                ? function.spec().minSetBytes()
                : List.<Long>of())
        .orElse(List.of());
  }

  private Composition find(Namespace namespace, String name) {
    Registered found =
        registry
            .find(namespace, name)
            .orElseThrow(() ->
                RegistryAnswers.unknown(registry, namespace, name, "function or composition", ""));
    if (found instanceof Registered.OfComposition of) {
      return of.composition();
    }
    throw RegistryAnswers.unknown(registry, namespace, name, "composition", "functions");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Names the text, whatever it is shown as. */
  private static String etag(Composition composition) {
    return RegistryAnswers.etag(Registry.versionOf(composition));
  }

  private Endpoint post(RequestHead head, Namespace namespace) {
    access.requireDeploy(head);
    return new Endpoint.Blocking(
        Limit.COMPOSITION_TEXT,
        (request, body) ->
            answer(
                registry.registerCompositions(
                    namespace, text(body), OnConflict.REPLACE, isDryRun(request))));
  }

  private Endpoint put(RequestHead head, String name, Caller caller) {
    access.requireDeploy(head);
    Names.requireIdentifier("composition", name);
    return new Endpoint.Blocking(
        Limit.COMPOSITION_TEXT,
        (request, body) -> {
          CompositionsRegistered registered =
              registry.putComposition(
                  caller.namespace(),
                  name,
                  text(body),
                  Preconditions.of(request),
                  isDryRun(request));
          return answer(registered)
              .with("etag", etag(registered.compositions().getFirst().composition()));
        });
  }

  private Endpoint delete(RequestHead head, String name, Caller caller) {
    access.requireDeploy(head);
    return new Endpoint.Blocking(
        Limit.REQUEST_BODY,
        (request, _) -> {
          registry.deleteComposition(caller.namespace(), name, Preconditions.of(request));
          return new Response(204, List.of(), List.of());
        });
  }

  private static boolean isDryRun(RequestHead request) {
    List<String> asked = request.query().getOrDefault("dryRun", List.of("false"));
    return switch (asked.getLast()) {
      case "true", "" -> true;
      case "false" -> false;
      default ->
          throw new ProblemException(
              Problem.of(
                      ProblemCode.BAD_REQUEST,
                      "dryRun is true or false, not '%s'",
                      Names.printable(asked.getLast()))
                  .withHint("write ?dryRun=true"));
    };
  }

  private static String text(Body body) {
    try {
      return body.text();
    } catch (CharacterCodingException e) {
      throw new ProblemException(
          Problem.of(ProblemCode.BAD_REQUEST, "the composition text is not UTF-8")
              .withHint("save the file as UTF-8"),
          e);
    }
  }

  private static Response answer(CompositionsRegistered registered) {
    boolean created =
        registered.compositions().stream().anyMatch(c -> c.change() == Change.CREATED);
    byte[] json = Json.object(out -> write(out, registered));
    return Response.of(created ? 201 : 200, Json.CONTENT_TYPE, json);
  }

  private static void write(JsonGenerator json, CompositionsRegistered registered) {
    json.writeName("compositions");
    json.writeStartArray();
    for (CompositionsRegistered.CompositionChange each : registered.compositions()) {
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
