package dev.pappus.dispatcher;

/** An instance that does work of its own: compute or communication. */
sealed interface InstanceWork permits ComputeTask, CommunicationTask {
  /** What it is about. */
  Instance instance();

  /** Queues it; false if there is no room. */
  boolean start();

  /** Keeps it from starting, or ends it soon and has its result dropped. */
  void cancel();
}
