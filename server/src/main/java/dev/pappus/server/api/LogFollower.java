package dev.pappus.server.api;

import dev.pappus.server.async.LogHub;
import dev.pappus.server.async.LogLine;
import dev.pappus.server.http.AnswerStream;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Sends lines to one client: first those there were, then those that come. */
final class LogFollower implements LogHub.Follower {
  private static final int EARLY_LINES_MAX = 1000;
  private static final byte[] LINE_BEAT = {'\n'};
  private static final byte[] EVENT_BEAT = {':', '\n', '\n'};

  private final boolean events;
  private final @Nullable String only;
  private final BooleanSupplier allowed;

  // Guarded by this.
  private final ArrayDeque<LogLine> early = new ArrayDeque<>();
  private @Nullable AnswerStream stream;
  private boolean ended;
  private long dropped;

  /**
   * A follower.
   *
   * @param only the invocation after which it ends, or null
   * @param allowed whether the client may still see anything; its token may have gone
   */
  LogFollower(boolean events, @Nullable String only, BooleanSupplier allowed) {
    this.events = events;
    this.only = only;
    this.allowed = allowed;
  }

  /**
   * The client is there.
   *
   * @param before the lines so far; some of them may have been told meanwhile
   */
  synchronized void begin(AnswerStream answer, List<LogLine> before, boolean ends) {
    stream = answer;
    Set<String> known = new HashSet<>();
    for (LogLine line : before) {
      known.add(line.invocation());
      send(answer, line);
    }
    for (LogLine line : early) {
      if (!known.contains(line.invocation())) {
        send(answer, line);
      }
    }
    early.clear();
    if (ends || ended) {
      answer.end();
    }
  }

  @Override
  public synchronized void lines(String invocation, List<LogLine> lines) {
    if (!allowed.getAsBoolean()) {
      end();
      return;
    }
    AnswerStream answer = stream;
    for (LogLine line : lines) {
      if (answer != null) {
        send(answer, line);
      } else if (early.size() < EARLY_LINES_MAX) {
        early.add(line);
      } else {
        dropped++;
      }
    }
    if (invocation.equals(only)) {
      end();
    }
  }

  private void send(AnswerStream answer, LogLine line) {
    if (dropped > 0 && answer.offer(LogsSurface.dropped(dropped, events))) {
      dropped = 0;
    }
    if (dropped > 0 || !answer.offer(LogsSurface.encode(line, events))) {
      dropped++;
    }
  }

  @Override
  public synchronized void beat() {
    if (!allowed.getAsBoolean()) {
      end();
      return;
    }
    AnswerStream answer = stream;
    if (answer != null) {
      answer.offer(events ? EVENT_BEAT : LINE_BEAT);
    }
  }

  @Override
  public synchronized void end() {
    ended = true;
    AnswerStream answer = stream;
    if (answer != null) {
      answer.end();
    }
  }
}
