package dev.pappus.server.access;

import dev.pappus.model.Namespace;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A credential as the node knows it: everything but its secret.
 *
 * @param id names it in lists and logs; 16 hexadecimal digits
 * @param scope what its holder may do
 * @param namespace the only namespace it is good for; null is all of them
 * @param label what its owner calls it; may be empty
 * @param created when it was made
 * @param expires from when on it is refused; null is never
 * @param quota how much its holder may ask for
 * @param secretHash SHA-256 of the whole text that its holder sends, in hexadecimal
 */
public record Token(
    String id,
    Scope scope,
    @Nullable Namespace namespace,
    String label,
    Instant created,
    @Nullable Instant expires,
    Quota quota,
    String secretHash) {
  private static final Pattern LABEL = Pattern.compile("[^\\p{Cntrl}]{0,80}");

  /** Checks the label. */
  public Token {
    if (!LABEL.matcher(label).matches()) {
      throw new IllegalArgumentException(
          "a token's name has at most 80 characters and no control characters");
    }
  }

  /** Whether it is refused at {@code now}. */
  public boolean isExpired(Instant now) {
    return expires != null && !now.isBefore(expires);
  }
}
