package dev.pappus.dispatcher;

import dev.pappus.dispatcher.engine.FairShare;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The invocations under way, and the places for them that namespaces share. Any thread may use it.
 */
final class RunningInvocations {
  private final Limits limits;
  private final Map<String, InvocationRun> runs = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private final FairShare places;

  /** None so far. */
  RunningInvocations(Limits limits) {
    this.limits = limits;
    this.places = new FairShare(limits.count(Limit.INVOCATIONS_MAX));
  }

  /**
   * Puts {@code run} on the books until it is {@link #remove}d, as everything that ends is, even if
   * there is no place for it.
   *
   * @return why it must end at once for lack of a place, or null
   */
  @Nullable Problem add(InvocationRun run) {
    Namespace namespace = run.info().namespace();
    runs.put(run.id(), run);
    int before = count.getAndIncrement();
    if (places.tryTake(namespace)) {
      return null;
    }
    places.take(namespace);
    return full(namespace, before + 1L);
  }

  /** {@code run}, which was added, has ended. */
  void remove(InvocationRun run) {
    runs.remove(run.id(), run);
    count.getAndDecrement();
    places.give(run.info().namespace());
  }

  /** Why {@code namespace} would get no place now, or null. */
  @Nullable Problem fullness(Namespace namespace) {
    return places.hasRoom(namespace) ? null : full(namespace, count.get() + 1L);
  }

  private Problem full(Namespace namespace, long underWay) {
    return limits
        .exceeded(
            ProblemCode.OVERLOADED,
            Limit.INVOCATIONS_MAX,
            underWay > limits.get(Limit.INVOCATIONS_MAX)
                ? "invocations under way"
                : "invocations under way, of which namespace '" + namespace + "' has its share,",
            underWay)
        .withHint("try again a little later");
  }

  Optional<Invocation> find(String id) {
    return Optional.ofNullable(runs.get(id));
  }

  List<Invocation> all() {
    return List.copyOf(runs.values());
  }

  int count() {
    return count.get();
  }

  /** Ends all with {@code problem}. */
  void failAll(Problem problem) {
    runs.values().forEach(run -> run.fail(problem));
  }

  /** Completes when those that are under way now have ended. */
  CompletableFuture<Void> ended() {
    return CompletableFuture.allOf(
        runs.values().stream()
            .map(run -> run.result().toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }
}
