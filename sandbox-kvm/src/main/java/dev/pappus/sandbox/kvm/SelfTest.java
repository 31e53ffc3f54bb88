package dev.pappus.sandbox.kvm;

import static dev.pappus.linux.Mapping.HUGE_PAGE;
import static dev.pappus.linux.Mapping.PAGE;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.pappus.linux.KvmSystem;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.DeadlineTimer;
import dev.pappus.sandbox.LibosPlace;
import dev.pappus.sandbox.ProcessorView;
import dev.pappus.sandbox.ResidentBudget;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Finds out, by running tiny guests, whether this host's KVM does what the engine relies on: in
 * which entry variant faults can be told, whether the page tables tell what was written, whether
 * protection holds and loops can be ended. Takes some ten milliseconds.
 */
final class SelfTest {
  private static final int ROUND_TRIPS = 31;
  private static final long LOOP_NANOS = 300_000;
  private static final long LOOP_LIMIT_NANOS = 2_000_000_000L;
  private static final int GENERAL_PROTECTION = 13;
  private static final int PAGE_FAULT = 14;

  /** A guest and the fault that it must end in; vector -1 stands for the agreed exit. */
  private record Probe(
      String what, String code, int vector, long errorCode, long address, long at) {
    static Probe exit(String what, String code) {
      return new Probe(what, code, -1, 0, 0, 0);
    }

    boolean passes(VmExit exit) {
      return switch (exit) {
        case VmExit.Agreed _ -> vector == -1;
        case VmExit.Fault fault ->
            fault.vector() == vector
                && fault.instruction() == at
                && (vector != PAGE_FAULT
                    || (Objects.equals(fault.errorCode(), errorCode)
                        && Objects.equals(fault.address(), address)));
        case VmExit.Grow _, VmExit.Interrupted _, VmExit.Unexpected _ -> false;
      };
    }
  }

  private static final List<Probe> PROBES =
      List.of(
          Probe.exit("exit by port", "E6 10"),
          Probe.exit("exit by int 0x20", "CD 20"),
          new Probe(
              "read of an absent page", // mov rax, [0x1234]
              "48 8B 04 25 34 12 00 00",
              PAGE_FAULT,
              4,
              0x1234,
              TinyGuest.CODE),
          new Probe(
              "write to code", // mov byte [CODE], 0
              "C6 04 25 00 00 01 00 00",
              PAGE_FAULT,
              7,
              TinyGuest.CODE,
              TinyGuest.CODE),
          new Probe(
              "execution of data", // push DATA; ret
              "68 00 00 02 00 C3",
              PAGE_FAULT,
              0x15,
              TinyGuest.DATA,
              TinyGuest.DATA),
          new Probe("write to a forbidden port", "E6 80", GENERAL_PROTECTION, 0, 0, TinyGuest.CODE),
          new Probe("use of the stubs' port", "E6 11", GENERAL_PROTECTION, 0, 0, TinyGuest.CODE),
          new Probe("hlt", "F4", GENERAL_PROTECTION, 0, 0, TinyGuest.CODE),
          new Probe("division by zero", "31 C9 F7 F1", 0, 0, 0, TinyGuest.CODE + 2),
          new Probe("invalid opcode", "0F 0B", 6, 0, 0, TinyGuest.CODE),
          // sub rsp,16; fnstcw [rsp]; stmxcsr [rsp+8]; cmp word [rsp],0x37F; jne bad;
          // cmp dword [rsp+8],0x1F80; jne bad; out 0x10,al; bad: ud2
          Probe.exit(
              "initial floating-point state",
              "48 83 EC 10 D9 3C 24 0F AE 5C 24 08 66 81 3C 24 7F 03 75 0C"
                  + "81 7C 24 08 80 1F 00 00 75 02 E6 10 0F 0B"));

  private final KvmSystem system;
  private final HostFeatures host;
  private final List<String> findings = new ArrayList<>();

  private SelfTest(KvmSystem system, HostFeatures host) {
    this.system = system;
    this.host = host;
  }

  /**
   * Tests what {@code settings} leave open and chooses.
   *
   * @throws ProblemException with SANDBOX_UNAVAILABLE if nothing works
   */
  static SelfTestReport run(KvmSystem system, HostFeatures host, KvmSettings settings) {
    return new SelfTest(system, host).run(settings);
  }

  private SelfTestReport run(KvmSettings settings) {
    if (!host.missing().isEmpty()) {
      throw failed("this KVM lacks " + String.join(", ", host.missing()));
    }
    List<EntryVariant> candidates =
        settings.variant() == null
            ? List.of(EntryVariant.NO_IDT, EntryVariant.IDT)
            : List.of(settings.variant());
    for (EntryVariant variant : candidates) {
      try (VirtualMachine vm = machine(variant, WipeMethod.DIRTY_BITS)) {
        if (probesPass(vm, variant)) {
          WipeMethod method = settings.wipeMethod();
          if (method == null) {
            method = dirtyBitsHold(vm) ? WipeMethod.DIRTY_BITS : WipeMethod.RESIDENCY;
          }
          return new SelfTestReport(
              KvmSystem.kind(),
              variant,
              method,
              host.xcr0(),
              host.tripleFaultEvent(),
              syscallEntry(vm),
              processor(vm),
              roundTrip(vm),
              findings);
        }
      }
    }
    throw failed("the self-test failed: " + String.join("; ", findings));
  }

  private static ProblemException failed(String detail) {
    return new ProblemException(
        Problem.of(ProblemCode.SANDBOX_UNAVAILABLE, "%s", detail)
            .withHint("use a newer kernel (6.1 or later), or another host; see 'pappus doctor'"));
  }

  private VirtualMachine machine(EntryVariant variant, WipeMethod method) {
    // Without a budget each run finds its chunks dropped, which is what is to be tested.
    ResidentBudget none = new ResidentBudget(0);
    return new VirtualMachine(
        new MachineType(system, host, variant, method, none), HeapSize.SMALLEST_BYTES);
  }

  private boolean probesPass(VirtualMachine vm, EntryVariant variant) {
    int before = findings.size();
    for (Probe probe : PROBES) {
      require(vm.bind(TinyGuest.of(probe.code())));
      VmExit exit = WarmUp.run(vm);
      vm.wipeAll();
      if (!probe.passes(exit)) {
        findings.add(variant.text() + ": " + probe.what() + " gave " + exit);
        if (exit instanceof VmExit.Unexpected || exit instanceof VmExit.Interrupted) {
          // Something may be pending: what this machine does next proves nothing.
          return false;
        }
      }
    }
    if (findings.size() == before && !loopEnds(vm)) {
      findings.add(variant.text() + ": a loop could not be interrupted");
    }
    vm.wipeAll();
    return findings.size() == before;
  }

  private boolean loopEnds(VirtualMachine vm) {
    require(vm.bind(TinyGuest.of("EB FE"))); // jmp to itself
    try (DeadlineTimer timer = new DeadlineTimer()) {
      long start = System.nanoTime();
      timer.arm(Deadline.at(start + LOOP_NANOS));
      vm.prepareEntry();
      VmExit exit = vm.enter();
      return exit instanceof VmExit.Interrupted && System.nanoTime() - start < LOOP_LIMIT_NANOS;
    }
  }

  /** Writes to two pages and a chunk, twice: each time these and no others must be noted. */
  private boolean dirtyBitsHold(VirtualMachine vm) {
    long[] pages = {TinyGuest.DATA + 20 * PAGE, TinyGuest.DATA + 25 * PAGE};
    long chunk = 16 * HUGE_PAGE;
    // mov byte [DATA+20p],1; mov byte [DATA+25p],1; mov al,[DATA+22p]; mov byte [chunk],1; out
    GuestCode guest =
        TinyGuest.of(
            "C6 04 25 00 40 03 00 01 C6 04 25 00 90 03 00 01"
                + "8A 04 25 00 60 03 00 C6 04 25 00 00 00 02 01 E6 10");
    require(vm.bind(guest));
    for (int round = 0; round < 2; round++) {
      VmExit exit = WarmUp.run(vm);
      boolean written =
          exit instanceof VmExit.Agreed && vm.memory().heap().get(JAVA_BYTE, chunk) == 1;
      if (!written || !notedExactly(vm.currentRoot(), pages, chunk)) {
        findings.add("page tables do not tell what was written: wiping by residency");
        return false;
      }
      vm.wipe(0);
      vm.forgetHotNotes();
    }
    vm.wipeAll();
    vm.unbind();
    return true;
  }

  private static boolean notedExactly(Root root, long[] pages, long chunk) {
    List<Long> noted = new ArrayList<>();
    for (Root.Run run : root.hot()) {
      for (int i = 0; i < run.count(); i++) {
        long address = run.start() + i * PAGE;
        if (root.dirty(run, i) && !root.plan().preset(address)) {
          noted.add(address);
        }
      }
    }
    for (Root.Run run : root.heap()) {
      for (int i = 0; i < run.count(); i++) {
        if (root.dirty(run, i)) {
          noted.add(run.start() + i * (run.large() ? HUGE_PAGE : PAGE));
        }
      }
    }
    return noted.equals(List.of(pages[0], pages[1], chunk));
  }

  /** Makes a system call and comes back, twice. */
  private SyscallEntry syscallEntry(VirtualMachine vm) {
    long arrival = TinyGuest.CODE + 6;
    // syscall; syscall; out 0x10,al
    // arrival: inc dword [DATA+4]; mov eax,cs; mov [DATA],eax; test al,3; jnz user
    // push rcx; lea rcx,[user1]; mov r11d,2; sysretq; user1: pop rcx; user: jmp rcx
    GuestCode guest =
        TinyGuest.of(
            "0F 05 0F 05 E6 10 FF 04 25 04 00 02 00 8C C8 89 04 25 00 00 02 00 A8 03 75 12 51"
                + "48 8D 0D 09 00 00 00 41 BB 02 00 00 00 48 0F 07 59 FF E1",
            new LibosPlace(TinyGuest.CODE, TinyGuest.DATA, 0, 0, arrival, arrival));
    MemorySegment seen = MemorySegment.ofArray(new int[2]);
    VmExit exit = answer(vm, guest, seen);
    int arrivals = seen.getAtIndex(JAVA_INT, 1);
    if (!(exit instanceof VmExit.Agreed) || arrivals != 2) {
      findings.add("of two system calls %d arrive: %s".formatted(arrivals, exit));
      return SyscallEntry.NONE;
    }
    boolean user = (seen.getAtIndex(JAVA_INT, 0) & 3) == 3;
    return user ? SyscallEntry.USER : SyscallEntry.SUPERVISOR;
  }

  /** What programs see of the processor; empty if that cannot be found out. */
  private String processor(VirtualMachine vm) {
    GuestCode guest = TinyGuest.of(ProcessorView.guest((int) TinyGuest.DATA, "E6 10"));
    MemorySegment answers = MemorySegment.ofArray(new byte[ProcessorView.answersBytes()]);
    VmExit exit = answer(vm, guest, answers);
    if (!(exit instanceof VmExit.Agreed)) {
      findings.add("a guest cannot ask for the processor: " + exit);
      return "";
    }
    return ProcessorView.text(answers);
  }

  /** Runs a guest, and reads what it has left in its data. */
  private static VmExit answer(VirtualMachine vm, GuestCode guest, MemorySegment left) {
    require(vm.bind(guest));
    VmExit exit = WarmUp.run(vm);
    new ContextMemory(vm, guest.plan()).read(TinyGuest.DATA, left);
    vm.wipeAll();
    vm.unbind();
    return exit;
  }

  private static long roundTrip(VirtualMachine vm) {
    require(vm.bind(TinyGuest.EXIT));
    long[] nanos = new long[ROUND_TRIPS];
    for (int i = 0; i < ROUND_TRIPS; i++) {
      long start = System.nanoTime();
      require(WarmUp.run(vm) instanceof VmExit.Agreed);
      nanos[i] = System.nanoTime() - start;
    }
    vm.wipe(0);
    vm.unbind();
    Arrays.sort(nanos);
    return nanos[ROUND_TRIPS / 2];
  }

  private static void require(boolean condition) {
    if (!condition) {
      throw failed("a machine failed in the middle of the self-test");
    }
  }
}
