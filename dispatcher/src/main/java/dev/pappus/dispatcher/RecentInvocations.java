package dev.pappus.dispatcher;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The latest results by identifier, without their outputs' bytes, with a part of their reports and
 * with as much of what was printed as there is room for: the oldest loses it first. Any thread may
 * use it.
 */
final class RecentInvocations {
  private static final int CAPACITY = 1000;
  private static final int REPORTS_EACH = 64;
  private static final long LOG_CHARS_MAX = 4 << 20;

  private final long logCharsMax;

  // Guarded by this.
  private final Map<String, InvocationResult> results = new LinkedHashMap<>();

  /** The same results that still have logs, oldest first. */
  private final Map<String, Long> logChars = new LinkedHashMap<>();

  private long logCharsNow;

  RecentInvocations() {
    this(LOG_CHARS_MAX);
  }

  RecentInvocations(long logCharsMax) {
    this.logCharsMax = logCharsMax;
  }

  void add(InvocationResult result) {
    InvocationResult stripped = result.withoutItems(REPORTS_EACH);
    long chars = stripped.instances().stream().mapToLong(each -> each.logTail().length()).sum();
    synchronized (this) {
      forget(result.id());
      if (results.size() == CAPACITY) {
        forget(results.keySet().iterator().next());
      }
      results.put(result.id(), stripped);
      if (chars > 0) {
        logChars.put(result.id(), chars);
        logCharsNow += chars;
        dropLogs();
      }
    }
  }

  private void forget(String id) {
    results.remove(id);
    Long chars = logChars.remove(id);
    logCharsNow -= chars == null ? 0 : chars;
  }

  private void dropLogs() {
    Iterator<Map.Entry<String, Long>> oldest = logChars.entrySet().iterator();
    while (logCharsNow > logCharsMax && oldest.hasNext()) {
      Map.Entry<String, Long> each = oldest.next();
      oldest.remove();
      logCharsNow -= each.getValue();
      results.computeIfPresent(each.getKey(), (_, result) -> withoutLogs(result));
    }
  }

  synchronized Optional<InvocationResult> find(String id) {
    return Optional.ofNullable(results.get(id));
  }

  /** All of them, oldest first. */
  synchronized List<InvocationResult> all() {
    return new ArrayList<>(results.values());
  }

  private static InvocationResult withoutLogs(InvocationResult result) {
    return new InvocationResult(
        result.info(),
        result.outcome(),
        result.phases(),
        result.coldestStart(),
        result.instances().stream().map(InstanceReport::withoutLog).toList());
  }
}
