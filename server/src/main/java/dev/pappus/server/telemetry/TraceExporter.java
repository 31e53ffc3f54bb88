package dev.pappus.server.telemetry;

import dev.pappus.dispatcher.InvocationInfo;
import dev.pappus.dispatcher.InvocationObserver;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.InvocationTarget;
import dev.pappus.model.TraceContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends spans to an OTLP/HTTP receiver, about once a second, on a thread of its own. A receiver
 * that is slow or away costs spans, never an invocation's time. Any thread may use it; the maker
 * closes it.
 */
final class TraceExporter implements InvocationObserver, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TraceExporter.class);
  private static final int WAITING_SPANS_MAX = 20_000;
  private static final int BATCH_SPANS = 2_000;
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int CONNECT_MILLIS = 1_000;
  private static final int READ_MILLIS = 5_000;
  private static final long CLOSE_MILLIS = 2_000;

  private final URI receiver;
  private final SpanWriter writer;
  private final LongAdder exported = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition due = lock.newCondition();

  // Guarded by the lock.
  private final Deque<Finished> waiting = new ArrayDeque<>();
  private int waitingSpans;
  private boolean closed;

  // Of the thread.
  private boolean failing;

  /**
   * Starts to send to {@code base}.
   *
   * @param base the receiver without {@code /v1/traces}
   */
  TraceExporter(URI base, SpanWriter writer) {
    this.receiver = tracesOf(base);
    this.writer = writer;
    this.thread = Thread.ofPlatform().name("otlp").daemon().unstarted(this::work);
    thread.start();
  }

  private static URI tracesOf(URI base) {
    String text = base.toString();
    return URI.create(text + (text.endsWith("/") ? "" : "/") + "v1/traces");
  }

  /** Spans that the receiver has taken. */
  long exported() {
    return exported.sum();
  }

  /** Spans that were lost: no room, or the receiver did not take them. */
  long dropped() {
    return dropped.sum();
  }

  @Override
  public void started(InvocationInfo invocation) {
    // A span is sent when it has ended.
  }

  @Override
  public void ended(InvocationTarget target, InvocationResult result) {
    TraceContext trace = result.info().trace();
    if (trace.parent() != 0 && !trace.sampled()) {
      return; // the caller decided that nobody records this trace
    }
    Finished finished = Finished.of(target, result);
    int spans = finished.spans();
    lock.lock();
    try {
      if (closed || waitingSpans + spans > WAITING_SPANS_MAX) {
        dropped.add(spans);
        return;
      }
      waiting.add(finished);
      waitingSpans += spans;
      if (waitingSpans >= BATCH_SPANS) {
        due.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void work() {
    for (List<Finished> batch = next(); !batch.isEmpty(); batch = next()) {
      int spans = batch.stream().mapToInt(Finished::spans).sum();
      try {
        send(writer.write(batch));
        exported.add(spans);
        failing = false;
      } catch (IOException | RuntimeException e) {
        dropped.add(spans);
        if (!failing) {
          LOG.warn("cannot send traces to {}: {}", receiver, e.toString());
        }
        failing = true;
      }
    }
  }

  /** What is to be sent now; waits for it. Empty once closed and all is sent. */
  private List<Finished> next() {
    lock.lock();
    try {
      long leftNanos = INTERVAL_NANOS;
      while (!closed && (leftNanos > 0 || waiting.isEmpty()) && waitingSpans < BATCH_SPANS) {
        leftNanos = due.awaitNanos(leftNanos > 0 ? leftNanos : INTERVAL_NANOS);
      }
      List<Finished> batch = new ArrayList<>();
      int spans = 0;
      while (!waiting.isEmpty() && spans < BATCH_SPANS) {
        Finished finished = waiting.remove();
        spans += finished.spans();
        batch.add(finished);
      }
      waitingSpans -= spans;
      return batch;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    } finally {
      lock.unlock();
    }
  }

  private void send(byte[] body) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) receiver.toURL().openConnection();
    try {
      connection.setConnectTimeout(CONNECT_MILLIS);
      connection.setReadTimeout(READ_MILLIS);
      connection.setInstanceFollowRedirects(false);
      connection.setRequestMethod("POST");
      connection.setRequestProperty("Content-Type", "application/json");
      connection.setDoOutput(true);
      connection.setFixedLengthStreamingMode(body.length);
      try (OutputStream out = connection.getOutputStream()) {
        out.write(body);
      }
      int status = connection.getResponseCode();
      if (status / 100 != 2) {
        throw new IOException("it answers with status " + status);
      }
      try (InputStream answer = connection.getInputStream()) {
        answer.readNBytes(64 << 10);
      }
    } finally {
      connection.disconnect();
    }
  }

  /** Sends what waits, for two seconds at most. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      due.signal();
    } finally {
      lock.unlock();
    }
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    thread.interrupt();
  }
}
