package dev.pappus.server.api;

import dev.pappus.model.Diagnostic;
import dev.pappus.model.GuestState;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.server.http.Response;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Problems as answers: RFC 9457 bodies, and the one table from code to status. Immutable. */
public final class Problems {
  /** Media type of the bodies. */
  public static final String CONTENT_TYPE = "application/problem+json";

  private static final String RETRY_AFTER_SECONDS = "1";

  private final String nodeName;

  /**
   * Problems of a node.
   *
   * @param nodeName its name
   */
  public Problems(String nodeName) {
    this.nodeName = nodeName;
  }

  /** The HTTP status of a problem. */
  public static int status(ProblemCode code) {
    return switch (code) {
      case BAD_REQUEST, BAD_BSON, BAD_NAME, BAD_BINARY, UNKNOWN_SET, HTTP_REQUEST_INVALID -> 400;
      case UNAUTHENTICATED -> 401;
      case FORBIDDEN, EGRESS_DENIED, COMMUNICATION_DIRECT, CROSS_ORIGIN_DENIED, LOCAL_PATH_DENIED ->
          403;
      case UNKNOWN_INVOCABLE,
          UNKNOWN_VERSION,
          UNKNOWN_INVOCATION,
          UNKNOWN_TOKEN,
          UNKNOWN_ITEM,
          UNKNOWN_SOURCE,
          UNKNOWN_PATH ->
          404;
      case METHOD_NOT_ALLOWED -> 405;
      case NOT_ACCEPTABLE -> 406;
      case REQUEST_TIMEOUT -> 408;
      case NAME_CONFLICT, IN_USE, CANCELLED -> 409;
      case RESULT_GONE -> 410;
      case PRECONDITION_FAILED -> 412;
      case PAYLOAD_TOO_LARGE, TOO_MANY_ITEMS -> 413;
      case COMPOSITION_INVALID, SOURCE_INVALID, IDEMPOTENCY_MISMATCH -> 422;
      case RATE_LIMITED -> 429;
      case BINARY_CORRUPT, STORAGE_FAILED, INTERNAL -> 500;
      case GUEST_EXIT,
          GUEST_FAULT,
          GUEST_MEMORY,
          GUEST_BAD_OUTPUT,
          GUEST_OUTPUT_LIMIT,
          HTTP_FAILED,
          HTTP_STATUS,
          HTTP_RESPONSE_LIMIT ->
          502;
      case OVERLOADED, SHUTTING_DOWN, SANDBOX_UNAVAILABLE, COMPILER_UNAVAILABLE -> 503;
      case GUEST_DEADLINE, HTTP_TIMEOUT, INVOCATION_DEADLINE -> 504;
      case REGISTRY_FULL -> 507;
    };
  }

  /** Whether the same request may well succeed soon. */
  private static boolean retryable(ProblemCode code) {
    return code == ProblemCode.OVERLOADED || code == ProblemCode.SHUTTING_DOWN;
  }

  /** The answer that tells of {@code problem}. */
  public Response response(Problem problem) {
    return response(problem, null);
  }

  /** The answer that tells of {@code problem}, which ended the invocation {@code id}. */
  public Response response(Problem problem, @Nullable String id) {
    byte[] body = Json.object(json -> write(json, problem, id));
    Response response = Response.of(status(problem.code()), CONTENT_TYPE, body);
    if (problem.code() == ProblemCode.UNAUTHENTICATED) {
      return response.with("www-authenticate", "Bearer realm=\"pappus\"");
    }
    return retryable(problem.code()) ? response.with("retry-after", RETRY_AFTER_SECONDS) : response;
  }

  /** Writes the members of a problem's object. */
  void write(JsonGenerator json, Problem problem, @Nullable String id) {
    ProblemCode code = problem.code();
    json.writeStringProperty("type", code.urn());
    json.writeStringProperty("title", code.title());
    json.writeNumberProperty("status", status(code));
    json.writeStringProperty("detail", problem.detail());
    Json.optional(json, "instance", id);
    json.writeStringProperty("code", code.text());
    json.writeStringProperty("source", code.source().name().toLowerCase(Locale.ROOT));
    json.writeStringProperty("node", problem.node() == null ? nodeName : problem.node());
    Json.optional(json, "function", problem.function());
    Json.optional(json, "application", problem.application());
    Json.optional(json, "item", problem.item());
    if (problem.guest() != null) {
      guest(json, problem.guest());
    }
    List<Diagnostic> diagnostics = problem.diagnostics();
    if (!diagnostics.isEmpty()) {
      json.writeName("span");
      json.writeStartObject();
      json.writeNumberProperty("line", diagnostics.getFirst().line());
      json.writeNumberProperty("col", diagnostics.getFirst().column());
      json.writeEndObject();
      Json.diagnostics(json, "errors", diagnostics);
    }
    Json.optional(json, "hint", problem.hint());
  }

  private static void guest(JsonGenerator json, GuestState guest) {
    if (guest.exitCode() != null) {
      json.writeNumberProperty("exitCode", guest.exitCode());
    }
    if (guest.vector() != null) {
      json.writeNumberProperty("vector", guest.vector());
    }
    hexadecimal(json, "errorCode", guest.errorCode());
    hexadecimal(json, "address", guest.address());
    hexadecimal(json, "instruction", guest.instruction());
    Json.optional(json, "symbol", guest.symbol());
    Json.optional(json, "stderrTail", guest.lastWords());
  }

  /** As text, because JSON numbers lose the low bits of large ones. */
  private static void hexadecimal(JsonGenerator json, String name, @Nullable Long value) {
    if (value != null) {
      json.writeStringProperty(name, "0x" + Long.toHexString(value));
    }
  }
}
