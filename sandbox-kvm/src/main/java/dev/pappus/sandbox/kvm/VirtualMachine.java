package dev.pappus.sandbox.kvm;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.pappus.linux.KvmVcpu;
import dev.pappus.linux.KvmVm;
import dev.pappus.linux.LinuxException;
import dev.pappus.linux.Mapping;
import dev.pappus.linux.struct.KvmNumbers;
import dev.pappus.linux.struct.KvmRegs;
import dev.pappus.linux.struct.KvmRun;
import dev.pappus.sandbox.PageRange;
import dev.pappus.sandbox.PooledDomain;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.ResidentBudget;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A virtual machine: memory, page tables, one vCPU. Blank, or bound to one function. One platform
 * thread at a time uses it; whoever holds it closes it, off the critical path (about 0.5 ms).
 */
final class VirtualMachine implements PooledDomain.Sandbox, AutoCloseable {
  private static final long TSS_AREA = 0xFFFB_D000L;

  /** What it keeps resident in any case, but for code and image. */
  static final long OWN_BYTES = Backing.HOT_BYTES + Backing.TABLES_AT_HAND_BYTES;

  private final WipeMethod wipeMethod;
  private final ResidentBudget budget;
  private final TrimPolicy trimPolicy = new TrimPolicy();
  private final long heapBytes;
  private final VmMemory memory;
  private final KvmVm vm;
  private final KvmVcpu vcpu;
  private final PageTables tables;
  private final HeapWiper heapWiper;
  private final Wiper wiper;
  private final Map<MemoryPlan, Root> roots = new HashMap<>();
  private final MemorySegment entryState;
  private final MemorySegment shared;
  private final ExitDecoder exits;
  private @Nullable GuestCode bound;

  /**
   * Whose code that is, if it is a function's; kept from the collector, so that it can be
   * forgotten.
   */
  private @Nullable KvmFunction owner;

  private @Nullable Root root;
  private long chargedBytes = OWN_BYTES;
  private long codeBytes;
  private long syscallAddress;
  private long idleSinceNanos;

  /**
   * Makes a blank machine.
   *
   * @param heapBytes largest context that it can hold; whole huge pages
   * @throws LinuxException if the host gives no more
   */
  VirtualMachine(MachineType type, long heapBytes) {
    HostFeatures host = type.host();
    this.wipeMethod = type.wipeMethod();
    this.budget = type.budget();
    this.heapBytes = heapBytes;
    SegmentAllocator allocator = Arena.ofAuto();
    entryState = allocator.allocate(EntryState.BYTES, 8);
    memory = new VmMemory(heapBytes, wipeMethod);
    KvmVm newVm = null;
    KvmVcpu newVcpu = null;
    boolean complete = false;
    try {
      newVm = type.system().createVm();
      newVm.setTssAddress(TSS_AREA);
      if (host.tripleFaultEvent()) {
        newVm.enable(KvmNumbers.KVM_CAP_X86_TRIPLE_FAULT_EVENT, 1);
      }
      if (host.quirksOff() != 0) {
        newVm.enable(KvmNumbers.KVM_CAP_DISABLE_QUIRKS2, host.quirksOff());
      }
      memory.attach(newVm);
      newVcpu = newVm.createVcpu();
      newVcpu.setXcr0(host.xcr0());
      newVcpu.readSystemRegisters(EntryState.systemRegisters(entryState));
      complete = true;
    } finally {
      if (!complete) {
        close(newVcpu, newVm, memory);
      }
    }
    vm = newVm;
    vcpu = newVcpu;
    tables = new PageTables(memory.system());
    heapWiper = new HeapWiper(memory, budget);
    wiper = new Wiper(memory, heapWiper, wipeMethod);
    SystemPages.write(memory.system(), memory.code(), type.variant());
    shared = vcpu.shared();
    exits = new ExitDecoder(shared, memory, type.variant());
    shared.set(JAVA_LONG, KvmRun.VALID_REGS, KvmRun.SYNC_ALL);
    EntryState.fill(entryState, host, type.variant());
    budget.charge(chargedBytes);
  }

  /** The largest context that it can hold. */
  long heapBytes() {
    return heapBytes;
  }

  /**
   * Whether it may be bound to a function.
   *
   * @param onlyBlank not if it is bound to another
   */
  boolean fits(long bytes, boolean onlyBlank) {
    return heapBytes >= bytes && (!onlyBlank || bound == null);
  }

  @Override
  public boolean holds(PreparedFunction function) {
    return function == owner || (function instanceof KvmFunction own && own.owns(bound));
  }

  /** The function that it is bound to, null if it is blank. */
  @Nullable GuestCode bound() {
    return bound;
  }

  /** Whether it has page tables for {@code plan}: then binding costs half. */
  boolean knows(MemoryPlan plan) {
    return roots.containsKey(plan);
  }

  /** The page tables in use; the machine is bound. */
  Root currentRoot() {
    return Objects.requireNonNull(root);
  }

  VmMemory memory() {
    return memory;
  }

  /** Binds a blank or wiped machine to a function, see {@link #bind(GuestCode)}. */
  boolean bind(KvmFunction function) {
    boolean done = bind(function.code());
    owner = done ? function : null;
    return done;
  }

  /**
   * Binds a blank or wiped machine to code.
   *
   * @return false if it has no room left for page tables: then it is blank and can serve only plans
   *     that it knows
   */
  boolean bind(GuestCode code) {
    Root found = roots.get(code.plan());
    if (found == null) {
      found = tables.build(code.plan());
      if (found == null) {
        unbind();
        return false;
      }
      roots.put(code.plan(), found);
    }
    leave(code);
    // Code stays resident when its function is gone, until other code takes its place.
    long grown = Math.max(0, code.plan().codeBytes() - codeBytes);
    budget.charge(grown);
    chargedBytes += grown;
    codeBytes += grown;
    memory.share(vm, code.shared(), budget);
    wiper.load(found, code);
    SystemPages.setEntry(memory.code(), code.entry());
    EntryState.bind(entryState, found, code);
    if (code.syscallAddress() != syscallAddress) {
      SyscallEntry.pointTo(vcpu, code.syscallAddress());
      syscallAddress = code.syscallAddress();
    }
    root = found;
    bound = code;
    trimPolicy.reset();
    return true;
  }

  @Override
  public void unbind() {
    leave(null);
  }

  private void leave(@Nullable GuestCode next) {
    if (bound != null) {
      memory.share(vm, null, budget);
      wiper.unload(currentRoot(), bound, next);
      bound = null;
      owner = null;
      root = null;
    }
  }

  /** Notes that the host has written guest memory outside of inputs and heap. */
  void markWritten(long from, long to) {
    Root current = currentRoot();
    for (long page = from & -Mapping.PAGE; page < to; page += Mapping.PAGE) {
      current.mark(page);
    }
  }

  /**
   * Pages that may hold something else than zeros, ascending: those of the image, those that the
   * guest has written and those that the host has.
   *
   * @param writtenEnd the host has written from the image's end to here
   */
  List<PageRange> written(long writtenEnd) {
    return currentRoot().written(wipeMethod == WipeMethod.DIRTY_BITS, writtenEnd);
  }

  /** Wipes after a run that ended as agreed, see {@link Wiper#wipe}. */
  void wipe(long writtenEnd) {
    int pages = wiper.wipe(currentRoot(), Objects.requireNonNull(bound), writtenEnd);
    if (wipeMethod == WipeMethod.DIRTY_BITS && trimPolicy.after(pages)) {
      forgetHotNotes();
      heapWiper.forgetImageNotes(currentRoot());
    }
  }

  /** Wipes after a fault or a kill. */
  void wipeAll() {
    wiper.wipeAll(currentRoot(), Objects.requireNonNull(bound));
  }

  /** Whether its tables tell what a guest has written. */
  boolean notesWrites() {
    return wipeMethod == WipeMethod.DIRTY_BITS;
  }

  /**
   * Bytes of heap that the last run has touched and that are charged to nobody; only where {@link
   * #notesWrites}.
   *
   * @param writtenEnd the host has written from the image's end to here
   */
  long unchargedBytes(long writtenEnd) {
    return heapWiper.unchargedBytes(currentRoot(), writtenEnd);
  }

  /** Bytes of its heap that are kept for the next run of its function. */
  long keptBytes() {
    return heapWiper.keptBytes();
  }

  @Override
  public void giveBack() {
    if (bound != null && keptBytes() > 0) {
      heapWiper.giveBack(currentRoot());
    }
  }

  @Override
  public void restSince(long nanos) {
    idleSinceNanos = nanos;
  }

  @Override
  public long idleSinceNanos() {
    return idleSinceNanos;
  }

  /** Forgets which hot pages have ever been written; the machine is wiped. */
  void forgetHotNotes() {
    memory.forgetHot();
    currentRoot().cleanHot();
  }

  /** Sets every register for a new run of the bound function. */
  void prepareEntry() {
    MemorySegment.copy(entryState, 0, shared, EntryState.OFFSET, EntryState.BYTES);
    shared.set(JAVA_LONG, KvmRun.DIRTY_REGS, KvmRun.SYNC_ALL);
  }

  /** Runs from where the registers say until the guest comes out. */
  VmExit enter() {
    return exits.decode(vcpu.run(), currentRoot().plan());
  }

  /** Where the guest was when it came out. */
  long instruction() {
    return shared.get(JAVA_LONG, KvmRun.REGS + KvmRegs.RIP);
  }

  /** Answers a guest that asks for more linear memory; it goes on with {@link #enter}. */
  void grow(VmExit.Grow request) {
    LinearTables linear = Objects.requireNonNull(currentRoot().linear());
    shared.set(JAVA_LONG, KvmRun.REGS + KvmRegs.RAX, linear.grow(request.pages()));
    shared.set(JAVA_LONG, KvmRun.DIRTY_REGS, KvmRun.SYNC_REGS);
  }

  /** Current size of the bound function's linear memory; 0 if it has none. */
  long linearBytes() {
    LinearTables linear = currentRoot().linear();
    return linear == null ? 0 : linear.mappedBytes();
  }

  /** Takes its charges back; it does not run again and is closed soon. */
  void writeOff() {
    heapWiper.writeOff();
    memory.writeOffShared(budget);
    budget.refund(chargedBytes);
    chargedBytes = 0;
  }

  @Override
  public void close() {
    writeOff();
    close(vcpu, vm, memory);
  }

  private static void close(@Nullable KvmVcpu vcpu, @Nullable KvmVm vm, VmMemory memory) {
    if (vcpu != null) {
      vcpu.close();
    }
    if (vm != null) {
      vm.close();
    }
    memory.close();
  }
}
