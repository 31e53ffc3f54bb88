package dev.pappus.dispatcher.store;

import dev.pappus.model.InvocationStatus;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Namespace;
import dev.pappus.model.ProblemException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Durable invocations in SQLite: what was accepted, and what came of it. A change is on disk when
 * its stage completes; stages complete on the writer's thread, which must not be blocked. Reads
 * block; any thread may make them. The opener closes it.
 */
public final class InvocationStore implements AutoCloseable {
  /** SQLite's rows end at 10^9 bytes. */
  private static final long ROW_BYTES_MAX = 999_000_000;

  private final Path path;
  private final Limits limits;
  private final InvocationReader reader;
  private final GroupCommit writer;
  private final Retention retention;
  private final Acceptance acceptance;
  private final long pendingBytesMax;
  private final AtomicLong pendingBytes = new AtomicLong();

  /**
   * A request to be kept.
   *
   * @param row what is known of it
   * @param document the encoded request, whose bytes do not change any more
   * @param key its idempotency key, or null
   * @param fingerprint of target and inputs; what requests with the same key must agree in
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared; a copy would defeat its purpose
  public record Request(
      StoredInvocation row, byte[] document, @Nullable String key, String fingerprint) {}

  /**
   * What acceptance came to.
   *
   * @param id the invocation that serves the request
   * @param replayed whether that is an earlier one with the same key
   */
  public record Accepted(String id, boolean replayed) {}

  private InvocationStore(Path path, Limits limits, long sweepMillis) throws SQLException {
    this.path = path;
    this.limits = limits;
    Connection writing = InvocationSchema.open(path);
    try {
      this.reader = new InvocationReader(path);
      this.retention = new Retention(limits, writing, sweepMillis, Retention.ENDED_ROWS_MAX);
    } catch (SQLException | RuntimeException e) {
      writing.close();
      throw e;
    }
    this.acceptance = new Acceptance(limits, retention);
    this.writer = new GroupCommit(path, writing, retention);
    this.pendingBytesMax =
        Math.max(Runtime.getRuntime().maxMemory() / 8, limits.get(Limit.REQUEST_BODY) * 2);
  }

  /**
   * Opens the database, making it if it is absent.
   *
   * @throws ProblemException with STORAGE_FAILED
   */
  public static InvocationStore open(Path path, Limits limits) {
    return open(path, limits, Retention.SWEEP_MILLIS);
  }

  static InvocationStore open(Path path, Limits limits, long sweepMillis) {
    try {
      return new InvocationStore(path, limits, sweepMillis);
    } catch (SQLException e) {
      throw StorageProblems.failed("open the durable invocations", path, e);
    }
  }

  /**
   * Keeps a request, unless an earlier one has its key.
   *
   * @return fails with OVERLOADED if there is no room, IDEMPOTENCY_MISMATCH if the key belongs to
   *     another request, or STORAGE_FAILED
   */
  public CompletionStage<Accepted> accept(Request request) {
    long bytes = request.document().length;
    if (pendingBytes.addAndGet(bytes) > pendingBytesMax) {
      pendingBytes.addAndGet(-bytes);
      return CompletableFuture.failedFuture(
          Acceptance.full("requests on their way to the disk fill the memory for them"));
    }
    return writer
        .<Accepted>submit(bytes, connection -> acceptance.insert(connection, request))
        .whenComplete((_, _) -> pendingBytes.addAndGet(-bytes))
        .thenApply(java.util.Objects::requireNonNull);
  }

  /** Counts one more start of an invocation; nobody need wait for that. */
  public CompletionStage<?> started(String id) {
    return addStarts(id, 1);
  }

  /** Takes a start back: the node ended it in good order, or had no room for it. */
  public CompletionStage<?> notStarted(String id) {
    return addStarts(id, -1);
  }

  private CompletionStage<?> addStarts(String id, int change) {
    return writer.submit(
        0,
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  "UPDATE invocation SET starts = starts + ? WHERE id = ?")) {
            update.setInt(1, change);
            update.setString(2, id);
            update.executeUpdate();
          }
          return null;
        });
  }

  /** The largest result that can be kept. */
  public long resultBytesMax() {
    return Math.min(ROW_BYTES_MAX, limits.get(Limit.ASYNC_BYTES) / 2);
  }

  /**
   * Keeps a result. Only the first one of an invocation counts.
   *
   * @param status an ended one
   * @param report the encoded result without the outputs
   * @param outputs the encoded outputs
   * @return whether it was the first; fails with STORAGE_FAILED
   */
  public CompletionStage<Boolean> finish(
      String id, InvocationStatus status, byte[] report, byte[] outputs) {
    long bytes = (long) report.length + outputs.length;
    return writer
        .<Boolean>submit(
            bytes,
            connection -> {
              InvocationReader.Held held = InvocationReader.held(connection, id);
              try (PreparedStatement update =
                  connection.prepareStatement(
                      "UPDATE invocation SET status = ?, ended_at = ?, request_bytes = 0,"
                          + " result_bytes = ? WHERE id = ? AND status = ?")) {
                update.setString(1, status.name());
                update.setLong(2, System.currentTimeMillis());
                update.setLong(3, bytes);
                update.setString(4, id);
                update.setString(5, InvocationStatus.QUEUED.name());
                if (update.executeUpdate() == 0) {
                  return false;
                }
              }
              try (PreparedStatement delete =
                  connection.prepareStatement("DELETE FROM request WHERE id = ?")) {
                delete.setString(1, id);
                delete.executeUpdate();
              }
              try (PreparedStatement insert =
                  connection.prepareStatement(
                      "INSERT INTO result (id, report, outputs) VALUES (?, ?, ?)")) {
                insert.setString(1, id);
                insert.setBytes(2, report);
                insert.setBytes(3, outputs);
                insert.executeUpdate();
              }
              retention.ended(id, held.namespace(), held.requestBytes(), bytes);
              return true;
            })
        .thenApply(first -> first != null && first);
  }

  /** Keeps how far sending a result has got; fails with STORAGE_FAILED. */
  public CompletionStage<?> callback(String id, StoredInvocation.Callback callback) {
    return writer.submit(
        0,
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  "UPDATE invocation SET callback_delivery = ?, callback_attempts = ?,"
                      + " callback_next_at = ?, callback_detail = ? WHERE id = ?")) {
            update.setString(1, callback.delivery().name());
            update.setInt(2, callback.attempts());
            update.setLong(3, callback.nextAt().toEpochMilli());
            update.setString(4, callback.detail());
            update.setString(5, id);
            update.executeUpdate();
          }
          return null;
        });
  }

  /** One invocation. */
  public Optional<StoredInvocation> find(String id) {
    return reader.find(id);
  }

  /** The encoded request of an invocation that has not ended. */
  public Optional<byte[]> request(String id) {
    return reader.document("SELECT document FROM request WHERE id = ?", id);
  }

  /** The encoded report of an invocation that has ended, while it is kept. */
  public Optional<byte[]> report(String id) {
    return reader.document("SELECT report FROM result WHERE id = ?", id);
  }

  /** The encoded outputs of an invocation that has ended, kept as long as its report. */
  public Optional<byte[]> outputs(String id) {
    return reader.document("SELECT outputs FROM result WHERE id = ?", id);
  }

  /** Every invocation that has not ended, oldest first. */
  public List<StoredInvocation> unfinished() {
    return reader.unfinished();
  }

  /** Every invocation that has ended and whose result is still to be sent. */
  public List<StoredInvocation> undelivered() {
    return reader.undelivered();
  }

  /**
   * Invocations of a namespace that have ended, newest first.
   *
   * @param before only those accepted before the one with this identifier; null is no bound
   * @param target only those of this function or composition; null is any
   * @param status only these; null is any that has ended
   * @param limit at most so many
   */
  public List<StoredInvocation> ended(
      Namespace namespace,
      @Nullable String before,
      @Nullable String target,
      @Nullable InvocationStatus status,
      int limit) {
    return reader.ended(namespace, before, target, status, limit);
  }

  /** Writes what has been submitted, then closes the database. */
  @Override
  public void close() {
    writer.close();
    try {
      retention.connection().close();
    } catch (SQLException e) {
      throw StorageProblems.failed("close", path, e);
    } finally {
      reader.close();
    }
  }
}
