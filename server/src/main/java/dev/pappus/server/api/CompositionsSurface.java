package dev.pappus.server.api;

import dev.pappus.dispatcher.Registered;
import dev.pappus.dispatcher.Registry;
import dev.pappus.dispatcher.Registry.Change;
import dev.pappus.dispatcher.Registry.CompositionsRegistered;
import dev.pappus.dispatcher.Registry.OnConflict;
import dev.pappus.model.Limit;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.server.http.Body;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.RequestHead;
import dev.pappus.server.http.Response;
import java.nio.charset.CharacterCodingException;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/** Compositions on the administration port: {@code /v1/compositions}, {@code …}. */
public final class CompositionsSurface {
  private final Registry registry;
  private final AccessPolicy access;

  CompositionsSurface(Registry registry, AccessPolicy access) {
    this.registry = registry;
    this.access = access;
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
            (_, name, _) -> RegistryAnswers.reading((_, _) -> text(name)))
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

  private Response text(String name) {
    Registered found =
        registry
            .find(name)
            .orElseThrow(
                () -> RegistryAnswers.unknown(registry, name, "function or composition", ""));
    if (found instanceof Registered.OfComposition of) {
      return Response.text(200, of.composition().text());
    }
    throw RegistryAnswers.unknown(registry, name, "composition", "functions");
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
