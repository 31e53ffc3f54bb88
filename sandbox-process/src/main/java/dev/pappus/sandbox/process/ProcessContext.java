package dev.pappus.sandbox.process;

import dev.pappus.model.DataSet;
import dev.pappus.model.Limits;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.GuestMemory;
import dev.pappus.sandbox.InputCollector;
import dev.pappus.sandbox.InputTables;
import dev.pappus.sandbox.LibosAbi;
import dev.pappus.sandbox.LibosPlace;
import dev.pappus.sandbox.LogRing;
import dev.pappus.sandbox.OutputReaders;
import dev.pappus.sandbox.OutputTables;
import dev.pappus.sandbox.Outputs;
import dev.pappus.sandbox.PageRange;
import dev.pappus.sandbox.SealedContext;
import dev.pappus.sandbox.Template;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A context in a memory file that is bound to its function. */
final class ProcessContext implements Context {
  private enum State {
    PREPARING,
    SEALED,
    /** Others read it; its domain cleans it when it comes back. */
    LENT,
    RELEASED
  }

  private final ProcessDomain domain;
  private final ProcessDomain.Slot slot;
  private final ProcessFunction function;
  private final Warmth warmth;
  private State state = State.PREPARING;
  private boolean forTemplate;
  private boolean endedBySignal;
  private PageRange itemPages = new PageRange(0, 0);
  private @Nullable InputCollector collector;
  private List<String> outputs = List.of();

  ProcessContext(
      ProcessDomain domain, ProcessDomain.Slot slot, ProcessFunction function, Warmth warmth) {
    this.domain = domain;
    this.slot = slot;
    this.function = function;
    this.warmth = warmth;
  }

  ProcessDomain domain() {
    return domain;
  }

  ProcessDomain.Slot slot() {
    return slot;
  }

  ProcessFunction function() {
    return function;
  }

  GuestMemory memory() {
    return slot.file();
  }

  /** The context goes from the caller's hands into a run. */
  void seal() {
    require(State.PREPARING);
    state = State.SEALED;
  }

  /** How its run has ended: by the agreed way, or by a signal, of which the kernel keeps traces. */
  void endedBySignal(boolean signal) {
    endedBySignal = signal;
  }

  boolean wasEndedBySignal() {
    return endedBySignal;
  }

  @Override
  public Warmth warmth() {
    return warmth;
  }

  @Override
  public void write(List<DataSet> inputs, List<String> outputNames) {
    require(State.PREPARING);
    InputTables.write(memory(), function.image(), inputs, outputNames, collector);
    if (forTemplate) {
      itemPages = InputTables.itemPages(function.image(), inputs, outputNames);
    }
    outputs = List.copyOf(outputNames);
  }

  /** Has some of its inputs collected, at most {@code bytes}, before {@link #write}. */
  InputCollector openCollector(long bytes) {
    require(State.PREPARING);
    InputCollector made = InputCollector.above(function.image(), memory(), bytes);
    collector = made;
    return made;
  }

  @Override
  public void askForTemplate() {
    require(State.PREPARING);
    LibosPlace libos = Objects.requireNonNull(function.image().libos());
    memory().write(libos.startFlags(), MemorySegment.ofArray(new long[] {LibosAbi.START_TEMPLATE}));
    forTemplate = true;
  }

  @Override
  public Template readTemplate(Limits limits) {
    require(State.SEALED);
    return Template.read(
        memory(), function.image(), function.layout(), slot.file().inMemory(), itemPages, limits);
  }

  @Override
  public List<DataSet> readOutputs(Limits limits) {
    require(State.SEALED);
    return OutputTables.read(memory(), function.image().controlBlock(), outputs, limits);
  }

  @Override
  public Outputs readOutputs(Limits limits, OutputReaders readers) {
    BitSet staying = readers.computing();
    if (staying.isEmpty()) {
      return new Outputs(readOutputs(limits), null);
    }
    require(State.SEALED);
    SealedContext sealed = new SealedContext(memory());
    List<DataSet> sets =
        OutputTables.read(
            memory(), function.image().controlBlock(), outputs, limits, sealed, staying);
    return Outputs.settle(sets, sealed, limits, readers, () -> leave(sealed));
  }

  private @Nullable Runnable leave(SealedContext sealed) {
    Runnable giveBack = domain.leaveSealed(this, sealed);
    if (giveBack != null) {
      state = State.LENT;
    }
    return giveBack;
  }

  @Override
  public String lastWords() {
    require(State.SEALED);
    return LogRing.read(memory(), function.image());
  }

  private void require(State expected) {
    if (state != expected) {
      throw new IllegalStateException("context is " + state + ", not " + expected);
    }
  }

  @Override
  public void close() {
    if (state != State.RELEASED && state != State.LENT) {
      release();
    }
  }

  /** Gives it back, whoever had it. */
  void release() {
    state = State.RELEASED;
    domain.release(this);
  }
}
