package dev.pappus.dispatcher;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * The instances of an invocation that have yet to end: those that have started, and those that its
 * window holds back. Belongs to whoever attends the invocation's mailbox.
 */
final class InstancesUnderWay {
  private final Namespace namespace;
  private final Limits limits;
  private final Set<InstanceWork> started = Collections.newSetFromMap(new IdentityHashMap<>(1));
  private final StartWindow window = new StartWindow();

  /** None so far; of an invocation of {@code namespace}. */
  InstancesUnderWay(Namespace namespace, Limits limits) {
    this.namespace = namespace;
    this.limits = limits;
  }

  /**
   * Starts {@code work}, or holds it back.
   *
   * @throws ProblemException with OVERLOADED if there is no room for it
   */
  void add(InstanceWork work) {
    boolean now =
        switch (work) {
          case ComputeTask task -> window.admits(task);
          case CommunicationTask _ -> true;
        };
    if (now) {
      start(work);
    }
  }

  private void start(InstanceWork work) {
    if (!tryStart(work)) {
      long limit = limits.get(Limit.COMPUTE_QUEUE);
      throw new ProblemException(
          work.instance()
              .locate(
                  Problem.of(
                          ProblemCode.OVERLOADED,
                          "no room for another ready instance of namespace '%s': its share of %d"
                              + " places for waiting ones is taken (limits.%s)",
                          namespace,
                          limit,
                          Limit.COMPUTE_QUEUE.key())
                      .withHint("try again a little later, or with less parallel work")));
    }
  }

  private boolean tryStart(InstanceWork work) {
    started.add(work);
    boolean accepted = work.start();
    if (!accepted) {
      started.remove(work);
    }
    return accepted;
  }

  /**
   * Starts what was held back; what finds no room waits for the next of ours to end.
   *
   * @throws ProblemException with OVERLOADED if there is no room and none of ours is left to end
   */
  void startHeld() {
    for (ComputeTask next = window.next(); next != null; next = window.next()) {
      if (started.isEmpty()) {
        start(next);
      } else if (!tryStart(next)) {
        window.putBack(next);
        return;
      }
    }
  }

  /** Whether {@code work} has started and not ended. */
  boolean contains(InstanceWork work) {
    return started.contains(work);
  }

  /** Whether {@code work} had started; it has ended now. */
  boolean remove(InstanceWork work) {
    if (!started.remove(work)) {
      return false;
    }
    if (work instanceof ComputeTask) {
      window.ended();
    }
    return true;
  }

  /** How many have yet to end. */
  int count() {
    return started.size() + window.held();
  }

  /** {@code problem}, with who and where of one that has started, if there is any. */
  Problem locate(Problem problem) {
    Iterator<InstanceWork> any = started.iterator();
    return any.hasNext() ? any.next().instance().locate(problem) : problem;
  }

  /** None is under way any more; those that had started are the caller's to cancel. */
  List<InstanceWork> release() {
    window.clear();
    List<InstanceWork> left = List.copyOf(started);
    started.clear();
    return left;
  }
}
