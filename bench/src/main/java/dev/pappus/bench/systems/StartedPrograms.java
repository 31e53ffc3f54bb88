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
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A program that is started for each request, by as many launchers as keep the processors busy.
 * Threads that wait for one may be virtual. Whoever made it closes it, when nobody runs any more.
 */
final class StartedPrograms implements AutoCloseable {
  private static final int LAUNCHERS_PER_PROCESSOR = 2;
  private static final long WAIT_SECONDS_MAX = 5;

  private final Starter starter;
  private final BlockingQueue<Launcher> idle;
  private final AtomicInteger count;
  private final String note;

  /** Starts one more launcher. */
  private interface Starter {
    Yardstick.Started start() throws IOException, Unavailable;
  }

  /**
   * Starts the launchers.
   *
   * @throws Unavailable if this host cannot run programs that way
   */
  StartedPrograms(Yardstick yardstick, int size, Path guestBuild, Path scratch)
      throws IOException, Unavailable {
    starter = () -> yardstick.start(guestBuild, scratch, size);
    int wanted = LAUNCHERS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors();
    count = new AtomicInteger(wanted);
    idle = new ArrayBlockingQueue<>(wanted);
    String said = "";
    try {
      for (int i = 0; i < wanted; i++) {
        Yardstick.Started started = starter.start();
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
      throw failed(e);
    } finally {
      giveBack(launcher);
    }
  }

  private static ProblemException failed(Unavailable cause) {
    return new ProblemException(
        Problem.of(ProblemCode.INTERNAL, "the program could not be started: %s", cause.reason())
            .withHint("run the system's check script"),
        cause);
  }

  /** One that has ended would fail at once, and so get more requests than the others. */
  private void giveBack(Launcher launcher) {
    if (launcher.usable()) {
      idle.add(launcher);
      return;
    }
    launcher.close();
    try {
      idle.add(starter.start().launcher());
    } catch (IOException | Unavailable e) {
      // Those that are left go on.
      count.decrementAndGet();
    }
  }

  private Launcher take() {
    if (count.get() == 0) {
      throw failed(new Unavailable("all launchers have ended, and none starts any more"));
    }
    try {
      Launcher launcher = idle.poll(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
      if (launcher != null) {
        return launcher;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new ProblemException(
        Problem.of(ProblemCode.OVERLOADED, "all %d launchers are busy", count.get())
            .withHint("send less"));
  }

  /** Waits a moment for those that run; they end with this process at the latest. */
  @Override
  public void close() {
    try {
      while (count.get() > 0) {
        Launcher launcher = idle.poll(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
        if (launcher == null) {
          return;
        }
        count.decrementAndGet();
        launcher.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
