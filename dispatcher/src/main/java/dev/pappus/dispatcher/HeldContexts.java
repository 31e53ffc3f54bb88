package dev.pappus.dispatcher;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limit;
import dev.pappus.sandbox.SealedContext;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Sealed contexts that hold results of an invocation, and the sets that lie in them with the number
 * of those who still want each: the graph, and each instance that has yet to copy it. A context is
 * closed when no set wants it any more. The items of a set are looked at once, however many want
 * it. Belongs to whoever attends the invocation's mailbox.
 */
final class HeldContexts {
  /** How many sets want each. */
  private final IdentityHashMap<SealedContext, Integer> contexts = new IdentityHashMap<>();

  private final IdentityHashMap<DataSet, Wanted> sets = new IdentityHashMap<>();

  /** How many more contexts may be left sealed for this invocation. */
  private final AtomicInteger places;

  /**
   * Holds none so far.
   *
   * @param max how many may be sealed at a time
   */
  HeldContexts(int max) {
    places = new AtomicInteger(max);
  }

  /** With a quarter of the sandboxes that an engine may have: others need some as well. */
  static HeldContexts on(Node node) {
    int sandboxes = node.limits().count(Limit.WARM_SANDBOXES) / node.partition().localCores();
    return new HeldContexts(Math.max(1, sandboxes / 4));
  }

  /** Takes the place of a context that is about to be left sealed. Any thread. */
  boolean tryTakePlace() {
    boolean taken = places.decrementAndGet() >= 0;
    if (!taken) {
      places.getAndIncrement();
    }
    return taken;
  }

  /** The place is not needed: no context was left sealed. Any thread. */
  void returnPlace() {
    places.getAndIncrement();
  }

  /** A set that lies in contexts, at least in part. */
  private static final class Wanted {
    private final Set<SealedContext> contexts;
    private int by;

    Wanted(Set<SealedContext> contexts) {
      this.contexts = contexts;
    }
  }

  /**
   * Takes a context over with its place; it is closed when the last set that wanted it is not
   * wanted any more. One that is held already stays as it is.
   */
  void add(SealedContext context) {
    contexts.putIfAbsent(context, 0);
  }

  /** Each of {@code some} is wanted once more. */
  void want(List<DataSet> some) {
    boolean _ = want(some, Collections.newSetFromMap(new IdentityHashMap<>(some.size())));
  }

  /** The sets of each reader are wanted once more. Which readers have any that is in a context. */
  BitSet wantEach(List<List<DataSet>> readers) {
    BitSet reading = new BitSet();
    Set<DataSet> outside = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = 0; i < readers.size() && !contexts.isEmpty(); i++) {
      if (want(readers.get(i), outside)) {
        reading.set(i);
      }
    }
    return reading;
  }

  /**
   * Counts each of {@code some}, and says whether any is in a context.
   *
   * @param outside sets that have been found to be in none; grows
   */
  private boolean want(List<DataSet> some, Set<DataSet> outside) {
    boolean any = false;
    for (DataSet set : some) {
      if (!contexts.isEmpty() && !outside.contains(set)) {
        Wanted wanted = sets.get(set);
        if (wanted == null) {
          wanted = find(set);
        }
        if (wanted == null) {
          outside.add(set);
        } else {
          wanted.by++;
          any = true;
        }
      }
    }
    return any;
  }

  /** Looks at the items of a set that nobody wanted so far; null if they are in no context. */
  private @Nullable Wanted find(DataSet set) {
    Set<SealedContext> found = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Item item : set.items()) {
      SealedContext context = SealedContext.of(item.bytes());
      if (context != null && found.add(context)) {
        contexts.merge(context, 1, Integer::sum);
      }
    }
    if (found.isEmpty()) {
      return null;
    }
    Wanted wanted = new Wanted(found);
    sets.put(set, wanted);
    return wanted;
  }

  /** Each of {@code some} is wanted once less. */
  void done(List<DataSet> some) {
    for (DataSet set : some) {
      Wanted wanted = sets.get(set);
      if (wanted != null && --wanted.by == 0) {
        sets.remove(set);
        for (SealedContext context : wanted.contexts) {
          if (contexts.merge(context, -1, Integer::sum) == 0) {
            contexts.remove(context);
            returnPlace();
            context.close();
          }
        }
      }
    }
  }

  /** Whether no context is held. */
  boolean isEmpty() {
    return contexts.isEmpty();
  }

  /** Nothing is wanted any more; what was held is the caller's to close. */
  List<SealedContext> release() {
    List<SealedContext> held = new ArrayList<>(contexts.keySet());
    contexts.clear();
    sets.clear();
    return held;
  }
}
