package dev.pappus.bench.systems;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.pappus.bench.Unavailable;
import dev.pappus.bench.Yardstick;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.server.api.Problems;
import dev.pappus.server.http.Body;
import dev.pappus.server.http.BodyBudget;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.EventLoops;
import dev.pappus.server.http.Listener;
import dev.pappus.server.http.RequestHead;
import dev.pappus.server.http.Response;
import dev.pappus.server.http.Routed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/**
 * The node's HTTP server in front of something else that runs the same program: {@code POST
 * /function/NAME} with the size of the matrices as decimal text answers eight bytes, under whatever
 * name; or it answers what it is sent. Any thread may close it.
 */
public final class FrontEnd implements AutoCloseable {
  private static final String PATH = "/function/";
  private static final String BYTES = "application/octet-stream";
  private static final long BODY_BUDGET_BYTES = 64L << 20;
  private static final long CLOSE_NANOS = 2_000_000_000L;

  /** As the node has it. */
  private static final int EVENT_LOOPS_MAX = 2;

  /** How a request is served. */
  public enum Kind {
    /** On the event loop that read it: nothing is faster behind this server. */
    IN_PROCESS,
    /** The body of a request is the answer, whatever the size: what the server itself costs. */
    ECHO,
    FORK_EXEC,
    CRUN,
    RUNC,
    GVISOR;

    /** Its name; but for the echo that of its folder in bench/systems, too. */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final String size;
  private String note = "";
  private String url = "";

  private FrontEnd(int size) {
    this.size = Integer.toString(size);
  }

  /**
   * Starts to serve on the loopback address.
   *
   * @param port 0 is a free one
   * @param size of the matrices; requests for another are refused
   * @param scratch a folder for what the kind needs
   * @throws Unavailable if this host cannot run the kind
   * @throws IOException if the port cannot be had
   */
  public static FrontEnd start(Kind kind, int port, int size, Path guestBuild, Path scratch)
      throws IOException, Unavailable {
    if (size < 0 || size > Matmul.SIZE_MAX) {
      throw new IllegalArgumentException("matrices have 0 to " + Matmul.SIZE_MAX + " rows");
    }
    FrontEnd frontEnd = new FrontEnd(size);
    try {
      frontEnd.listen(frontEnd.endpoint(kind, size, guestBuild, scratch), port);
      return frontEnd;
    } catch (IOException | Unavailable | RuntimeException | Error e) {
      frontEnd.close();
      throw e;
    }
  }

  private Endpoint endpoint(Kind kind, int size, Path guestBuild, Path scratch)
      throws IOException, Unavailable {
    return switch (kind) {
      case IN_PROCESS -> {
        Matmul matmul = new Matmul(guestBuild, size);
        yield new Endpoint.Immediate(
            Limit.REQUEST_BODY,
            exchange -> {
              requireSize(exchange.body());
              exchange.respond(Response.of(200, BYTES, matmul.run()));
            });
      }
      case ECHO ->
          new Endpoint.Immediate(
              Limit.REQUEST_BODY,
              exchange ->
                  exchange.respond(
                      Response.of(200, BYTES, exchange.body().segment().toArray(JAVA_BYTE))));
      case FORK_EXEC -> started(Yardstick.FORK_EXEC, size, guestBuild, scratch);
      case CRUN -> started(Yardstick.CRUN, size, guestBuild, scratch);
      case RUNC -> started(Yardstick.RUNC, size, guestBuild, scratch);
      case GVISOR -> started(Yardstick.GVISOR, size, guestBuild, scratch);
    };
  }

  private Endpoint started(Yardstick yardstick, int size, Path guestBuild, Path scratch)
      throws IOException, Unavailable {
    StartedPrograms programs = new StartedPrograms(yardstick, size, guestBuild, scratch);
    opened.push(programs);
    note = programs.note();
    return new Endpoint.Blocking(
        Limit.REQUEST_BODY,
        (_, body) -> {
          requireSize(body);
          return Response.of(200, BYTES, Matmul.bytes(programs.run()));
        });
  }

  private void listen(Endpoint endpoint, int port) throws IOException {
    EventLoops loops =
        new EventLoops(Math.min(EVENT_LOOPS_MAX, Runtime.getRuntime().availableProcessors()));
    opened.push(loops);
    Problems problems = new Problems("bench");
    Listener listener =
        new Listener(
            new Listener.Settings(
                loops,
                Limits.DEFAULTS,
                new BodyBudget(BODY_BUDGET_BYTES),
                head -> route(head, endpoint),
                problems::response));
    opened.push(() -> listener.close(CLOSE_NANOS));
    InetSocketAddress bound =
        listener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    url = "http://127.0.0.1:" + bound.getPort();
  }

  private static Routed route(RequestHead head, Endpoint endpoint) {
    if (!head.path().startsWith(PATH)) {
      throw new ProblemException(
          Problem.of(ProblemCode.UNKNOWN_PATH, "this serves POST %sNAME only", PATH)
              .withHint("docs/benchmarks.md describes the contract"));
    }
    return Routed.free(endpoint);
  }

  /** Containers have their arguments in a file that is written before; so one size is served. */
  private void requireSize(Body body) {
    String asked;
    try {
      asked = body.text();
    } catch (CharacterCodingException e) {
      asked = "";
    }
    if (!asked.equals(size)) {
      throw new ProblemException(
          Problem.of(ProblemCode.BAD_REQUEST, "this was started for matrices of %s rows", size)
              .withHint("send " + size + " as the body, or start it with another --size"));
    }
  }

  /** Base URL. */
  public String url() {
    return url;
  }

  /** What is special about how programs are started; may be empty. */
  public String note() {
    return note;
  }

  @Override
  public void close() {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException("a part of the front end cannot be closed", e);
      }
    }
  }
}
