package dev.pappus.dispatcher;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.GuestState;
import dev.pappus.model.Item;
import dev.pappus.model.ItemBytes;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.BinaryKind;
import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.GuestMemory;
import dev.pappus.sandbox.InputCollector;
import dev.pappus.sandbox.MemoryDomain;
import dev.pappus.sandbox.OutputReaders;
import dev.pappus.sandbox.Outputs;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.ReturnedContexts;
import dev.pappus.sandbox.RunOutcome;
import dev.pappus.sandbox.SealedContext;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A backend whose binaries name Java code: {@code java:NAME} and anything after a blank. It keeps
 * the SPI's rules and checks that its user does: threads, one owner, order of calls.
 */
final class JavaDriver implements ComputeDriver {
  private static final String MAGIC = "java:";

  private final String name;
  private final Map<String, Body> bodies = new ConcurrentHashMap<>();
  final AtomicInteger prepared = new AtomicInteger();
  final AtomicInteger opened = new AtomicInteger();
  final AtomicInteger openNow = new AtomicInteger();
  final AtomicInteger forgotten = new AtomicInteger();
  final AtomicInteger bindings = new AtomicInteger();
  final AtomicInteger contextsNow = new AtomicInteger();
  final AtomicInteger ruleBreaks = new AtomicInteger();

  /** Contexts that stayed sealed, ever and now. */
  final AtomicInteger lent = new AtomicInteger();

  final AtomicInteger lentNow = new AtomicInteger();

  /** Whether the next context that may stay sealed does. */
  volatile BooleanSupplier lends = () -> false;

  /** Contexts in which inputs were collected, ever; and that ran there. */
  final AtomicInteger collecting = new AtomicInteger();

  final AtomicInteger taken = new AtomicInteger();

  /** Whether an engine has a context for the next who collects. */
  volatile BooleanSupplier collects = () -> false;

  /** Whether the next run finds what was collected for it on its engine. */
  volatile BooleanSupplier takes = () -> true;

  volatile long residentBytes = 4096;
  volatile boolean closed;

  /** Whether the host gives engine {@code index}; null if it does. */
  volatile IntFunction<@Nullable Problem> refusals = index -> null;

  /** Called in prepare, before it returns. */
  volatile Runnable onPrepare = () -> {};

  /** In the place of the backend that nodes prefer. */
  JavaDriver() {
    this("kvm");
  }

  JavaDriver(String name) {
    this.name = name;
  }

  /** What a function does. */
  interface Body {
    /** Returns one set for each output. */
    List<DataSet> run(Call call) throws Exception;
  }

  /** What a function sees of its invocation. */
  record Call(List<DataSet> inputs, List<String> outputs, boolean background, Deadline deadline) {
    /** Waits for {@code latch} as a guest loops: until the deadline. */
    void await(CountDownLatch latch) throws InterruptedException {
      while (!latch.await(1, TimeUnit.MILLISECONDS)) {
        if (deadline.hasPassed(System.nanoTime())) {
          throw new DeadlineMissed();
        }
      }
    }
  }

  /** The guest exits with a code. */
  static final class GuestExit extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final int code;

    GuestExit(int code) {
      super("exit " + code);
      this.code = code;
    }
  }

  /** The guest faults. */
  static final class GuestFault extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static final class DeadlineMissed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** The backend itself throws what it must not. */
  static final class BackendBug extends Error {
    private static final long serialVersionUID = 1;
  }

  /** Names {@code body} for binaries. */
  JavaDriver define(String name, Body body) {
    bodies.put(name, body);
    return this;
  }

  /** A binary that names a body; {@code variant} makes binaries of one body differ. */
  static MemorySegment binary(String name, String variant) {
    return MemorySegment.ofArray((MAGIC + name + " " + variant).getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public BinaryKind accepts() {
    return BinaryKind.ELF;
  }

  @Override
  public PreparedFunction prepare(MemorySegment binary, FunctionSpec spec) {
    prepared.getAndIncrement();
    onPrepare.run();
    String text = new String(binary.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    Body body =
        text.startsWith(MAGIC)
            ? bodies.get(text.substring(MAGIC.length(), text.indexOf(' ')))
            : null;
    if (body == null) {
      throw new ProblemException(
          Problem.of(ProblemCode.BAD_BINARY, "not a Java function").withHint("name a body"));
    }
    return new Prepared(body, spec.contextBytes(), residentBytes);
  }

  @Override
  public ComputeEngine openEngine(int index) {
    Problem refusal = refusals.apply(index);
    if (refusal != null) {
      throw new ProblemException(refusal);
    }
    opened.getAndIncrement();
    openNow.getAndIncrement();
    return new Engine();
  }

  @Override
  public boolean sharesThreads() {
    return true;
  }

  @Override
  public void close() {
    rule(openNow.get() == 0);
    closed = true;
  }

  private void rule(boolean kept) {
    if (!kept) {
      ruleBreaks.getAndIncrement();
    }
  }

  private final class Prepared implements PreparedFunction {
    private final Body body;
    private final long contextBytes;
    private final long residentBytes;

    Prepared(Body body, long contextBytes, long residentBytes) {
      this.body = body;
      this.contextBytes = contextBytes;
      this.residentBytes = residentBytes;
    }

    @Override
    public String sandbox() {
      return name;
    }

    @Override
    public long residentBytes() {
      return residentBytes;
    }

    @Override
    public long contextBytes() {
      return contextBytes;
    }
  }

  private final class Engine implements ComputeEngine, MemoryDomain {
    private final Thread owner = Thread.currentThread();
    private final Set<PreparedFunction> bound = Collections.newSetFromMap(new IdentityHashMap<>());
    private final ReturnedContexts<JavaContext> returned = new ReturnedContexts<>();
    private final IdentityHashMap<InputCollector, JavaContext> collected = new IdentityHashMap<>();
    private boolean made;
    private boolean engineClosed;
    private boolean background;

    private void checkOwner() {
      rule(Thread.currentThread() == owner && !engineClosed);
    }

    @Override
    public MemoryDomain domain() {
      checkOwner();
      return this;
    }

    @Override
    public JavaContext acquire(PreparedFunction function) {
      checkOwner();
      contextsNow.getAndIncrement();
      boolean wasBound = !bound.add(function);
      bindings.addAndGet(wasBound ? 0 : 1);
      boolean fresh = !made;
      made = true;
      return new JavaContext(this, (Prepared) function, new Context.Warmth(wasBound, fresh));
    }

    @Override
    public @Nullable InputCollector openCollector(PreparedFunction function, long bytes) {
      checkOwner();
      if (!collects.getAsBoolean()) {
        return null;
      }
      JavaContext context = acquire(function);
      WipedMemory memory = new WipedMemory(bytes);
      InputCollector collector = new InputCollector(memory, 0, bytes);
      context.collected = new Collected(memory, collector);
      context.isLent = true;
      collector.context().giveBackBy(giveBack(context, memory));
      collected.put(collector, context);
      lentNow.getAndIncrement();
      collecting.getAndIncrement();
      return collector;
    }

    Runnable giveBack(JavaContext context, WipedMemory memory) {
      return () -> {
        memory.wipe();
        lentNow.getAndDecrement();
        if (!returned.add(context)) {
          context.release();
        }
      };
    }

    @Override
    public @Nullable Context take(InputCollector collector, PreparedFunction function) {
      checkOwner();
      JavaContext context = collected.get(collector);
      if (context == null
          || context.function != function
          || !takes.getAsBoolean()
          || !collector.tryTake()) {
        return null;
      }
      context.isLent = false;
      lentNow.getAndDecrement();
      taken.getAndIncrement();
      return context;
    }

    @Override
    public void forget(PreparedFunction function) {
      checkOwner();
      if (bound.remove(function)) {
        forgotten.getAndIncrement();
      }
    }

    @Override
    public RunOutcome run(Context context, Deadline deadline) {
      checkOwner();
      return ((JavaContext) context).run(background, deadline);
    }

    @Override
    public void inBackground(boolean now) {
      checkOwner();
      background = now;
    }

    @Override
    public void onReturn(Runnable wake) {
      checkOwner();
      returned.onReturn(wake);
    }

    @Override
    public void reclaim() {
      checkOwner();
      for (JavaContext next = returned.poll(); next != null; next = returned.poll()) {
        next.release();
      }
    }

    @Override
    public boolean hasReturned() {
      return !returned.isEmpty();
    }

    @Override
    public void nudge() {}

    @Override
    public void idle() {
      checkOwner();
    }

    @Override
    public void close() {
      checkOwner();
      returned.close();
      reclaim();
      engineClosed = true;
      openNow.getAndDecrement();
    }
  }

  private final class JavaContext implements Context {
    private final Engine engine;
    private final Prepared function;
    private final Warmth warmth;
    private @Nullable List<DataSet> inputs;
    private List<String> outputNames = List.of();
    private @Nullable List<DataSet> outputs;
    private @Nullable Collected collected;
    private boolean isLent;
    private boolean released;

    JavaContext(Engine engine, Prepared function, Warmth warmth) {
      this.engine = engine;
      this.function = function;
      this.warmth = warmth;
    }

    @Override
    public Warmth warmth() {
      return warmth;
    }

    @Override
    public void write(List<DataSet> newInputs, List<String> newOutputs) {
      rule(inputs == null && !released);
      Collected own = collected;
      inputs =
          newInputs.stream()
              .map(set -> own == null ? set : own.withMemoryOf(set))
              .map(DataSet::inMemory)
              .toList();
      outputNames = newOutputs;
    }

    RunOutcome run(boolean background, Deadline deadline) {
      List<DataSet> written = inputs;
      rule(written != null && outputs == null && !released);
      try {
        outputs =
            function.body.run(
                new Call(written == null ? List.of() : written, outputNames, background, deadline));
        return new RunOutcome.Exited(0);
      } catch (GuestExit e) {
        return new RunOutcome.Exited(e.code);
      } catch (DeadlineMissed e) {
        return new RunOutcome.DeadlineExceeded(GuestState.UNKNOWN);
      } catch (GuestFault e) {
        return new RunOutcome.Faulted("divide error", GuestState.UNKNOWN);
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public List<DataSet> readOutputs(Limits limits) {
      List<DataSet> left = outputs;
      rule(left != null && !released);
      return left == null ? List.of() : new ArrayList<>(left);
    }

    @Override
    public Outputs readOutputs(Limits limits, OutputReaders readers) {
      List<DataSet> left = readOutputs(limits);
      BitSet staying = readers.computing();
      if (staying.isEmpty()) {
        return new Outputs(left, null);
      }
      WipedMemory memory = new WipedMemory(left.stream().mapToLong(DataSet::sizeBytes).sum());
      SealedContext sealed = new SealedContext(memory);
      List<DataSet> sets = new ArrayList<>(left.size());
      for (int i = 0; i < left.size(); i++) {
        sets.add(staying.get(i) ? memory.lend(left.get(i), sealed) : left.get(i));
      }
      return Outputs.settle(sets, sealed, limits, readers, () -> leave(memory));
    }

    private @Nullable Runnable leave(WipedMemory memory) {
      if (!lends.getAsBoolean()) {
        return null;
      }
      isLent = true;
      lent.getAndIncrement();
      lentNow.getAndIncrement();
      return engine.giveBack(this, memory);
    }

    @Override
    public String lastWords() {
      return "last words";
    }

    @Override
    public void close() {
      engine.checkOwner();
      if (!isLent) {
        release();
      }
    }

    private void release() {
      rule(!released);
      released = true;
      contextsNow.getAndDecrement();
    }
  }

  /** What was put into a context's memory before it was written. */
  private record Collected(WipedMemory memory, InputCollector collector) {
    DataSet withMemoryOf(DataSet set) {
      return new DataSet(set.name(), set.items().stream().map(this::withMemoryOf).toList());
    }

    private Item withMemoryOf(Item item) {
      long address = collector.addressOf(item.bytes());
      if (address < 0) {
        return item;
      }
      MemorySegment bytes = MemorySegment.ofArray(new byte[(int) item.sizeBytes()]);
      memory.read(address, bytes);
      return new Item(item.name(), item.key(), ItemBytes.of(bytes));
    }
  }

  /** Memory in which outputs lie one after the other until it is wiped. */
  private static final class WipedMemory implements GuestMemory {
    private final byte[] bytes;
    private int used;

    WipedMemory(long sizeBytes) {
      bytes = new byte[(int) sizeBytes];
    }

    DataSet lend(DataSet set, SealedContext sealed) {
      List<Item> items = new ArrayList<>();
      for (Item item : set.items()) {
        write(used, item.bytes());
        items.add(new Item(item.name(), item.key(), sealed.lend(used, item.sizeBytes())));
        used += (int) item.sizeBytes();
      }
      return new DataSet(set.name(), items);
    }

    void wipe() {
      Arrays.fill(bytes, (byte) '#');
    }

    @Override
    public long sizeBytes() {
      return bytes.length;
    }

    @Override
    public void write(long address, ItemBytes source) {
      source.copyTo(0, MemorySegment.ofArray(bytes).asSlice(address, source.sizeBytes()));
    }

    @Override
    public void read(long address, MemorySegment target) {
      MemorySegment.copy(MemorySegment.ofArray(bytes), address, target, 0, target.byteSize());
    }
  }
}
