package dev.pappus.sandbox.process;

import dev.pappus.linux.LinuxException;
import dev.pappus.linux.Mapping;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.ElfImage;
import dev.pappus.sandbox.EngineThread;
import dev.pappus.sandbox.FaultBackoff;
import dev.pappus.sandbox.GuestLayout;
import dev.pappus.sandbox.LibosPlace;
import dev.pappus.sandbox.ProcessorView;
import dev.pappus.sandbox.ResidentBudget;
import dev.pappus.sandbox.RunOutcome;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Runs a few functions of a few bytes, to see whether the host keeps them in and lets them out. */
final class SelfTest {
  private static final Path LOWEST_ADDRESS = Path.of("/proc/sys/vm/mmap_min_addr");
  private static final long LOWEST_ADDRESS_USUAL = 64 << 10;
  private static final long CODE = 0x10000;
  private static final long DATA = 0x20000;
  private static final long ANSWERS = DATA + 0x800;
  private static final long CONTEXT_BYTES = 1 << 20;
  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int ROUNDS = 9;
  private static final int VECTOR_PAGE_FAULT = 14;
  private static final int VECTOR_SYSTEM_CALL = 6;

  /** {@code movl $0, DATA; out %al, $0x10}. */
  private static final String LEAVE = "C7042500000200000000 00 E610";

  /** {@code movl $0, DATA; mov $231, %eax; xor %edi, %edi; syscall}: exit_group. */
  private static final String LEAVE_BY_CALL = "C7042500000200000000 00 B8E7000000 31FF 0F05";

  /** {@code mov $41, %eax; syscall}: socket. */
  private static final String CALL = "B829000000 0F05 E610";

  /** {@code mov %al, CODE}: a write to code. */
  private static final String WRITE_CODE = "880425000001 00 E610";

  /**
   * {@code mov $41, %eax; syscall; ud2}: socket, which goes to a library OS at {@code CODE + 16};
   * that leaves.
   */
  private static final String PROGRAM = "B829000000 0F05 0F0B 90909090909090 " + LEAVE_BY_CALL;

  private static final long PROGRAM_CALLS = CODE + 16;

  private final ProcessSettings settings;
  private final List<String> findings = new ArrayList<>();
  private long roundTripNanos;
  private boolean childrenStay;
  private String processor = "";

  private SelfTest(ProcessSettings settings) {
    this.settings = settings;
  }

  /** Tests on the calling thread, which must be a platform thread. */
  static SelfTestReport run(ProcessSettings settings) {
    SelfTest test = new SelfTest(settings);
    test.run();
    boolean usable = test.findings.isEmpty();
    return new SelfTestReport(
        usable,
        usable ? test.roundTripNanos : 0,
        usable && test.childrenStay,
        lowestAddress(),
        test.processor,
        test.findings);
  }

  /** The lowest address that the kernel lets a process without privileges map. */
  static long lowestAddress() {
    try {
      return Math.max(Mapping.PAGE, Long.parseLong(Files.readString(LOWEST_ADDRESS).strip()));
    } catch (IOException | NumberFormatException e) {
      return LOWEST_ADDRESS_USUAL;
    }
  }

  private void run() {
    Path zygote = settings.zygote();
    if (!Files.isRegularFile(zygote)) {
      findings.add(zygote + " is missing: build the guest programs with 'make -C guest'");
      return;
    }
    if (!Files.isExecutable(zygote)) {
      findings.add(
          zygote + " may not be executed: 'chmod +x' it, and mount its folder without noexec");
      return;
    }
    try (ProcessEngine engine =
        new ProcessEngine(
            settings,
            new ResidentBudget(0),
            new AtomicInteger(),
            EngineThread.current(0, null),
            false)) {
      check(engine, function(LEAVE), null);
      check(engine, function(LEAVE_BY_CALL), null);
      check(engine, function(CALL), VECTOR_SYSTEM_CALL);
      check(engine, function(WRITE_CODE), VECTOR_PAGE_FAULT);
      check(engine, program(), null);
      if (findings.isEmpty()) {
        roundTripNanos = roundTrip(engine);
        childrenStay = engine.hasWaitingChild();
        processor = processor(engine);
      }
    } catch (LinuxException e) {
      findings.add("the zygote cannot be started: " + e.getMessage());
    } catch (ProblemException e) {
      findings.add(e.problem().detail());
    }
  }

  /** Runs a function that shall end well, or with a fault of a certain vector. */
  private void check(ProcessEngine engine, ProcessFunction function, @Nullable Integer vector) {
    RunOutcome outcome = run(engine, function);
    String wrong =
        switch (outcome) {
          case RunOutcome.Exited exited ->
              vector == null && exited.exitCode() == 0
                  ? null
                  : "a function could do what is forbidden: vector " + vector + " did not come";
          case RunOutcome.Faulted fault ->
              vector != null && vector.equals(fault.state().vector()) ? null : fault.description();
          case RunOutcome.DeadlineExceeded _ -> "a function of a few instructions did not end";
          case RunOutcome.SandboxFailed failed -> failed.description();
        };
    if (wrong != null && !findings.contains(wrong)) {
      findings.add(wrong);
    }
  }

  private static long roundTrip(ProcessEngine engine) {
    ProcessFunction function = function(LEAVE);
    long[] nanos = new long[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      long start = System.nanoTime();
      RunOutcome _ = run(engine, function);
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    return nanos[ROUNDS / 2];
  }

  /** What programs see of the processor; empty if that cannot be found out. */
  private static String processor(ProcessEngine engine) {
    ProcessFunction function = function(ProcessorView.guest((int) ANSWERS, LEAVE));
    MemorySegment answers = MemorySegment.ofArray(new byte[ProcessorView.answersBytes()]);
    try (ProcessContext context = (ProcessContext) engine.domain().acquire(function)) {
      context.write(List.of(), List.of());
      RunOutcome outcome = engine.run(context, Deadline.in(DEADLINE_NANOS));
      context.memory().read(ANSWERS, answers);
      return outcome instanceof RunOutcome.Exited ? ProcessorView.text(answers) : "";
    }
  }

  private static RunOutcome run(ProcessEngine engine, ProcessFunction function) {
    try (Context context = engine.domain().acquire(function)) {
      context.write(List.of(), List.of());
      return engine.run(context, Deadline.in(DEADLINE_NANOS));
    }
  }

  private static ProcessFunction function(String code) {
    return prepared(image(code));
  }

  private static ProcessFunction program() {
    long end = CODE + Mapping.PAGE;
    return prepared(
        image(PROGRAM)
            .withLibos(new LibosPlace(PROGRAM_CALLS, end, DATA, DATA, end, PROGRAM_CALLS)));
  }

  private static ElfImage image(String code) {
    byte[] bytes = HexFormat.of().parseHex(code.replace(" ", ""));
    return ElfImage.bare(
        GuestLayout.of(CONTEXT_BYTES),
        CODE,
        List.of(
            new ElfImage.Segment(
                CODE, MemorySegment.ofArray(bytes), bytes.length, true, false, true),
            new ElfImage.Segment(
                DATA, MemorySegment.ofArray(new byte[0]), Mapping.PAGE, true, true, false)),
        DATA);
  }

  private static ProcessFunction prepared(ElfImage image) {
    return ProcessFunction.of(
        GuestLayout.of(CONTEXT_BYTES), image, new FaultBackoff(FaultBackoff.Settings.DEFAULTS));
  }
}
