package dev.pappus.server.api;

import dev.pappus.server.access.Scope;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The one table from path to what a caller needs for it. What it does not name needs ADMIN. */
final class PathNeeds {
  private static final Set<String> OPEN = Set.of("/livez", "/readyz", "/healthz");
  private static final List<String> INVOKING =
      List.of("/function/", "/composition/", "/hot/", "/cold/", "/async-function/");
  private static final List<String> REGISTERING = List.of("/register/");
  private static final List<String> REGISTRY = List.of("/v1/functions", "/v1/compositions");
  private static final List<String> HISTORY = List.of("/v1/invocations", "/v1/logs");

  /** {@code POST /v1/compositions/NAME/plan} sends inputs, but changes nothing. */
  private static final Pattern PLAN = Pattern.compile("/v1/compositions/[^/]+/plan");

  private static final String OPENAPI = "/openapi.json";

  private PathNeeds() {}

  /** Whether everybody may ask. */
  static boolean isOpen(String path) {
    return OPEN.contains(path);
  }

  /** Whether a request for it is work that a full node refuses. */
  static boolean invokes(String path) {
    return startsWithAny(path, INVOKING);
  }

  /** The scope it takes; null is none. */
  static @Nullable Scope scope(String method, String path) {
    if (isOpen(path)) {
      return null;
    }
    boolean reads = method.equals("GET") || method.equals("HEAD");
    if (invokes(path) || isBelowAny(path, HISTORY) || path.equals(OPENAPI)) {
      return Scope.INVOKE;
    }
    if (isBelowAny(path, REGISTRY)) {
      boolean plans = method.equals("POST") && PLAN.matcher(path).matches();
      return reads || plans ? Scope.INVOKE : Scope.DEPLOY;
    }
    return startsWithAny(path, REGISTERING) ? Scope.DEPLOY : Scope.ADMIN;
  }

  private static boolean isBelow(String path, String root) {
    return path.startsWith(root)
        && (path.length() == root.length() || path.charAt(root.length()) == '/');
  }

  // Loops, not streams: each request is asked about.

  private static boolean isBelowAny(String path, List<String> roots) {
    for (String root : roots) {
      if (isBelow(path, root)) {
        return true;
      }
    }
    return false;
  }

  private static boolean startsWithAny(String path, List<String> prefixes) {
    for (String prefix : prefixes) {
      if (path.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }
}
