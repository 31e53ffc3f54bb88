package dev.pappus.sandbox;

import dev.pappus.model.Digest;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Where the template of one prepared program is kept. One thread at a time makes it; others run the
 * program from its start meanwhile. Any thread may use it.
 */
public final class TemplateSlot {
  private sealed interface State {
    /** Nobody has tried, or whoever did could not, through no fault of the program. */
    record Open() implements State {}

    record Taken() implements State {}

    record Filled(PreparedFunction function) implements State {}

    /** The program has none. */
    record Closed(Problem why) implements State {}
  }

  private static final State OPEN = new State.Open();

  private final AtomicReference<State> state = new AtomicReference<>(OPEN);
  private final Libos libos;
  private volatile TemplateStore store = TemplateStore.NONE;

  private TemplateSlot(Libos libos) {
    this.libos = libos;
  }

  /** The slot of a program; null for a function, which has no library OS. */
  public static @Nullable TemplateSlot of(ElfImage image) {
    Libos libos = image.libos() == null ? null : image.libos().libos();
    return libos == null ? null : new TemplateSlot(libos);
  }

  /** The version of the library OS, which templates hold a part of. */
  public Digest libos() {
    return libos.digest();
  }

  /** Has templates kept beyond the life of this slot, which must be unused so far. */
  public void keepIn(TemplateStore newStore) {
    store = newStore;
  }

  /** What runs from the template, or null as long as there is none. */
  public @Nullable PreparedFunction filled() {
    return state.get() instanceof State.Filled filled ? filled.function() : null;
  }

  /** Why the program has no template, or null if it has one, or nobody has tried to make it. */
  public @Nullable Problem whyNot() {
    return state.get() instanceof State.Closed closed ? closed.why() : null;
  }

  /** Whether a run would neither make a template nor look for one. */
  public boolean isSettled() {
    return state.get() instanceof State.Filled || state.get() instanceof State.Closed;
  }

  /** Whether the caller is to fill the slot now, and then does so or {@link #leave}s it. */
  boolean take() {
    return state.get() instanceof State.Open && state.compareAndSet(OPEN, new State.Taken());
  }

  /** A template that was made earlier, perhaps by another node or before a restart. */
  @Nullable Template stored() {
    return store.load();
  }

  /**
   * Ends what {@link #take} began.
   *
   * @param fresh a template that is not in the store yet, or null
   */
  void fill(PreparedFunction function, @Nullable Template fresh) {
    state.set(new State.Filled(function));
    store.filled(fresh);
  }

  /** Ends what {@link #take} began, without a result: the next may try. */
  void leave() {
    state.set(OPEN);
  }

  /** Ends what {@link #take} began: the program never gets a template. */
  void close(Problem why) {
    state.set(new State.Closed(why));
  }

  /** A program that ended before it had touched an input, and so had nothing to wait for. */
  static Problem notReached(String how) {
    return Problem.of(ProblemCode.GUEST_EXIT, "the program %s before it touched an input", how)
        .withHint("its runs begin at its start; reading /in or standard input makes a snapshot");
  }
}
