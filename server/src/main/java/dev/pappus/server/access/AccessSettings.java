package dev.pappus.server.access;

import dev.pappus.model.Namespace;
import java.nio.file.Path;
import java.util.Map;
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
}
