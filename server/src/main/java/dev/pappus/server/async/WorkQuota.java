package dev.pappus.server.async;

import dev.pappus.model.Namespace;

/**
 * How much a namespace may do at the same time. Any thread may use it; it does not block. What
 * {@link #enter} or {@link #take} lets in, {@link #leave} must end.
 */
public interface WorkQuota {
  /** Everything is let in. */
  WorkQuota NONE =
      new WorkQuota() {
        @Override
        public boolean enter(Namespace namespace) {
          return true;
        }

        @Override
        public void take(Namespace namespace) {}

        @Override
        public void leave(Namespace namespace) {}
      };

  /** Whether one more may be done for {@code namespace}; then it counts. */
  boolean enter(Namespace namespace);

  /** One more is being done for {@code namespace}, and counts even where there is no room. */
  void take(Namespace namespace);

  /** It has been done. */
  void leave(Namespace namespace);
}
