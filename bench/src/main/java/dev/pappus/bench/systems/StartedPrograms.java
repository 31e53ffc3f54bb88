package dev.pappus.bench.systems;

import dev.pappus.bench.Launcher;
import dev.pappus.bench.Unavailable;
import dev.pappus.bench.Yardstick;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A program that is started for each request, by as many launchers as keep the processors busy.
 * Threads that wait for one may be virtual. Whoever made it closes it, when nobody runs any more.
 */
final class StartedPrograms implements AutoCloseable {
  private static final int LAUNCHERS_PER_PROCESSOR = 2;
  private static final long WAIT_SECONDS_MAX = 5;

  private final BlockingQueue<Launcher> idle;
  private final int count;
  private final String note;

  /**
   * Starts the launchers.
   *
   * @throws Unavailable if this host cannot run programs that way
   */
  StartedPrograms(Yardstick yardstick, int size, Path guestBuild, Path scratch)
      throws IOException, Unavailable {
    count = LAUNCHERS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors();
    idle = new ArrayBlockingQueue<>(count);
    String said = "";
    try {
      for (int i = 0; i < count; i++) {
        Yardstick.Started started = yardstick.start(guestBuild, scratch, size);
        idle.add(started.launcher());
        said = started.note();
      }
    } catch (IOException | Unavailable | RuntimeException | Error e) {
      idle.forEach(Launcher::close);
      throw e;
    }
    note = said;
  }

  /** What is special about the way. */
  String note() {
    return note;
  }

  /**
   * Starts the program, and waits until it is gone; what it computed.
   *
   * @throws ProblemException OVERLOADED if no launcher is free for seconds, or INTERNAL with the
   *     program's words
   */
  long run() {
    Launcher launcher = take();
    try {
      return launcher.run().checksum();
    } catch (Unavailable e) {
      throw new ProblemException(
          Problem.of(ProblemCode.INTERNAL, "the program could not be started: %s", e.reason())
              .withHint("run the system's check script"),
          e);
    } finally {
      idle.add(launcher);
    }
  }

  private Launcher take() {
    try {
      Launcher launcher = idle.poll(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
      if (launcher != null) {
        return launcher;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new ProblemException(
        Problem.of(ProblemCode.OVERLOADED, "all %d launchers are busy", count)
            .withHint("send less"));
  }

  @Override
  public void close() {
    for (int i = 0; i < count; i++) {
      take().close();
    }
  }
}
