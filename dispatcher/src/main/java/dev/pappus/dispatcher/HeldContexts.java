package dev.pappus.dispatcher;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.sandbox.SealedContext;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * Sealed contexts that hold results of an invocation, and how often their items are still wanted:
 * once for the set that they are in, and once for each instance that has yet to copy them. Belongs
 * to whoever attends the invocation's mailbox.
 */
final class HeldContexts {
  private final IdentityHashMap<SealedContext, Long> wanted = new IdentityHashMap<>();

  /** Takes a context over; it is closed when the last item that was wanted is not any more. */
  void add(SealedContext context) {
    wanted.put(context, 0L);
  }

  /** The items of {@code sets} are wanted once more. Whether any of them is in a context. */
  boolean want(List<DataSet> sets) {
    return !wanted.isEmpty() && change(sets, 1);
  }

  /** The items of {@code sets} are wanted once less. */
  void done(List<DataSet> sets) {
    if (!wanted.isEmpty()) {
      boolean _ = change(sets, -1);
    }
  }

  private boolean change(List<DataSet> sets, int by) {
    boolean any = false;
    for (DataSet set : sets) {
      for (Item item : set.items()) {
        SealedContext context = SealedContext.of(item.bytes());
        if (context != null) {
          any = true;
          if (wanted.merge(context, (long) by, Long::sum) == 0) {
            wanted.remove(context);
            context.close();
          }
        }
      }
    }
    return any;
  }

  /** Nothing is wanted any more. */
  void close() {
    wanted.keySet().forEach(SealedContext::close);
    wanted.clear();
  }
}
