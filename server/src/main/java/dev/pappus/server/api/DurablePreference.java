package dev.pappus.server.api;

import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.server.http.RequestHead;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the header fields of an invocation say of its durability.
 *
 * @param async whether the client wants to fetch the result later
 * @param key its idempotency key, or null
 * @param callbackUrl where the result is to be sent, or null
 */
record DurablePreference(boolean async, @Nullable String key, @Nullable String callbackUrl) {
  static final String RESPOND_ASYNC = "respond-async";

  /** Paths whose invocations are asynchronous without being asked. */
  static final String ASYNC_PATH = "/async-function/";

  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,255}");
  private static final int URL_LENGTH_MAX = 2048;

  /**
   * Reads them.
   *
   * @throws ProblemException BAD_REQUEST
   */
  static DurablePreference of(RequestHead head) {
    boolean async = prefers(head.header("prefer")) || head.path().startsWith(ASYNC_PATH);
    String url = head.header("x-callback-url");
    if (url != null && !async) {
      throw bad(
          "X-Callback-Url without asking for an asynchronous answer",
          "add the field 'Prefer: respond-async'");
    }
    if (url != null && url.length() > URL_LENGTH_MAX) {
      throw bad("the URL in X-Callback-Url is too long", "use at most 2048 characters");
    }
    return new DurablePreference(async, key(head.header("idempotency-key")), url);
  }

  /** Whether anything has to be stored. */
  boolean durable() {
    return async || key != null;
  }

  private static boolean prefers(@Nullable String field) {
    if (field == null) {
      return false;
    }
    for (String preference : field.toLowerCase(Locale.ROOT).split(",", -1)) {
      if (preference.split(";", 2)[0].trim().equals(RESPOND_ASYNC)) {
        return true;
      }
    }
    return false;
  }

  /** The key; quotes around it, as the draft of the IETF has them, do not belong to it. */
  private static @Nullable String key(@Nullable String field) {
    if (field == null) {
      return null;
    }
    boolean quoted = field.length() > 2 && field.startsWith("\"") && field.endsWith("\"");
    String key = quoted ? field.substring(1, field.length() - 1) : field;
    if (!KEY.matcher(key).matches()) {
      throw bad(
          "the Idempotency-Key '" + Names.printable(field) + "' is not a key",
          "use 1 to 255 visible ASCII characters without blanks, a UUID for example");
    }
    return key;
  }

  private static ProblemException bad(String detail, String hint) {
    return new ProblemException(Problem.of(ProblemCode.BAD_REQUEST, detail).withHint(hint));
  }
}
