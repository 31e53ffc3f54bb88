package dev.pappus.dispatcher;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The latest results by identifier, without their outputs' bytes and with a part of their reports,
 * so that they occupy little. Any thread may use it.
 */
final class RecentInvocations {
  private static final int CAPACITY = 1000;
  private static final int REPORTS_EACH = 64;

  private final Map<String, InvocationResult> results =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, InvocationResult> eldest) {
          return size() > CAPACITY;
        }
      };

  void add(InvocationResult result) {
    InvocationResult stripped = strip(result);
    synchronized (results) {
      results.put(result.id(), stripped);
    }
  }

  Optional<InvocationResult> find(String id) {
    synchronized (results) {
      return Optional.ofNullable(results.get(id));
    }
  }

  private static InvocationResult strip(InvocationResult result) {
    List<InstanceReport> reports = result.instances();
    return new InvocationResult(
        result.info(),
        switch (result.outcome()) {
          case InvocationResult.Failed failed -> failed;
          case InvocationResult.Succeeded succeeded ->
              new InvocationResult.Succeeded(
                  succeeded.outputs().stream()
                      .map(set -> new OutputSet(set.name(), set.producerName(), List.of()))
                      .toList());
        },
        result.phases(),
        result.coldestStart(),
        List.copyOf(reports.subList(0, Math.min(REPORTS_EACH, reports.size()))));
  }
}
