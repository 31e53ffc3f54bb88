package dev.pappus.server.api;

import dev.pappus.model.Limit;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.server.access.Token;
import dev.pappus.server.access.TokenWish;
import dev.pappus.server.access.Tokens;
import dev.pappus.server.http.Body;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.Response;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** {@code /v1/tokens}: makes, lists and removes tokens; the guard lets in scope ADMIN only. */
final class TokensSurface {
  private final Tokens tokens;

  TokensSurface(Tokens tokens) {
    this.tokens = tokens;
  }

  void addTo(Router router) {
    router
        .add("GET", "/v1/tokens", (_, _, _) -> blocking((_, _) -> list()))
        .add("POST", "/v1/tokens", (_, _, _) -> blocking((_, body) -> create(body)))
        .add("DELETE", "/v1/tokens/{}", (_, id, _) -> blocking((_, _) -> remove(id)));
  }

  private static Endpoint blocking(Endpoint.BlockingHandler handler) {
    return new Endpoint.Blocking(Limit.COMPOSITION_TEXT, handler);
  }

  private Response list() {
    List<Token> all = tokens.list();
    return Response.of(
        200,
        Json.CONTENT_TYPE,
        Json.object(json -> {
          json.writeName("tokens");
          json.writeStartArray();
          for (Token token : all) {
            json.writeStartObject();
            write(json, token);
            json.writeEndObject();
          }
          json.writeEndArray();
        }));
  }

  private Response create(Body body) {
    Tokens.Created created;
    try {
      created = tokens.create(TokenWish.parse(FlatJson.read(body, TokenWish.MEMBERS)));
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          Problem.of(ProblemCode.BAD_REQUEST, String.valueOf(e.getMessage()))
              .withHint("docs/access.md shows the members of a token"),
          e);
    }
    byte[] json =
        Json.object(out -> {
          write(out, created.token());
          out.writeStringProperty("token", created.text());
        });
    return Response.of(201, Json.CONTENT_TYPE, json)
        .with("location", "/v1/tokens/" + created.token().id())
        .with("cache-control", "no-store");
  }

  private Response remove(String id) {
    if (!tokens.remove(id)) {
      throw new ProblemException(
          Problem.of(ProblemCode.UNKNOWN_TOKEN, "no token has the identifier '%s'", shown(id))
              .withHint("'pappus token ls' lists them"));
    }
    return new Response(204, List.of(), List.of());
  }

  /** Somebody may have pasted the token itself, which must not end in a log. */
  private static String shown(String id) {
    return Tokens.looksLikeToken(id) ? Tokens.PREFIX + "…" : Names.printable(id);
  }

  private static void write(JsonGenerator json, Token token) {
    json.writeStringProperty("id", token.id());
    json.writeStringProperty("scope", token.scope().text());
    if (token.namespace() != null) {
      json.writeStringProperty("namespace", token.namespace().name());
    }
    json.writeStringProperty("name", token.label());
    json.writeStringProperty("created", token.created().toString());
    if (token.expires() != null) {
      json.writeStringProperty("expires", token.expires().toString());
    }
    if (token.quota().requestsPerSecond() > 0) {
      json.writeNumberProperty("requestsPerSecond", token.quota().requestsPerSecond());
    }
    if (token.quota().concurrency() > 0) {
      json.writeNumberProperty("concurrency", token.quota().concurrency());
    }
    if (token.quota().bytesPerSecond() > 0) {
      json.writeNumberProperty("bytesPerSecond", token.quota().bytesPerSecond());
    }
  }
}
