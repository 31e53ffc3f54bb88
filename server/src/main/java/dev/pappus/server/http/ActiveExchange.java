package dev.pappus.server.http;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemException;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The exchange that a {@link RequestHandler} is busy with: how far its request and its answer are,
 * and what it holds until it is over. Endpoints see it as an {@link Exchange}.
 */
final class ActiveExchange implements Exchange {
  /** A request that is refused early is read to its end if no more than this is left of it. */
  private static final int DRAIN_BYTES_MAX = 64 << 10;

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
  boolean responseStarted;
  boolean responseWritten;
  boolean closeAfter;
  private boolean requestEnded;
  private @Nullable Endpoint endpoint;
  private @Nullable BodySink sink;
  private @Nullable Usage usage;
  private long bytesToDrain;
  private long answerBytes;
  private long receivedBytes;
  private long sentBytes;

  ActiveExchange(RequestHandler connection, RequestHead head, boolean keepAlive) {
    this.connection = connection;
    this.head = head;
    this.keepAlive = keepAlive;
  }

  @Override
  public RequestHead head() {
    return head;
  }

  @Override
  public Arrival arrival() {
    return new Arrival(headNanos, endNanos);
  }

  @Override
  public Body body() {
    return body;
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
  private void leaveBody() {
    BodySink last = sink;
    if (bodyUsers.decrementAndGet() == 0 && last != null) {
      last.release();
    }
  }

  /** Runs code of an endpoint: whatever it throws becomes the answer. */
  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (ProblemException e) {
      fail(e.problem());
    } catch (RuntimeException | Error e) {
      fail(connection.listener().internal(head, e));
    }
  }

  // The request, on the event loop.

  /** Its body has so many bytes; {@link Long#MAX_VALUE} if nobody knows. */
  void announced(long bytes) {
    bytesToDrain = bytes;
  }

  /** It is on this account, whether it is taken or not. */
  void chargeTo(Usage account) {
    usage = account;
  }

  /** It is taken. */
  void goesTo(Endpoint taker, BodySink bodySink) {
    endpoint = taker;
    sink = bodySink;
  }

  /** A piece of the body; its owner stays the caller. */
  void received(ByteBuf piece) {
    bytesToDrain -= piece.readableBytes();
    receivedBytes += piece.readableBytes();
    if (sink != null && !responseStarted) {
      try {
        sink.data(piece);
      } catch (ProblemException e) {
        sink.abort();
        closeAfter = true;
        fail(e.problem());
      }
    }
  }

  /** The whole request has been read. */
  void requestEnded() {
    requestEnded = true;
    endNanos = System.nanoTime();
  }

  /** Whether the whole request has been read. */
  boolean hasRequestEnded() {
    return requestEnded;
  }

  /** Lets the endpoint, if there is one, work on the whole request. */
  void serve() {
    if (sink == null || endpoint == null) {
      return;
    }
    if (sink instanceof BufferedBody buffered) {
      body = buffered.body();
    }
    sink.end();
    switch (endpoint) {
      case Endpoint.Immediate immediate -> guarded(() -> immediate.handler().handle(this));
      case Endpoint.Blocking blocking -> answer(() -> blocking.handler().handle(head, body));
      case Endpoint.Streaming _ -> {
        // Its handler has been at work since the head came.
      }
    }
  }

  /** The rest of the body will not come, or is no longer wanted. */
  void abortBody() {
    if (sink != null) {
      sink.abort();
    }
  }

  /** Whether so little of the request is left that it can be read to its end. */
  boolean isDrainable() {
    return requestEnded || bytesToDrain <= DRAIN_BYTES_MAX;
  }

  // The answer, on the event loop.

  /**
   * What is sent for {@code response}: a client that reads slowly keeps its answer in memory, and
   * all of them together have a bound.
   */
  Response afford(Response response) {
    Response affordable = response;
    if (ResponseWriter.isKept(head, response)) {
      try {
        takeAnswer(response.bodyBytes());
      } catch (ProblemException e) {
        affordable = connection.listener().problems().apply(e.problem());
      }
    }
    sentBytes = affordable.bodyBytes();
    return affordable;
  }

  /**
   * Takes as much as an answer that comes bit by bit may keep for a client that reads slowly.
   *
   * @throws ProblemException OVERLOADED
   */
  void affordStream() {
    takeAnswer(AnswerStream.QUEUE_BYTES_MAX);
  }

  private void takeAnswer(long bytes) {
    connection.listener().budget().takeAnswer(bytes);
    answerBytes = bytes;
  }

  /** So many bytes of an answer that comes bit by bit are sent now. */
  void streamed(long bytes) {
    if (usage != null) {
      usage.streamed(bytes);
    }
  }

  /** It is over, answered or not: gives back what it held and closes its account. */
  void over() {
    leaveBody();
    connection.listener().budget().giveAnswer(answerBytes);
    answerBytes = 0;
    if (usage != null) {
      usage.ended(receivedBytes, sentBytes);
      usage = null;
    }
  }
}
