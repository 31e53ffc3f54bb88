package dev.pappus.server.access;

import dev.pappus.model.Namespace;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a token is to be good for.
 *
 * @param scope what its holder may do
 * @param namespace the only namespace it is good for; null is all of them
 * @param label what its owner calls it; may be empty
 * @param lifetimeSeconds how long it is good; {@code Long.MAX_VALUE} is for ever
 * @param quota how much its holder may ask for
 */
public record TokenWish(
    Scope scope, @Nullable Namespace namespace, String label, long lifetimeSeconds, Quota quota) {
  /** The members that {@link #parse} knows. */
  public static final List<String> MEMBERS =
      List.of("scope", "namespace", "name", "expires", "rate", "concurrency", "bytes");

  private static final Pattern LIFETIME = Pattern.compile("([1-9][0-9]{0,5})([smhd])");

  /** Checks that an administrator is not confined. */
  public TokenWish {
    if (scope == Scope.ADMIN && namespace != null) {
      throw new IllegalArgumentException(
          "a token of scope admin is for all namespaces; leave the namespace out");
    }
  }

  /**
   * Reads what a person has written, by member.
   *
   * @throws IllegalArgumentException with a message that begins with the member's name
   * @throws dev.pappus.model.ProblemException BAD_NAME for the namespace
   */
  public static TokenWish parse(Map<String, String> members) {
    if (!members.containsKey("scope")) {
      throw new IllegalArgumentException("scope is missing: invoke, deploy or admin");
    }
    String namespace = members.get("namespace");
    Quota quota = Quota.NONE;
    long lifetime = Long.MAX_VALUE;
    Scope scope = Scope.INVOKE;
    String at = "";
    try {
      for (Map.Entry<String, String> each : members.entrySet()) {
        at = each.getKey();
        String value = each.getValue();
        switch (at) {
          case "scope" -> scope = Scope.parse(value);
          case "expires" -> lifetime = parseLifetime(value);
          case "rate" -> quota = quota.withRequestsPerSecond(Quota.parseRate(value));
          case "concurrency" -> quota = quota.withConcurrency(parseCount(value));
          case "bytes" -> quota = quota.withBytesPerSecond(Quota.parseBytesRate(value));
          case "name", "namespace" -> {}
          default -> throw new IllegalArgumentException("is not known");
        }
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(at + " " + e.getMessage(), e);
    }
    return new TokenWish(
        scope,
        namespace == null ? null : new Namespace(namespace),
        Objects.requireNonNullElse(members.get("name"), ""),
        lifetime,
        quota);
  }

  private static long parseCount(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("must be a whole number, not '" + text + "'", e);
    }
  }

  private static long parseLifetime(String text) {
    Matcher matcher = LIFETIME.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("must be a time like 30d or 12h, not '" + text + "'");
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "s" -> number;
      case "m" -> number * 60;
      case "h" -> number * 3600;
      default -> number * 86_400;
    };
  }
}
