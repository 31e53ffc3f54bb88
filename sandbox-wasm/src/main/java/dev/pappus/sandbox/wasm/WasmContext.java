package dev.pappus.sandbox.wasm;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limits;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.ExitCodes;
import dev.pappus.sandbox.GuestAbi;
import dev.pappus.sandbox.InputTables;
import dev.pappus.sandbox.LogRing;
import dev.pappus.sandbox.OutputReaders;
import dev.pappus.sandbox.OutputTables;
import dev.pappus.sandbox.Outputs;
import dev.pappus.sandbox.SealedContext;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import run.endive.runtime.Instance;
import run.endive.runtime.Memory;
import run.endive.wasm.types.Export;
import run.endive.wasm.types.ExternalType;
import run.endive.wasm.types.MemoryLimits;
import run.endive.wasm.types.ValType;

/**
 * One run of a module: memory, files and instance are made for it and go with it. Inputs are kept
 * until the run, since placing them runs code of the guest, which the deadline must cover.
 */
final class WasmContext implements Context {
  private static final String LOG_SYMBOL = GuestAbi.LOG_SYMBOL;

  private enum State {
    PREPARING,
    SEALED,
    /** Others read its memory, of which nothing else is left. */
    LENT,
    RELEASED
  }

  private final WasmDomain domain;
  private final WasmFunction function;
  private final Warmth warmth;
  private final MemorySpace space;
  private State state = State.PREPARING;
  private List<DataSet> inputs = List.of();
  private List<String> outputs = List.of();
  private @Nullable FileTree tree;
  private @Nullable RegularFile stdout;
  private @Nullable RegularFile stderr;
  private @Nullable WasiRun wasi;
  private @Nullable FlatMemory memory;
  private @Nullable Instance instance;
  private long control;

  WasmContext(WasmDomain domain, WasmFunction function, Warmth warmth, MemorySpace space) {
    this.domain = domain;
    this.function = function;
    this.warmth = warmth;
    this.space = space;
  }

  WasmDomain domain() {
    return domain;
  }

  WasmFunction function() {
    return function;
  }

  @Override
  public Warmth warmth() {
    return warmth;
  }

  @Override
  public void write(List<DataSet> newInputs, List<String> newOutputs) {
    require(State.PREPARING);
    inputs = List.copyOf(newInputs);
    outputs = List.copyOf(newOutputs);
    switch (function.entry()) {
      case COMMAND -> Stdio.requireModest(inputs);
      case LOW_LEVEL -> InputTables.allocatedBytes(inputs, outputs, availableBytes());
    }
  }

  /** What is left for inputs beside the memory that the module begins with. */
  private long availableBytes() {
    MemoryLimits limits =
        function.code().module().memorySection().orElseThrow().getMemory(0).limits();
    long most =
        Math.min(function.contextBytes(), (long) Memory.RUNTIME_MAX_PAGES * Memory.PAGE_SIZE);
    return most - (long) limits.initialPages() * Memory.PAGE_SIZE;
  }

  /** The context goes from the caller's hands into a run. */
  void seal() {
    require(State.PREPARING);
    state = State.SEALED;
  }

  /** Runs the guest to its end and returns its exit code; anything else is thrown. */
  int run() {
    boolean keepsStdio = outputs.contains(Stdio.SET);
    FileTree files = new FileTree(space);
    boolean command = function.entry() == ModuleCheck.Entry.COMMAND;
    if (command) {
      inputs = inMemory(inputs);
    }
    tree = files;
    stdout = files.unnamedFile();
    stderr = files.unnamedFile();
    wasi =
        WasiRun.of(
            command ? Stdio.arguments(inputs, function.name()) : List.of(),
            command ? Stdio.environment(inputs) : List.of(),
            files,
            command,
            files.unnamedInput(Stdio.input(command ? inputs : List.of())),
            new StandardStream(command && keepsStdio ? stdout : null),
            new StandardStream(command && keepsStdio ? stderr : null));
    if (command) {
      InputFiles.provide(files, inputs, outputs);
    }
    try {
      Instance made = instantiate();
      return switch (function.entry()) {
        case COMMAND -> {
          made.export(ModuleCheck.Entry.START).apply();
          yield ExitCodes.SUCCESS;
        }
        case LOW_LEVEL -> runLowLevel(made);
      };
    } catch (WasiFunction.Exit e) {
      return e.code();
    }
  }

  /** Files are read in place, so what lies in another context must be copied. */
  private List<DataSet> inMemory(List<DataSet> sets) {
    for (DataSet set : sets) {
      for (Item item : set.items()) {
        if (SealedContext.of(item.bytes()) != null) {
          space.hold((int) item.sizeBytes());
        }
      }
    }
    return sets.stream().map(DataSet::inMemory).toList();
  }

  private Instance instantiate() {
    Instance made =
        Instance.builder(function.code().module())
            .withImportValues(function.imports())
            .withMachineFactory(function.code().machines())
            .withMemoryFactory(limits -> {
              FlatMemory fresh = new FlatMemory(limits, space, wasi);
              memory = fresh;
              return fresh;
            })
            .withTableFactory(BoundedTable::new)
            .withInitialize(false)
            .withStart(false)
            .build();
    instance = made;
    return made.initialize(false);
  }

  private int runLowLevel(Instance made) {
    if (exports(made, ModuleCheck.Entry.INITIALIZE, ExternalType.FUNCTION) != null) {
      made.export(ModuleCheck.Entry.INITIALIZE).apply();
    }
    long bytes = InputTables.allocatedBytes(inputs, outputs, function.contextBytes());
    long address =
        Integer.toUnsignedLong(
            (int) made.export(ModuleCheck.Entry.ALLOCATE).apply(bytes, GuestAbi.ITEM_ALIGNMENT)[0]);
    if (address == 0) {
      return ExitCodes.OUT_OF_MEMORY;
    }
    FlatMemory own = Objects.requireNonNull(memory);
    if (address % GuestAbi.ITEM_ALIGNMENT != 0 || address + bytes > own.sizeBytes()) {
      throw new BadAllocation(address, bytes);
    }
    InputTables.writeAllocated(own, address, inputs, outputs);
    control = address;
    return (int) made.export(ModuleCheck.Entry.RUN).apply(address)[0];
  }

  private static @Nullable Export exports(Instance made, String name, ExternalType type) {
    for (int i = 0; i < made.module().exportSection().exportCount(); i++) {
      Export export = made.module().exportSection().getExport(i);
      if (export.name().equals(name) && export.exportType() == type) {
        return export;
      }
    }
    return null;
  }

  @Override
  public List<DataSet> readOutputs(Limits limits) {
    require(State.SEALED);
    return switch (function.entry()) {
      case COMMAND -> {
        List<Item> printed =
            Stdio.output(Objects.requireNonNull(stdout), Objects.requireNonNull(stderr));
        yield OutputFiles.read(Objects.requireNonNull(tree), inputs, outputs, printed, limits);
      }
      case LOW_LEVEL -> OutputTables.read(Objects.requireNonNull(memory), control, outputs, limits);
    };
  }

  @Override
  public Outputs readOutputs(Limits limits, OutputReaders readers) {
    BitSet staying = readers.computing();
    if (staying.isEmpty() || function.entry() != ModuleCheck.Entry.LOW_LEVEL) {
      return new Outputs(readOutputs(limits), null);
    }
    require(State.SEALED);
    FlatMemory own = Objects.requireNonNull(memory);
    SealedContext sealed = new SealedContext(own);
    List<DataSet> sets = OutputTables.read(own, control, outputs, limits, sealed, staying);
    return Outputs.settle(sets, sealed, limits, readers, this::leave);
  }

  private @Nullable Runnable leave() {
    if (!space.isAmple()) {
      return null;
    }
    state = State.LENT;
    letGo();
    return space::release;
  }

  @Override
  public boolean readsInputsInRun() {
    return true;
  }

  @Override
  public String lastWords() {
    require(State.SEALED);
    String ring = function.entry() == ModuleCheck.Entry.LOW_LEVEL ? ring() : "";
    return ring.isEmpty() && wasi != null ? wasi.lastWords() : ring;
  }

  private String ring() {
    Instance made = instance;
    FlatMemory own = memory;
    if (made == null || own == null) {
      return "";
    }
    Export export = exports(made, LOG_SYMBOL, ExternalType.GLOBAL);
    if (export == null || made.global(export.index()) == null) {
      return "";
    }
    return made.global(export.index()).getType().equals(ValType.I32)
        ? LogRing.read(own, Integer.toUnsignedLong((int) made.global(export.index()).getValue()))
        : "";
  }

  private void require(State expected) {
    if (state != expected) {
      throw new IllegalStateException("context is " + state + ", not " + expected);
    }
  }

  @Override
  public void close() {
    if (state != State.RELEASED && state != State.LENT) {
      state = State.RELEASED;
      letGo();
      space.release();
    }
  }

  private void letGo() {
    tree = null;
    stdout = null;
    stderr = null;
    wasi = null;
    memory = null;
    instance = null;
  }

  /** The guest's allocator gave memory that it does not have. */
  static final class BadAllocation extends RuntimeException {
    BadAllocation(long address, long bytes) {
      super(
          "pappus_allocate gave 0x%x for %d bytes, which is not aligned to %d or outside of memory"
              .formatted(address, bytes, GuestAbi.ITEM_ALIGNMENT));
    }
  }
}
