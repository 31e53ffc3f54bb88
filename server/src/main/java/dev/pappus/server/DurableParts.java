package dev.pappus.server;

import dev.pappus.communication.HttpFunction;
import dev.pappus.dispatcher.Dispatcher;
import dev.pappus.dispatcher.store.InvocationStore;
import dev.pappus.server.api.Problems;
import dev.pappus.server.api.StoredAnswer;
import dev.pappus.server.async.DurableInvocations;
import dev.pappus.server.async.InvocationHistory;
import dev.pappus.server.async.LogHub;
import dev.pappus.server.async.ResultCallbacks;
import dev.pappus.server.async.WorkQuota;

/**
 * What a node needs for durable invocations.
 *
 * @param store on disk
 * @param invocations the queue
 * @param history them and all others
 * @param callbacks sends their results
 */
record DurableParts(
    InvocationStore store,
    DurableInvocations invocations,
    InvocationHistory history,
    ResultCallbacks callbacks)
    implements AutoCloseable {
  private static final String FILE = "invocations.db";

  /** So few run at a time that those whose clients wait are not starved. */
  private static final int UNDER_WAY_PER_ENGINE = 2;

  private static final long DRAIN_NANOS = 2_000_000_000L;

  /**
   * Opens them in the dispatcher's data folder.
   *
   * @throws dev.pappus.model.ProblemException STORAGE_FAILED
   */
  static DurableParts open(
      Dispatcher dispatcher,
      HttpFunction http,
      Problems problems,
      WorkQuota quota,
      Configuration configuration) {
    InvocationStore store =
        InvocationStore.open(configuration.dataFolder().resolve(FILE), configuration.limits());
    DurableInvocations invocations =
        new DurableInvocations(
            new DurableInvocations.Settings(
                store,
                dispatcher::invoke,
                dispatcher::newId,
                UNDER_WAY_PER_ENGINE * configuration.engines(),
                quota,
                configuration.limits()));
    return new DurableParts(
        store,
        invocations,
        new InvocationHistory(dispatcher, invocations, store),
        new ResultCallbacks(
            store,
            invocations,
            result -> StoredAnswer.of(result, problems),
            http,
            configuration.limits()));
  }

  /** Begins with what an earlier process left; tells those who follow {@code logs} of each end. */
  void start(LogHub logs) {
    invocations.start(row -> {
      callbacks.ended(row);
      logs.ended(row.id());
    });
    callbacks.start();
  }

  /** Starts nothing more. */
  void stop() {
    invocations.stop();
    callbacks.close();
  }

  /** After the dispatcher: writes what has ended, answers those who still wait. */
  @Override
  public void close() {
    invocations.drain(DRAIN_NANOS);
    store.close();
    invocations.close();
  }
}
