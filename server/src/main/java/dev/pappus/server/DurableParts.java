package dev.pappus.server;

import dev.pappus.dispatcher.Dispatcher;
import dev.pappus.dispatcher.store.InvocationStore;
import dev.pappus.server.async.DurableInvocations;
import dev.pappus.server.async.InvocationHistory;

/**
 * What a node needs for durable invocations.
 *
 * @param store on disk
 * @param invocations the queue
 * @param history them and all others
 */
record DurableParts(
    InvocationStore store, DurableInvocations invocations, InvocationHistory history)
    implements AutoCloseable {
  private static final String FILE = "invocations.db";

  /** So few run at a time that those whose clients wait are not starved. */
  private static final int UNDER_WAY_PER_ENGINE = 2;

  /**
   * Opens them in the dispatcher's data folder.
   *
   * @throws dev.pappus.model.ProblemException STORAGE_FAILED
   */
  static DurableParts open(Dispatcher dispatcher, Configuration configuration) {
    InvocationStore store =
        InvocationStore.open(configuration.dataFolder().resolve(FILE), configuration.limits());
    DurableInvocations invocations =
        new DurableInvocations(
            new DurableInvocations.Settings(
                store,
                dispatcher::invoke,
                dispatcher::newId,
                UNDER_WAY_PER_ENGINE * configuration.engines(),
                configuration.limits()));
    return new DurableParts(
        store, invocations, new InvocationHistory(dispatcher, invocations, store));
  }

  /** Begins with what an earlier process left. */
  void start() {
    invocations.start(_ -> {});
  }

  /** Starts nothing more. */
  void stop() {
    invocations.stop();
  }

  /** After the dispatcher: writes what has ended, answers those who still wait. */
  @Override
  public void close() {
    store.close();
    invocations.close();
  }
}
