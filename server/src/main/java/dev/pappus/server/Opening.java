package dev.pappus.server;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A part of the node that is opened on a thread of its own, while the node's thread opens others.
 * The node's thread uses it.
 */
final class Opening<T> implements AutoCloseable {
  private final CompletableFuture<T> part;
  private final Consumer<T> closer;
  private boolean taken;

  private Opening(CompletableFuture<T> part, Consumer<T> closer) {
    this.part = part;
    this.closer = closer;
  }

  /**
   * Begins to open what {@code opener} returns.
   *
   * @param closer closes it if nobody takes it
   */
  static <T> Opening<T> of(String name, Supplier<T> opener, Consumer<T> closer) {
    return new Opening<>(
        CompletableFuture.supplyAsync(
            opener, task -> Thread.ofPlatform().name("open-" + name).daemon().start(task)),
        closer);
  }

  /**
   * Waits for the part, whose owner is the caller from now on; throws what opening it threw. An
   * interrupt does not end the waiting.
   */
  T take() {
    try {
      T opened = part.join();
      taken = true;
      return opened;
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case RuntimeException problem -> throw problem;
        case Error error -> throw error;
        case null, default -> throw e;
      }
    }
  }

  private void closeOpened(@Nullable T opened) {
    if (opened != null) {
      closer.accept(opened);
    }
  }

  /** Waits for a part that nobody has taken, and closes it. */
  @Override
  public void close() {
    if (!taken) {
      part.handle((opened, problem) -> opened).thenAccept(this::closeOpened).join();
    }
  }
}
