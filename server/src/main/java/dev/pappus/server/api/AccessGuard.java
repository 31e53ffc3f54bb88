package dev.pappus.server.api;

import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.server.access.Meter;
import dev.pappus.server.http.Refusal;
import dev.pappus.server.http.RequestHead;
import dev.pappus.server.http.Response;
import dev.pappus.server.http.Usage;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Stands before every endpoint of a listener: refuses, from the head of a request alone, whoever
 * may not ask, asks for too much, or asks for work that the node has no room for.
 */
final class AccessGuard implements Router.Guard {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** Of a request that is on nobody's books. */
  private static final Usage UNMETERED = (_, _) -> {};

  /** More than any body may have; what is declared beyond it is refused anyway. */
  private static final long DECLARED_BYTES_MAX = 1L << 32;

  private final AccessPolicy policy;
  private final Function<Namespace, @Nullable Problem> fullness;
  private final Problems problems;

  /**
   * A guard.
   *
   * @param fullness why the node takes no invocation of a namespace now; null if it does
   */
  AccessGuard(
      AccessPolicy policy, Function<Namespace, @Nullable Problem> fullness, Problems problems) {
    this.policy = policy;
    this.fullness = fullness;
    this.problems = problems;
  }

  @Override
  public Caller identify(RequestHead head) {
    return policy.identify(head);
  }

  @Override
  public Usage admit(RequestHead head, Caller caller) {
    AccessPolicy.requireScope(head, caller);
    Usage usage = enter(head, caller.meters());
    if (PathNeeds.invokes(head.path())) {
      Problem full = fullness.apply(caller.namespace());
      if (full != null) {
        usage.ended(0, 0);
        throw new Refusal(problems.response(full));
      }
    }
    return usage;
  }

  private Usage enter(RequestHead head, List<Meter> meters) {
    if (meters.isEmpty()) {
      return UNMETERED;
    }
    long declared = declaredBytes(head);
    for (int i = 0; i < meters.size(); i++) {
      Meter.Excess excess = meters.get(i).enter(declared, PathNeeds.invokes(head.path()));
      if (excess != null) {
        meters.subList(0, i).forEach(entered -> entered.leave(-declared));
        throw new Refusal(tooMuch(excess));
      }
    }
    return new Metered(meters, declared);
  }

  /** A request on the books of its token and namespace, with the length that it declared. */
  private record Metered(List<Meter> meters, long declaredBytes) implements Usage {
    @Override
    public void streamed(long answerBytes) {
      meters.forEach(meter -> meter.charge(answerBytes));
    }

    @Override
    public void ended(long requestBytes, long answerBytes) {
      long more = requestBytes - declaredBytes + answerBytes;
      meters.forEach(meter -> meter.leave(more));
    }
  }

  private static long declaredBytes(RequestHead head) {
    String length = head.header("content-length");
    try {
      return length == null ? 0 : Math.clamp(Long.parseLong(length), 0, DECLARED_BYTES_MAX);
    } catch (NumberFormatException e) {
      return 0; // the codec refuses it
    }
  }

  private Response tooMuch(Meter.Excess excess) {
    long seconds = Math.max(1, Math.ceilDiv(excess.retryAfterNanos(), NANOS_PER_SECOND));
    return problems
        .response(
            Problem.of(ProblemCode.RATE_LIMITED, excess.detail())
                .withHint("send again in " + seconds + " s, or ask the node's owner for more"))
        .with("retry-after", Long.toString(seconds));
  }
}
