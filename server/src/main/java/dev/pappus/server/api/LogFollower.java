package dev.pappus.server.api;

import dev.pappus.server.async.LogHub;
import dev.pappus.server.async.LogLine;
import dev.pappus.server.async.LogNews;
import dev.pappus.server.http.AnswerStream;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends lines to one client, as fast as it reads: first those there were, then those that come.
 * Whoever brings news only puts it here; a virtual thread, there while there is something to send,
 * makes lines of it.
 */
final class LogFollower implements LogHub.Follower {
  private static final Logger LOG = LoggerFactory.getLogger(LogFollower.class);
  private static final int WAITING_MAX = 1000;
  private static final long WAITING_CHARS_MAX = 1 << 20;
  private static final int TOLD_MAX = 10_000;
  private static final byte[] LINE_BEAT = {'\n'};
  private static final byte[] EVENT_BEAT = {':', '\n', '\n'};

  private final boolean events;
  private final LogHub.Filter filter;
  private final boolean endsWithNews;
  private final BooleanSupplier allowed;

  // Guarded by this, which nobody holds for longer than a few steps.

  /** What there was before the client came. */
  private final Queue<LogNews> before = new ArrayDeque<>();

  /** What came since. */
  private final Queue<LogNews> waiting = new ArrayDeque<>();

  private long waitingChars;

  /** Lines for which there was no room; what comes after them waits until they have been told. */
  private long dropped;

  private @Nullable AnswerStream stream;
  private boolean ended;
  private boolean atWork;

  /**
   * The place of the last line that was sent, of each invocation of which more may come: those that
   * run, and those that had ended when the client came. The virtual thread's.
   */
  private final Map<String, Integer> told =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
          return size() > TOLD_MAX;
        }
      };

  /**
   * A follower.
   *
   * @param filter if it names an invocation, the follower ends with that
   * @param durable whether that is durable: then what has ended may be an attempt before the last
   * @param allowed whether the client may still see anything; its token may have gone
   */
  LogFollower(boolean events, LogHub.Filter filter, boolean durable, BooleanSupplier allowed) {
    this.events = events;
    this.filter = filter;
    this.endsWithNews = filter.id() != null && !durable;
    this.allowed = allowed;
  }

  /**
   * The client is there.
   *
   * @param soFar what was printed so far; some of it may have been told meanwhile
   * @param ends whether nothing is to come after that
   */
  synchronized void begin(AnswerStream answer, List<LogNews> soFar, boolean ends) {
    stream = answer;
    before.addAll(soFar);
    ended |= ends;
    work();
  }

  @Override
  public synchronized void news(LogNews news) {
    if (dropped > 0
        || waiting.size() >= WAITING_MAX
        || waitingChars + news.chars() > WAITING_CHARS_MAX) {
      dropped += news.linesMax();
    } else {
      waiting.add(news);
      waitingChars += news.chars();
    }
    ended |= endsWithNews && news.ended();
    work();
  }

  @Override
  public synchronized void end() {
    ended = true;
    work();
  }

  @Override
  public void beat() {
    AnswerStream answer;
    synchronized (this) {
      answer = stream;
    }
    if (answer == null) {
      return;
    }
    if (allowed.getAsBoolean()) {
      answer.offer(events ? EVENT_BEAT : LINE_BEAT);
    } else {
      answer.end();
    }
  }

  /** Has a thread at work once the client is there. */
  private synchronized void work() {
    AnswerStream answer = stream;
    if (answer != null && !atWork) {
      atWork = true;
      var _ = Thread.ofVirtual().name("log-follower").start(() -> sendAll(answer));
    }
  }

  private void sendAll(AnswerStream answer) {
    try {
      boolean more = true;
      while (more) {
        more = sendNext(answer);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answer.end();
    } catch (RuntimeException | Error e) {
      LOG.warn("a follower of logs failed and follows no longer", e);
      answer.end();
    }
  }

  /** Sends one thing; false if there is none, which leaves nobody at work. */
  private boolean sendNext(AnswerStream answer) throws InterruptedException {
    LogNews old;
    LogNews news = null;
    long gap = 0;
    synchronized (this) {
      old = before.poll();
      if (old == null) {
        news = waiting.poll();
        waitingChars -= news == null ? 0 : news.chars();
      }
      if (old == null && news == null) {
        gap = dropped;
        dropped = 0;
        if (gap == 0) {
          atWork = false;
          if (ended) {
            answer.end();
          }
          return false;
        }
      }
    }
    if (!allowed.getAsBoolean()) {
      answer.end();
    } else if (old != null) {
      int last = send(answer, old, -1);
      if (last >= 0) {
        told.put(old.invocation(), last);
      }
    } else if (news != null) {
      tell(answer, news);
    } else {
      answer.put(LogsSurface.dropped(gap, events));
    }
    return true;
  }

  /** Sends what has not been told yet. */
  private void tell(AnswerStream answer, LogNews news) throws InterruptedException {
    int last = send(answer, news, told.getOrDefault(news.invocation(), -1));
    if (news.ended()) {
      told.remove(news.invocation());
    } else if (last >= 0) {
      told.put(news.invocation(), last);
    }
  }

  /** Sends the lines after a place; returns the place of the last, or {@code after}. */
  private int send(AnswerStream answer, LogNews news, int after) throws InterruptedException {
    int last = after;
    for (Iterator<LogLine> lines = news.lines(filter).iterator(); lines.hasNext(); ) {
      LogLine line = lines.next();
      if (line.place() > after) {
        last = line.place();
        if (!answer.put(LogsSurface.encode(line, events))) {
          break; // nobody reads it: what is still here goes with the follower
        }
      }
    }
    return last;
  }
}
