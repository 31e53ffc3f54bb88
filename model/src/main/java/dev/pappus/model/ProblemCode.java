package dev.pappus.model;

import java.util.Locale;

/**
 * The closed list of things that can go wrong, as callers see them. docs/errors.md explains each;
 * the server holds the one table from code to HTTP status.
 */
public enum ProblemCode {
  // The function.
  GUEST_EXIT(ProblemSource.FUNCTION, "The function ended with an exit code other than 0"),
  GUEST_FAULT(ProblemSource.FUNCTION, "The function did something its sandbox forbids"),
  GUEST_DEADLINE(ProblemSource.FUNCTION, "The function ran longer than it may"),
  GUEST_MEMORY(ProblemSource.FUNCTION, "The function's context is too small"),
  GUEST_BAD_OUTPUT(ProblemSource.FUNCTION, "The function left malformed outputs"),
  GUEST_OUTPUT_LIMIT(ProblemSource.FUNCTION, "The function left more output than is allowed"),

  // The caller.
  BAD_REQUEST(ProblemSource.CALLER, "The request is malformed"),
  BAD_BSON(ProblemSource.CALLER, "The BSON document is malformed"),
  BAD_NAME(ProblemSource.CALLER, "A name breaks the naming rules"),
  BAD_BINARY(ProblemSource.CALLER, "The binary cannot run as a function"),
  UNKNOWN_SET(ProblemSource.CALLER, "The invocable has no such set"),
  UNKNOWN_INVOCABLE(ProblemSource.CALLER, "No function or composition has this name"),
  UNKNOWN_VERSION(ProblemSource.CALLER, "The function has no such version"),
  UNKNOWN_INVOCATION(ProblemSource.CALLER, "No invocation has this identifier"),
  RESULT_GONE(ProblemSource.CALLER, "The invocation's result is not kept any more"),
  IDEMPOTENCY_MISMATCH(ProblemSource.CALLER, "The idempotency key belongs to another request"),
  UNKNOWN_TOKEN(ProblemSource.CALLER, "No token has this identifier"),
  UNKNOWN_ITEM(ProblemSource.CALLER, "The result has no such item"),
  UNKNOWN_SOURCE(ProblemSource.CALLER, "The function was not deployed as source"),
  UNKNOWN_PATH(ProblemSource.CALLER, "Nothing is served at this path"),
  METHOD_NOT_ALLOWED(ProblemSource.CALLER, "The path does not take this method"),
  NOT_ACCEPTABLE(ProblemSource.CALLER, "The answer does not come in the form asked for"),
  NAME_CONFLICT(ProblemSource.CALLER, "The name is taken by something else"),
  IN_USE(ProblemSource.CALLER, "Compositions use it as it is"),
  PRECONDITION_FAILED(ProblemSource.CALLER, "It is not in the state that the request expects"),
  COMPOSITION_INVALID(ProblemSource.CALLER, "The composition text has errors"),
  SOURCE_INVALID(ProblemSource.CALLER, "The source does not compile"),
  PAYLOAD_TOO_LARGE(ProblemSource.CALLER, "The request is larger than allowed"),
  TOO_MANY_ITEMS(ProblemSource.CALLER, "There are more items or instances than allowed"),
  REQUEST_TIMEOUT(ProblemSource.CALLER, "The client took too long to send its request"),
  UNAUTHENTICATED(ProblemSource.CALLER, "The request needs a valid token"),
  FORBIDDEN(ProblemSource.CALLER, "The token does not allow this"),
  RATE_LIMITED(ProblemSource.CALLER, "The caller asks for more than its quota"),
  EGRESS_DENIED(ProblemSource.CALLER, "The egress policy forbids this destination"),
  COMMUNICATION_DIRECT(
      ProblemSource.CALLER, "A communication function cannot be invoked from outside"),
  CROSS_ORIGIN_DENIED(
      ProblemSource.CALLER, "A page of another site may not use this address of the node"),
  LOCAL_PATH_DENIED(ProblemSource.CALLER, "Deploying a file of the server is not allowed"),
  HTTP_REQUEST_INVALID(ProblemSource.CALLER, "A request item is not an HTTP request"),
  CANCELLED(ProblemSource.CALLER, "The invocation was cancelled"),

  // The platform, or what it depends on.
  HTTP_FAILED(ProblemSource.PLATFORM, "An HTTP exchange of the composition failed"),
  HTTP_STATUS(ProblemSource.PLATFORM, "A server answered with a status that was not expected"),
  HTTP_TIMEOUT(ProblemSource.PLATFORM, "An HTTP exchange of the composition took too long"),
  HTTP_RESPONSE_LIMIT(ProblemSource.PLATFORM, "A server answered with more than is allowed"),
  INVOCATION_DEADLINE(ProblemSource.PLATFORM, "The invocation took longer than it may"),
  OVERLOADED(ProblemSource.PLATFORM, "The node has more work than it can take"),
  SHUTTING_DOWN(ProblemSource.PLATFORM, "The node is stopping"),
  SANDBOX_UNAVAILABLE(ProblemSource.PLATFORM, "The node cannot make sandboxes"),
  COMPILER_UNAVAILABLE(ProblemSource.PLATFORM, "The node has no compiler for sources"),
  BINARY_CORRUPT(ProblemSource.PLATFORM, "The stored binary does not match its digest"),
  REGISTRY_FULL(ProblemSource.PLATFORM, "The registry holds as much as it may"),
  STORAGE_FAILED(ProblemSource.PLATFORM, "The node's data folder cannot be read or written"),
  INTERNAL(ProblemSource.PLATFORM, "The node has a bug");

  private final ProblemSource source;
  private final String title;

  ProblemCode(ProblemSource source, String title) {
    this.source = source;
    this.title = title;
  }

  /** Who has to act. */
  public ProblemSource source() {
    return source;
  }

  /** One line that holds for every occurrence. */
  public String title() {
    return title;
  }

  /** {@code guest_fault}: the form in bodies, documents and commands. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** {@code urn:pappus:problem:guest_fault}. */
  public String urn() {
    return "urn:pappus:problem:" + text();
  }
}
