package dev.pappus.server.access;

import dev.pappus.model.MonotonicClock;
import dev.pappus.model.Namespace;
import dev.pappus.server.async.WorkQuota;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tokens of a node and the meters of its namespaces. Any thread may use it. */
public final class Accounts implements WorkQuota {
  private final Tokens tokens;
  private final Map<Namespace, Meter> meters = new HashMap<>();

  /** Accounts with a meter for each namespace that has a quota. */
  public Accounts(Tokens tokens, Map<Namespace, Quota> quotas) {
    this.tokens = tokens;
    quotas.forEach((namespace, quota) ->
        meters.put(
            namespace, new Meter("namespace '" + namespace + "'", quota, MonotonicClock.SYSTEM)));
  }

  /** The tokens. */
  public Tokens tokens() {
    return tokens;
  }

  @Override
  public boolean enter(Namespace namespace) {
    Meter meter = meter(namespace);
    return meter == null || meter.enterWork();
  }

  @Override
  public void take(Namespace namespace) {
    Meter meter = meter(namespace);
    if (meter != null) {
      meter.takeWork();
    }
  }

  @Override
  public void leave(Namespace namespace) {
    Meter meter = meter(namespace);
    if (meter != null) {
      meter.leaveWork();
    }
  }

  /** What counts all that a namespace's callers do; null if it has no quota. */
  public @Nullable Meter meter(Namespace namespace) {
    return meters.get(namespace);
  }
}
