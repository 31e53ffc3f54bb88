package dev.pappus.model;

import java.util.Locale;

/**
 * Every limit of a node: its key in the configuration's {@code [limits]}, its unit, its default and
 * what it bounds. docs/limits.md is generated from here.
 */
public enum Limit {
  FUNCTION_RUN("function_run", Unit.NANOS, 10_000_000_000L, "time one instance may run"),
  INVOCATION_WALL(
      "invocation_wall",
      Unit.NANOS,
      60_000_000_000L,
      "wall time of one invocation, queues and I/O included"),
  CONTEXT_DEFAULT(
      "context_default", Unit.BYTES, 128L << 20, "context of a function that asks for none"),
  CONTEXT_MAX("context_max", Unit.BYTES, 4L << 30, "largest context a function may ask for"),
  REQUEST_BODY("request_body", Unit.BYTES, 64L << 20, "body of one invocation request"),
  REGISTRATION_BODY(
      "registration_body",
      Unit.BYTES,
      1L << 30,
      "body of one registration request (BSON spends about twelve bytes on each byte of a binary)"),
  OUTPUT_BYTES("output_bytes", Unit.BYTES, 64L << 20, "bytes of all outputs of one instance"),
  BINARY_BYTES("binary_bytes", Unit.BYTES, 64L << 20, "decoded binary of one function"),
  SOURCE_BYTES(
      "source_bytes",
      Unit.BYTES,
      16L << 20,
      "sources of one function that the node compiles, with their names"),
  SOURCE_FILES(
      "source_files", Unit.COUNT, 256, "files of sources of one function that the node compiles"),
  SET_ITEMS("set_items", Unit.COUNT, 10_000, "items in one set"),
  REGISTRY_ENTRIES(
      "registry_entries", Unit.COUNT, 50_000, "functions and compositions on the node"),
  REGISTRY_NAMESPACES(
      "registry_namespaces", Unit.COUNT, 1000, "namespaces that hold functions or compositions"),
  FUNCTION_VERSIONS(
      "function_versions", Unit.COUNT, 10, "versions kept of one function, the current included"),
  COMPOSITION_TEXT("composition_text", Unit.BYTES, 1L << 20, "text of compositions in one request"),
  COMPOSITION_DEPTH("composition_depth", Unit.COUNT, 16, "compositions nested in one another"),
  INVOCATION_INSTANCES(
      "invocation_instances", Unit.COUNT, 100_000, "instances that one invocation may start"),
  INVOCATIONS_MAX("invocations_max", Unit.COUNT, 4096, "invocations under way at once"),
  COMPUTE_QUEUE("compute_queue", Unit.COUNT, 131_072, "ready instances that wait for an engine"),
  QUEUE_WAIT(
      "queue_wait",
      Unit.NANOS,
      10_000_000_000L,
      "expected wait for an engine from which on invocations are refused"),
  WARM_SANDBOXES("warm_sandboxes", Unit.COUNT, 64, "sandboxes kept warm on the node"),
  RESIDENT_BYTES(
      "resident_bytes",
      Unit.BYTES,
      512L << 20,
      "memory that sandboxes keep between runs: their own, images, parts of large heaps"),
  SEAL_FROM(
      "seal_from",
      Unit.BYTES,
      64L << 10,
      "bytes of results for other functions from which on they stay in the sandbox until copied, or"
          + " are gathered in the next one"),
  TEMPLATE_BYTES(
      "template_bytes",
      Unit.BYTES,
      64L << 20,
      "memory of one program that its snapshot may hold; programs with more begin at their start"),
  TEMPLATES_STORED(
      "templates_stored", Unit.BYTES, 1L << 30, "snapshots of programs kept in the data folder"),
  CODE_CACHE("code_cache", Unit.BYTES, 256L << 20, "parsed code kept in memory"),
  IO_CONCURRENCY("io_concurrency", Unit.COUNT, 64, "communication instances at work at once"),
  HTTP_TIMEOUT("http_timeout", Unit.NANOS, 30_000_000_000L, "one HTTP exchange of a composition"),
  HTTP_RESPONSE("http_response", Unit.BYTES, 64L << 20, "body that one HTTP exchange may return"),
  HTTP_HEADERS(
      "http_headers",
      Unit.BYTES,
      64L << 10,
      "first line and headers of one HTTP request or answer"),
  HTTP_REDIRECTS("http_redirects", Unit.COUNT, 10, "redirects followed for one request item"),
  CLIENT_IDLE(
      "client_idle",
      Unit.NANOS,
      30_000_000_000L,
      "silence of a client in the middle of a request before it is hung up on"),
  CLIENT_REQUEST(
      "client_request", Unit.NANOS, 60_000_000_000L, "time a client may take to send one request"),
  CLIENT_CONNECTIONS("client_connections", Unit.COUNT, 4096, "open client connections"),
  ASYNC_QUEUE("async_queue", Unit.COUNT, 10_000, "durable invocations accepted and not ended"),
  ASYNC_BYTES(
      "async_bytes",
      Unit.BYTES,
      1L << 30,
      "stored bytes of durable invocations: one half for requests, one for results"),
  ASYNC_RETENTION(
      "async_retention",
      Unit.NANOS,
      86_400_000_000_000L,
      "time for which results and idempotency keys are kept"),
  LOG_FOLLOWERS("log_followers", Unit.COUNT, 64, "clients that follow logs at once"),
  SHUTDOWN_GRACE(
      "shutdown_grace", Unit.NANOS, 10_000_000_000L, "time for running work when the node stops");

  /** What a limit counts. */
  public enum Unit {
    /** Durations; written {@code 10s}, {@code 500ms}. */
    NANOS,
    /** Sizes; written {@code 64MiB}, {@code 4GiB}. */
    BYTES,
    /** Plain numbers. */
    COUNT
  }

  private final String key;
  private final Unit unit;
  private final long defaultValue;
  private final String meaning;

  Limit(String key, Unit unit, long defaultValue, String meaning) {
    this.key = key;
    this.unit = unit;
    this.defaultValue = defaultValue;
    this.meaning = meaning;
  }

  /** Key inside {@code [limits]}. */
  public String key() {
    return key;
  }

  /** Unit of its value. */
  public Unit unit() {
    return unit;
  }

  /** Value where nothing is configured. */
  public long defaultValue() {
    return defaultValue;
  }

  /** What it bounds, as a phrase. */
  public String meaning() {
    return meaning;
  }

  /** {@code value} as people write it. */
  public String format(long value) {
    return switch (unit) {
      case NANOS -> formatNanos(value);
      case BYTES -> formatBytes(value);
      case COUNT -> Long.toString(value);
    };
  }

  private static String formatNanos(long value) {
    if (value % 1_000_000_000L == 0) {
      return value / 1_000_000_000L + "s";
    }
    if (value % 1_000_000L == 0) {
      return value / 1_000_000L + "ms";
    }
    return value % 1000 == 0 ? value / 1000 + "us" : value + "ns";
  }

  private static String formatBytes(long value) {
    String[] units = {"B", "KiB", "MiB", "GiB"};
    int step = 0;
    long scaled = value;
    while (step < units.length - 1 && scaled != 0 && scaled % 1024 == 0) {
      scaled /= 1024;
      step++;
    }
    return scaled + units[step];
  }

  /**
   * Reads a value as people write it.
   *
   * @throws IllegalArgumentException with a message that says what is expected
   */
  public long parse(String text) {
    String trimmed = text.trim().toLowerCase(Locale.ROOT);
    int split = 0;
    while (split < trimmed.length() && Character.isDigit(trimmed.charAt(split))) {
      split++;
    }
    long factor = factor(trimmed.substring(split).trim());
    if (split == 0 || split > 18 || factor < 0) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is not a value for limits."
              + key
              + "; write it like "
              + format(defaultValue));
    }
    try {
      return Math.multiplyExact(Long.parseLong(trimmed.substring(0, split)), factor);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("'" + text + "' is too large for limits." + key, e);
    }
  }

  private long factor(String suffix) {
    return switch (unit) {
      case NANOS ->
          switch (suffix) {
            case "ns" -> 1;
            case "us", "µs" -> 1000;
            case "ms" -> 1_000_000;
            case "s" -> 1_000_000_000L;
            case "m", "min" -> 60_000_000_000L;
            default -> -1;
          };
      case BYTES ->
          switch (suffix) {
            case "", "b" -> 1;
            case "kib" -> 1L << 10;
            case "mib" -> 1L << 20;
            case "gib" -> 1L << 30;
            default -> -1;
          };
      case COUNT -> suffix.isEmpty() ? 1 : -1;
    };
  }
}
