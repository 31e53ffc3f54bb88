package dev.pappus.server.http;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The exchange that a {@link RequestHandler} is busy with. */
final class ActiveExchange implements Exchange {
  private final RequestHandler connection;
  private final RequestHead head;
  private final AtomicBoolean answered = new AtomicBoolean();
  private @Nullable Runnable hangUpAction; // guarded by this
  private @Nullable AnswerStream stream; // guarded by this
  private boolean gone; // guarded by this
  private volatile Body body = Body.EMPTY;

  /** The exchange itself until it is over, and each {@link #answer} that reads the body. */
  private final AtomicInteger bodyUsers = new AtomicInteger(1);

  private final long headNanos = System.nanoTime();
  private volatile long endNanos = headNanos;

  // The event loop alone touches what follows, but for the sink once the body is complete.
  final boolean keepAlive;
  @Nullable Endpoint endpoint;
  @Nullable BodySink sink;
  @Nullable Usage usage;
  boolean requestEnded; // by requestEnded()
  boolean responseStarted;
  boolean responseWritten;
  boolean closeAfter;
  long bytesToDrain;
  long answerBytes;
  long receivedBytes;
  long sentBytes;

  ActiveExchange(RequestHandler connection, RequestHead head, boolean keepAlive) {
    this.connection = connection;
    this.head = head;
    this.keepAlive = keepAlive;
  }

  @Override
  public RequestHead head() {
    return head;
  }

  /** The whole request has been read. */
  void requestEnded() {
    requestEnded = true;
    endNanos = System.nanoTime();
  }

  @Override
  public Arrival arrival() {
    return new Arrival(headNanos, endNanos);
  }

  @Override
  public Body body() {
    return body;
  }

  void body(Body complete) {
    body = complete;
  }

  @Override
  public void respond(Response response) {
    if (answered.compareAndSet(false, true)) {
      connection.onLoop(() -> connection.write(this, response));
    }
  }

  @Override
  public AnswerStream stream(Response streamHead) {
    AnswerStream answer = new AnswerStream();
    boolean over;
    synchronized (this) {
      over = gone;
      stream = answer;
    }
    if (over || !answered.compareAndSet(false, true)) {
      answer.close();
    } else {
      connection.onLoop(() -> connection.write(this, streamHead, answer));
    }
    return answer;
  }

  @Override
  public void fail(Problem problem) {
    if (!answered.get()) {
      respond(connection.listener().problems().apply(problem));
    }
  }

  @Override
  public void onHangUp(Runnable action) {
    synchronized (this) {
      if (!gone) {
        hangUpAction = action;
        return;
      }
    }
    action.run();
  }

  /** The client is gone. */
  void hungUp() {
    Runnable action;
    AnswerStream answer;
    synchronized (this) {
      gone = true;
      answer = stream;
      action = hangUpAction;
      hangUpAction = null;
    }
    if (answer != null) {
      answer.close();
    }
    if (answered.compareAndSet(false, true) && action != null) {
      action.run();
    }
  }

  @Override
  public void execute(Runnable task) {
    connection.onLoop(() -> guarded(task));
  }

  @Override
  public void offload(Runnable task) {
    connection.listener().startVirtual(() -> guarded(task));
  }

  @Override
  public void answer(Supplier<Response> answer) {
    bodyUsers.incrementAndGet();
    offload(() -> {
      Response made;
      try {
        made = answer.get();
      } finally {
        leaveBody(); // before the client can know
      }
      respond(made);
    });
  }

  /** One less needs the body; the last one gives it back. Any thread. */
  void leaveBody() {
    BodySink last = sink;
    if (bodyUsers.decrementAndGet() == 0 && last != null) {
      last.release();
    }
  }

  /** Runs code of an endpoint: whatever it throws becomes the answer. */
  void guarded(Runnable task) {
    try {
      task.run();
    } catch (ProblemException e) {
      fail(e.problem());
    } catch (RuntimeException | Error e) {
      fail(connection.listener().internal(head, e));
    }
  }
}
