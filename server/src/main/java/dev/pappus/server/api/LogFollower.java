package dev.pappus.server.api;

import dev.pappus.server.async.LogHub;
import dev.pappus.server.async.LogLine;
import dev.pappus.server.http.AnswerStream;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Sends lines to one client: first those there were, then those that come. */
final class LogFollower implements LogHub.Follower {
  private static final int EARLY_MAX = 1000;
  private static final byte[] LINE_BEAT = {'\n'};
  private static final byte[] EVENT_BEAT = {':', '\n', '\n'};

  private final boolean events;
  private final @Nullable String only;
  private final BooleanSupplier allowed;

  /** What came of an invocation. */
  private record News(String invocation, List<LogLine> lines, boolean ended) {}

  // Guarded by this.

  /** What came before the client was there. */
  private final ArrayDeque<News> early = new ArrayDeque<>();

  private int earlyLines;

  /**
   * The place of the last line that was sent, of each invocation of which more may come: those that
   * run, and those that had ended when the client came.
   */
  private final Map<String, Integer> told = new HashMap<>();

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
    for (LogLine line : before) {
      send(answer, line);
      told.put(line.invocation(), line.place());
    }
    early.forEach(each -> tell(answer, each));
    early.clear();
    if (ends || ended) {
      answer.end();
    }
  }

  @Override
  public synchronized void lines(String invocation, List<LogLine> lines, boolean over) {
    if (!allowed.getAsBoolean()) {
      end();
      return;
    }
    AnswerStream answer = stream;
    News news = new News(invocation, lines, over);
    if (answer != null) {
      tell(answer, news);
    } else if (early.size() < EARLY_MAX && earlyLines + lines.size() <= EARLY_MAX) {
      early.add(news);
      earlyLines += lines.size();
    } else {
      dropped += lines.size();
    }
    if (over && invocation.equals(only)) {
      end();
    }
  }

  /** Sends what has not been told yet. */
  private void tell(AnswerStream answer, News news) {
    int last = told.getOrDefault(news.invocation(), -1);
    for (LogLine line : news.lines()) {
      if (line.place() > last) {
        send(answer, line);
      }
    }
    if (news.ended()) {
      told.remove(news.invocation());
    } else if (!news.lines().isEmpty()) {
      told.merge(news.invocation(), news.lines().getLast().place(), Math::max);
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
