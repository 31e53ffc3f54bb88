package dev.pappus.dispatcher.store;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that writes: whatever has come while the disk was busy becomes one transaction, so
 * that many changes share one flush. A change is durable when its future completes. Any thread may
 * submit; futures complete on the writer's thread, so what depends on them must not block.
 */
final class GroupCommit implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

  private static final int CHANGES_MAX = 256;
  private static final long BYTES_MAX = 32L << 20;

  private final Path path;
  private final Connection connection;
  private final LinkedBlockingQueue<Change<?>> queue = new LinkedBlockingQueue<>();
  private final long sweepMillis;
  private final Retention retention;
  private final Thread writer;
  private boolean closed; // guarded by queue

  /** A part of a transaction. */
  interface Work<T> {
    /**
     * Changes rows.
     *
     * @throws ProblemException before it has changed anything; concerns this work alone
     * @throws SQLException undoes the transaction; whatever else was in it is tried on its own
     */
    @Nullable T run(Connection connection) throws SQLException;
  }

  private static final class Change<T> {
    private final Work<T> work;
    private final long bytes;
    private final CompletableFuture<@Nullable T> done = new CompletableFuture<>();
    private @Nullable T result;
    private @Nullable ProblemException refusal;

    Change(Work<T> work, long bytes) {
      this.work = work;
      this.bytes = bytes;
    }

    void apply(Connection connection) throws SQLException {
      refusal = null;
      try {
        result = work.run(connection);
      } catch (ProblemException e) {
        refusal = e;
      }
    }

    void fail(ProblemException problem) {
      done.completeExceptionally(problem);
    }

    void complete() {
      if (refusal != null) {
        done.completeExceptionally(refusal);
      } else {
        done.complete(result);
      }
    }
  }

  /**
   * Starts the writer.
   *
   * @param connection the writer's own from now on; its auto-commit is off
   * @param retention has its say at the end of each transaction
   */
  GroupCommit(Path path, Connection connection, Retention retention) {
    this.path = path;
    this.connection = connection;
    this.retention = retention;
    this.sweepMillis = retention.sweepMillis();
    this.writer = Thread.ofPlatform().name("invocation-store").daemon().start(this::write);
  }

  /**
   * Makes a change soon.
   *
   * @param bytes how much it writes
   * @return completes when it is on disk; exceptionally with a {@link ProblemException} if it is
   *     not
   */
  <T> CompletableFuture<@Nullable T> submit(long bytes, Work<T> work) {
    Change<T> change = new Change<>(work, bytes);
    synchronized (queue) {
      if (!closed) {
        queue.add(change);
        return change.done;
      }
    }
    change.done.completeExceptionally(
        new ProblemException(
            Problem.of(ProblemCode.SHUTTING_DOWN, "the node is stopping")
                .withHint("send the request again once it is back")));
    return change.done;
  }

  private void write() {
    List<Change<?>> batch = new ArrayList<>();
    boolean last = false;
    while (!last) {
      try {
        // Also without changes time goes by, and with it what is kept for a time.
        Change<?> first = queue.poll(sweepMillis, TimeUnit.MILLISECONDS);
        long bytes = 0;
        for (Change<?> next = first; next != null; next = queue.poll()) {
          batch.add(next);
          bytes += next.bytes;
          if (batch.size() >= CHANGES_MAX || bytes >= BYTES_MAX) {
            break;
          }
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts the writer", e);
      }
      commitAll(batch);
      batch.clear();
      synchronized (queue) {
        last = closed && queue.isEmpty();
      }
    }
  }

  /** Where a transaction fails, each of its changes is tried alone: one must not spoil the rest. */
  private void commitAll(List<Change<?>> batch) {
    ProblemException failure = commit(batch);
    if (failure == null) {
      batch.forEach(Change::complete);
    } else if (batch.size() == 1) {
      batch.getFirst().fail(failure);
    } else if (batch.isEmpty()) {
      LOG.warn("cannot delete what is kept no longer: {}", failure.problem().detail());
    } else {
      batch.forEach(each -> commitAll(List.of(each)));
    }
  }

  /** Null if all is on disk; otherwise nothing of it is. */
  private @Nullable ProblemException commit(List<Change<?>> batch) {
    try {
      for (Change<?> change : batch) {
        change.apply(connection);
      }
      retention.keep(connection);
      connection.commit();
      return null;
    } catch (SQLException | RuntimeException | Error e) {
      // Errors too: without its thread nothing would ever be written again.
      ProblemException failure = StorageProblems.failed("write", path, e);
      try {
        connection.rollback();
        retention.rolledBack();
      } catch (SQLException | RuntimeException | Error again) {
        failure.addSuppressed(again);
      }
      return failure;
    }
  }

  /** Writes what has been submitted, and ends. */
  @Override
  public void close() {
    synchronized (queue) {
      if (closed) {
        return;
      }
      closed = true;
      queue.add(new Change<>(_ -> null, 0)); // wakes the writer
    }
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
