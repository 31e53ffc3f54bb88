package dev.pappus.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What becomes of something that would outlive this process, should that be ended from outside:
 * processes end first, then the folders go that they wrote into, then the control groups that they
 * were in. Whoever made the thing forgets the wish when he has ended it himself. Any thread.
 */
public final class LastWish {
  /** Who goes first. */
  public enum Turn {
    PROCESSES,
    FOLDERS,
    GROUPS
  }

  /** Ends something, and waits until it is gone. */
  @FunctionalInterface
  public interface Deed {
    void run() throws IOException;
  }

  /** All that are to be fulfilled; guarded by itself. */
  private static final Map<Turn, Set<LastWish>> ALL = new EnumMap<>(Turn.class);

  /** Guarded by the same. */
  private static boolean ending;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(LastWish::fulfilAll, "last-wishes"));
  }

  private final Turn turn;
  private final Deed deed;

  private LastWish(Turn turn, Deed deed) {
    this.turn = turn;
    this.deed = deed;
  }

  /**
   * Says what to do.
   *
   * @param deed may be called by another thread while the thing is being used
   * @throws IllegalStateException if this process is ending: the caller ends the thing at once
   */
  public static LastWish of(Turn turn, Deed deed) {
    LastWish wish = new LastWish(turn, deed);
    synchronized (ALL) {
      if (ending) {
        throw new IllegalStateException("this process is ending");
      }
      all(turn).add(wish);
    }
    return wish;
  }

  private static Set<LastWish> all(Turn turn) {
    return ALL.computeIfAbsent(turn, _ -> new LinkedHashSet<>());
  }

  /** No effect if that was done before. */
  public void forget() {
    synchronized (ALL) {
      all(turn).remove(this);
    }
  }

  private static void fulfilAll() {
    for (Turn turn : Turn.values()) {
      List<LastWish> wishes;
      synchronized (ALL) {
        ending = true;
        wishes = new ArrayList<>(all(turn));
      }
      for (LastWish wish : wishes) {
        try {
          wish.deed.run();
        } catch (IOException | RuntimeException e) {
          System.err.println("pappus: something is left behind: " + e);
        }
      }
    }
  }
}
