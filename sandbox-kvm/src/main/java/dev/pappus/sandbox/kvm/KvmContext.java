package dev.pappus.sandbox.kvm;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.pappus.model.DataSet;
import dev.pappus.model.Limits;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.GuestLayout;
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
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A context in a machine that is bound to its function. */
final class KvmContext implements Context {
  /** What must be done before the machine may serve again. */
  enum Residue {
    /** What the page tables and the host's notes say: after an agreed exit. */
    NOTED,
    /** Everything that the guest could reach, whatever the notes say: after a fault or a kill. */
    ALL,
    /** More than wiping can remove: the machine goes. */
    BEYOND_REPAIR
  }

  private enum State {
    PREPARING,
    SEALED,
    /** Others read it; its domain wipes it when it comes back. */
    LENT,
    RELEASED
  }

  private final KvmDomain domain;
  private final VirtualMachine vm;
  private final KvmFunction function;
  private final Warmth warmth;
  private final ContextMemory memory;
  private State state = State.PREPARING;
  private Residue residue = Residue.NOTED;
  private @Nullable InputCollector collector;
  private boolean forTemplate;
  private PageRange itemPages = new PageRange(0, 0);
  private long enteredNanos;
  private List<String> outputs = List.of();

  KvmContext(KvmDomain domain, VirtualMachine vm, KvmFunction function, Warmth warmth) {
    this.domain = domain;
    this.vm = vm;
    this.function = function;
    this.warmth = warmth;
    this.memory = new ContextMemory(vm, function.code().plan());
  }

  VirtualMachine vm() {
    return vm;
  }

  KvmFunction function() {
    return function;
  }

  KvmDomain domain() {
    return domain;
  }

  Residue residue() {
    return residue;
  }

  void setResidue(Residue newResidue) {
    residue = newResidue;
  }

  long writtenEnd() {
    return memory.writtenEnd();
  }

  /** The context goes from the caller's hands into a run. */
  void seal() {
    require(State.PREPARING);
    state = State.SEALED;
  }

  /** The guest is about to be entered. */
  void entered(long now) {
    enteredNanos = now;
  }

  @Override
  public OptionalLong enteredNanos() {
    return OptionalLong.of(enteredNanos);
  }

  /** What the guest left in its control block. */
  int exitCode() {
    int[] code = new int[1];
    memory.read(function.image().controlBlock(), MemorySegment.ofArray(code));
    return MemorySegment.ofArray(code).get(JAVA_INT, 0);
  }

  @Override
  public Warmth warmth() {
    return warmth;
  }

  @Override
  public void write(List<DataSet> inputs, List<String> outputNames) {
    require(State.PREPARING);
    InputTables.write(memory, function.image(), inputs, outputNames, collector);
    if (forTemplate) {
      itemPages = InputTables.itemPages(function.image(), inputs, outputNames);
    }
    outputs = List.copyOf(outputNames);
  }

  /** Has some of its inputs collected, at most {@code bytes}, before {@link #write}. */
  InputCollector openCollector(long bytes) {
    require(State.PREPARING);
    InputCollector made = InputCollector.above(function.image(), memory, bytes);
    collector = made;
    return made;
  }

  @Override
  public void askForTemplate() {
    require(State.PREPARING);
    LibosPlace libos = Objects.requireNonNull(function.image().libos());
    MemorySegment flag = MemorySegment.ofArray(new long[] {LibosAbi.START_TEMPLATE});
    memory.write(libos.startFlags(), flag);
    forTemplate = true;
  }

  @Override
  public Template readTemplate(Limits limits) {
    require(State.SEALED);
    GuestLayout layout = GuestLayout.of(function.contextBytes());
    return Template.read(
        memory, function.image(), layout, vm.written(writtenEnd()), itemPages, limits);
  }

  @Override
  public List<DataSet> readOutputs(Limits limits) {
    require(State.SEALED);
    return OutputTables.read(memory, function.image().controlBlock(), outputs, limits);
  }

  @Override
  public Outputs readOutputs(Limits limits, OutputReaders readers) {
    BitSet staying = readers.computing();
    if (staying.isEmpty()) {
      return new Outputs(readOutputs(limits), null);
    }
    require(State.SEALED);
    SealedContext sealed = new SealedContext(memory);
    List<DataSet> sets =
        OutputTables.read(
            memory, function.image().controlBlock(), outputs, limits, sealed, staying);
    return Outputs.settle(sets, sealed, limits, readers, this::leave);
  }

  private @Nullable Runnable leave() {
    Runnable giveBack = domain.leaveSealed(this);
    if (giveBack != null) {
      state = State.LENT;
    }
    return giveBack;
  }

  @Override
  public String lastWords() {
    require(State.SEALED);
    return LogRing.read(memory, function.image());
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
