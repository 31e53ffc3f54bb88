package dev.pappus.server.async;

import dev.pappus.dispatcher.Dispatcher;
import dev.pappus.dispatcher.InstanceReport;
import dev.pappus.dispatcher.Invocation;
import dev.pappus.dispatcher.InvocationInfo;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.InvocationTarget;
import dev.pappus.dispatcher.store.InvocationStore;
import dev.pappus.dispatcher.store.StoredInvocation;
import dev.pappus.model.InvocationStatus;
import dev.pappus.model.Names;
import dev.pappus.model.Namespace;
import dev.pappus.model.Phases;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is known of invocations: all that run, the latest that have ended, and every durable one. A
 * namespace sees its own. Its methods read the disk; any thread may call them.
 */
public final class InvocationHistory {
  private final Dispatcher dispatcher;
  private final DurableInvocations durable;
  private final InvocationStore store;

  /**
   * An invocation as it stands.
   *
   * @param info which
   * @param status where it stands
   * @param endedAt when it ended, or null
   * @param durable what is stored of it; null if it is not durable
   * @param result how it ended, its outputs without items; null if it has not, or if that is not
   *     known any more
   * @param instances those that have ended, as far as they are known; of one that runs only where
   *     it was asked for alone
   */
  public record Entry(
      InvocationInfo info,
      InvocationStatus status,
      @Nullable Instant endedAt,
      @Nullable StoredInvocation durable,
      @Nullable InvocationResult result,
      List<InstanceReport> instances) {
    /** Whether its result can be had. */
    public boolean resultKept() {
      return durable != null && durable.resultBytes() > 0;
    }
  }

  /**
   * Which invocations to list.
   *
   * @param namespace whose
   * @param status only these, or null
   * @param target only those of this function or composition, or null
   * @param before only those accepted before this one, or null
   * @param limit at most so many
   */
  public record Query(
      Namespace namespace,
      @Nullable InvocationStatus status,
      @Nullable String target,
      @Nullable String before,
      int limit) {
    boolean takes(Entry entry) {
      return entry.info().namespace().equals(namespace)
          && (status == null || status == entry.status())
          && (target == null || target.equals(entry.info().target()))
          && (before == null || entry.info().id().compareTo(before) < 0);
    }
  }

  public InvocationHistory(
      Dispatcher dispatcher, DurableInvocations durable, InvocationStore store) {
    this.dispatcher = dispatcher;
    this.durable = durable;
    this.store = store;
  }

  static ProblemException unknown(String id) {
    return new ProblemException(
        Problem.of(
                ProblemCode.UNKNOWN_INVOCATION,
                "nothing is known of an invocation '%s'",
                Names.printable(id))
            .withHint(
                "the node remembers those that run, the latest that ended, and durable ones;"
                    + " X-Pappus-Invocation holds the identifier"));
  }

  static ProblemException gone(String id) {
    return new ProblemException(
        Problem.of(ProblemCode.RESULT_GONE, "the result of invocation %s is not kept", id)
            .withHint(
                "only results of asynchronous invocations and of those with an Idempotency-Key are"
                    + " kept, for a time; invoke again"));
  }

  /**
   * One invocation.
   *
   * @throws ProblemException UNKNOWN_INVOCATION, also where it is another namespace's
   */
  public Entry find(String id, Namespace namespace) {
    return lookUp(id)
        .filter(entry -> entry.info().namespace().equals(namespace))
        .orElseThrow(() -> unknown(id));
  }

  private Optional<Entry> lookUp(String id) {
    Optional<DurableJob> job = durable.live(id);
    Optional<Invocation> running = dispatcher.running(id);
    List<InstanceReport> soFar = running.map(InvocationHistory::soFar).orElse(List.of());
    if (job.isPresent()) {
      return job.map(each -> entry(each, soFar));
    }
    if (running.isPresent()) {
      return running.map(each -> entry(each, soFar));
    }
    Optional<StoredInvocation> stored = store.find(id);
    if (stored.isPresent()) {
      StoredInvocation row = stored.get();
      InvocationInfo info = DurableInvocations.infoOf(row);
      return Optional.of(
          entry(
              row, store.report(id).map(report -> ReportCodec.decode(info, report)).orElse(null)));
    }
    return dispatcher.recent(id).map(InvocationHistory::entry);
  }

  private static List<InstanceReport> soFar(Invocation running) {
    return running.instances().toCompletableFuture().join();
  }

  private static Entry entry(DurableJob job, List<InstanceReport> soFar) {
    return new Entry(job.info(), job.status(), null, job.row(), null, soFar);
  }

  private static Entry entry(Invocation running, List<InstanceReport> soFar) {
    return new Entry(running.info(), InvocationStatus.RUNNING, null, null, null, soFar);
  }

  private static Entry entry(StoredInvocation row, @Nullable InvocationResult result) {
    return new Entry(
        DurableInvocations.infoOf(row),
        row.status(),
        row.endedAt(),
        row,
        result,
        result == null ? List.of() : result.instances());
  }

  private static Entry entry(InvocationResult result) {
    return new Entry(
        result.info(), result.status(), endOf(result), null, result, result.instances());
  }

  static Instant endOf(InvocationResult result) {
    Phases phases = result.phases();
    long nanos = phases.queueNanos() + phases.loadNanos() + phases.runNanos() + phases.replyNanos();
    return result.info().acceptedAt().plusNanos(nanos);
  }

  /**
   * Whether an invocation has ended; UNKNOWN_INVOCATION if there is no such one. A durable one has
   * when its result is on disk: an attempt that has ended may not be the last.
   */
  public boolean hasEnded(String id, Namespace namespace) {
    return find(id, namespace).status().ended()
        || (!isDurable(id) && dispatcher.recent(id).isPresent());
  }

  /** Whether an invocation is durable and has not ended. */
  public boolean isDurable(String id) {
    return durable.live(id).isPresent();
  }

  /**
   * What was printed, as far as it is kept: in the order in which invocations ended, then by those
   * that run. It shares what is kept; lines come into being as they are read.
   *
   * @throws ProblemException UNKNOWN_INVOCATION if {@code filter} names one that is not known
   */
  public List<LogNews> logs(LogHub.Filter filter) {
    String id = filter.id();
    List<InvocationResult> ended;
    Map<String, LogNews> soFar = new LinkedHashMap<>();
    // First those that run: what ends in between is then among those that have ended.
    if (id == null) {
      dispatcher.running().forEach(each -> addNews(soFar, each, filter));
      ended = dispatcher.recent();
    } else {
      InvocationResult known = find(id, filter.namespace()).result();
      dispatcher.running(id).ifPresent(each -> addNews(soFar, each, filter));
      ended = known == null ? dispatcher.recent(id).stream().toList() : List.of(known);
    }
    ended = ended.stream().filter(each -> !goesOn(each)).toList();
    ended.forEach(each -> soFar.remove(each.id()));
    return Stream.concat(
            ended.stream().filter(each -> filter.takes(each.info())).map(LogNews::of),
            soFar.values().stream())
        .filter(filter::takes)
        .toList();
  }

  private boolean goesOn(InvocationResult attempt) {
    return JobRunner.isTriedAgain(attempt) && isDurable(attempt.id());
  }

  private static void addNews(
      Map<String, LogNews> soFar, Invocation running, LogHub.Filter filter) {
    if (filter.takes(running.info())) {
      soFar.put(running.id(), LogNews.of(running.info(), soFar(running)));
    }
  }

  /** Invocations, newest first. */
  public List<Entry> list(Query query) {
    // The more authoritative sources come last: they replace what others say of the same one.
    Map<String, Entry> found = new TreeMap<>(Comparator.reverseOrder());
    Predicate<Entry> taken = query::takes;
    if (query.status() == null || query.status().ended()) {
      dispatcher.recent().stream()
          .map(InvocationHistory::entry)
          .filter(taken)
          .forEach(entry -> found.put(entry.info().id(), entry));
      store
          .ended(query.namespace(), query.before(), query.target(), query.status(), query.limit())
          .forEach(
              row -> found.put(row.id(), entry(row, dispatcher.recent(row.id()).orElse(null))));
    }
    List<Entry> unfinished = new ArrayList<>();
    dispatcher.running().forEach(each -> unfinished.add(entry(each, List.of())));
    durable.live().forEach(each -> unfinished.add(entry(each, List.of())));
    for (Entry entry : unfinished) {
      found.remove(entry.info().id());
      if (taken.test(entry)) {
        found.put(entry.info().id(), entry);
      }
    }
    return found.values().stream().limit(query.limit()).toList();
  }

  /**
   * The result of an invocation that has ended, with its outputs.
   *
   * @throws ProblemException RESULT_GONE if it is not kept
   */
  public InvocationResult result(Entry entry) {
    if (!entry.resultKept()) {
      throw gone(entry.info().id());
    }
    return durable.kept(entry.info().id());
  }

  /**
   * Cancels an invocation; no effect on one that has ended.
   *
   * @param deploys whether the caller may also end what the node runs for who deploys
   * @return completes when it has ended
   * @throws ProblemException UNKNOWN_INVOCATION or FORBIDDEN
   */
  public CompletionStage<?> cancel(String id, Namespace namespace, boolean deploys) {
    Optional<CompletionStage<InvocationResult>> ofDurable = durable.cancel(id, namespace);
    if (ofDurable.isPresent()) {
      return ofDurable.get();
    }
    Optional<Invocation> running =
        dispatcher
            .running(id)
            .filter(invocation -> invocation.info().namespace().equals(namespace));
    if (running.isPresent()) {
      if (running.get().target() instanceof InvocationTarget.OfPlatform && !deploys) {
        throw new ProblemException(
            Problem.of(ProblemCode.FORBIDDEN, "invocation %s is a part of a deployment", id)
                .withHint("whoever may deploy can cancel it: pappus token create --scope deploy"));
      }
      running.get().cancel();
      return running.get().result();
    }
    return CompletableFuture.completedFuture(find(id, namespace));
  }
}
