package dev.pappus.server.access;

import dev.pappus.model.Namespace;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What is configured about who may use a node. Immutable.
 *
 * @param anonymousLoopback what callers without a token may do on a loopback address; null is
 *     nothing
 * @param anonymousRemote what they may do on any other address; null is nothing
 * @param tls certificate and key; null is no TLS
 * @param namespaces how much each namespace's callers together may ask for
 */
public record AccessSettings(
    @Nullable Scope anonymousLoopback,
    @Nullable Scope anonymousRemote,
    @Nullable Tls tls,
    Map<Namespace, Quota> namespaces) {
  public AccessSettings {
    namespaces = Map.copyOf(namespaces);
  }

  /** Everything on loopback, nothing elsewhere, no TLS, no quotas. */
  public static final AccessSettings DEFAULT =
      new AccessSettings(Scope.ADMIN, null, null, Map.of());

  /**
   * Certificate and key, both PEM.
   *
   * @param certificate the chain, the node's own first
   * @param key its private key, PKCS#8 without a password
   * @param loopback whether ports on loopback addresses speak TLS too
   */
  public record Tls(Path certificate, Path key, boolean loopback) {}

  /** A builder that holds the {@link #DEFAULT}. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects values; later ones win. One thread uses it. */
  public static final class Builder {
    private @Nullable Scope anonymousLoopback = DEFAULT.anonymousLoopback();
    private @Nullable Scope anonymousRemote = DEFAULT.anonymousRemote();
    private @Nullable Path tlsCertificate;
    private @Nullable Path tlsKey;
    private boolean tlsLoopback;
    private final Map<Namespace, Quota> namespaces = new HashMap<>();

    private Builder() {}

    /** What callers without a token may do on loopback addresses; {@code none} or a scope. */
    public Builder anonymousLoopback(String value) {
      anonymousLoopback = scopeOrNone(value);
      return this;
    }

    /** What callers without a token may do on other addresses; {@code none} or a scope. */
    public Builder anonymousRemote(String value) {
      anonymousRemote = scopeOrNone(value);
      return this;
    }

    private static @Nullable Scope scopeOrNone(String value) {
      return value.equals("none") ? null : Scope.parse(value);
    }

    /** Whether everybody who reaches a non-loopback address may deploy, without a token. */
    public Builder allowRemoteDeploy(boolean value) {
      if (value) {
        anonymousRemote = Scope.DEPLOY;
      }
      return this;
    }

    /** The certificate chain for TLS, PEM. */
    public Builder tlsCertificate(Path value) {
      tlsCertificate = value;
      return this;
    }

    /** The private key for TLS, PEM. */
    public Builder tlsKey(Path value) {
      tlsKey = value;
      return this;
    }

    /** Whether loopback addresses speak TLS too. */
    public Builder tlsLoopback(boolean value) {
      tlsLoopback = value;
      return this;
    }

    /** Changes the quota of a namespace. */
    public Builder quota(Namespace namespace, UnaryOperator<Quota> change) {
      namespaces.put(namespace, change.apply(namespaces.getOrDefault(namespace, Quota.NONE)));
      return this;
    }

    /**
     * The settings.
     *
     * @throws IllegalArgumentException if only one of certificate and key is known
     */
    public AccessSettings build() {
      return new AccessSettings(anonymousLoopback, anonymousRemote, tls(), namespaces);
    }

    private @Nullable Tls tls() {
      if (tlsCertificate == null && tlsKey == null) {
        return null;
      }
      if (tlsCertificate == null || tlsKey == null) {
        throw new IllegalArgumentException(
            "tls.certificate and tls.key belong together; only one of them is set");
      }
      return new Tls(tlsCertificate, tlsKey, tlsLoopback);
    }
  }
}
