package dev.pappus.server.api;

import dev.pappus.model.Limit;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.core.JsonGenerator;

/** {@code GET /openapi.json}: docs/openapi.yaml, the description of both ports, as JSON. */
final class OpenApiSurface {
  private static final String RESOURCE = "openapi.yaml";

  /** Made at the first request; nobody waits for it at the start. */
  private volatile byte @Nullable [] document;

  void addTo(Router router) {
    router.add(
        "GET",
        "/openapi.json",
        (_, _, _) ->
            new Endpoint.Blocking(
                Limit.REQUEST_BODY, (_, _) -> Response.of(200, Json.CONTENT_TYPE, document())));
  }

  /** Two first requests at once make it twice, which does no harm. */
  private byte[] document() {
    byte[] known = document;
    if (known == null) {
      known = convert();
      document = known;
    }
    return known;
  }

  private static byte[] convert() {
    try (InputStream yaml = OpenApiSurface.class.getResourceAsStream(RESOURCE)) {
      if (yaml == null) {
        throw new IllegalStateException("the node was packaged without " + RESOURCE);
      }
      Load load = new Load(LoadSettings.builder().setLabel(RESOURCE).build());
      Map<?, ?> members = (Map<?, ?>) load.loadFromInputStream(yaml);
      return Json.object(json -> members(json, members));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void members(JsonGenerator json, Map<?, ?> members) {
    for (Map.Entry<?, ?> member : members.entrySet()) {
      json.writeName(String.valueOf(member.getKey()));
      value(json, member.getValue());
    }
  }

  private static void value(JsonGenerator json, @Nullable Object value) {
    switch (value) {
      case null -> json.writeNull();
      case Map<?, ?> map -> {
        json.writeStartObject();
        members(json, map);
        json.writeEndObject();
      }
      case Iterable<?> list -> {
        json.writeStartArray();
        for (Object each : list) {
          value(json, each);
        }
        json.writeEndArray();
      }
      case String text -> json.writeString(text);
      case Boolean flag -> json.writeBoolean(flag);
      case Integer number -> json.writeNumber(number);
      case Long number -> json.writeNumber(number);
      case Double number -> json.writeNumber(number);
      default ->
          throw new IllegalStateException(
              RESOURCE + " holds a " + value.getClass().getSimpleName() + ", which JSON lacks");
    }
  }
}
