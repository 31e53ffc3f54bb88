package dev.pappus.sandbox.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.InstanceResult;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which system calls a function can make, from wherever, and what comes of the others. */
class ProcessCallsTest {
  private static final int EXIT_GROUP = 231;
  private static final int ARCH_PRCTL = 158;
  private static final int MUNMAP = 11;
  private static final int URETPROBE = 335;
  private static final int UPROBE = 336;
  private static final int X32_BIT = 0x4000_0000;

  private final ProcessDriver driver = new ProcessDriver(TestSettings.plain());
  private ProcessEngine engine;
  private Runs runs;

  @BeforeEach
  void open() {
    engine = driver.openEngine(0);
    runs = new Runs(driver, engine);
  }

  @AfterEach
  void close() {
    engine.close();
    driver.close();
  }

  private Problem assertForbidden(String mode, long number, String text) {
    Problem problem = Runs.failed(runs.process(mode, number));
    assertThat(problem.code()).as("%s: %s", text, problem).isEqualTo(ProblemCode.GUEST_FAULT);
    assertThat(problem.detail()).contains("system call " + text);
    return problem;
  }

  @Test
  void everySystemCallButTheEndIsStopped() {
    for (int number = 0; number < 512; number++) {
      if (number == URETPROBE || number == UPROBE) {
        assertAnsweredWithoutEffect(runs.process("any_call", number));
      } else if (number != EXIT_GROUP) {
        Problem problem = assertForbidden("any_call", number, Integer.toString(number));
        assertThat(Objects.requireNonNull(problem.guest()).symbol()).startsWith("any_call");
      }
    }
    runs.assertServing();
  }

  /** Linux lets these pass every filter; without a probe they fail, or end in SIGILL. */
  private static void assertAnsweredWithoutEffect(InstanceResult result) {
    if (result.problem() == null) {
      assertThat(Long.parseLong(Runs.text(result))).isBetween(-4095L, -1L);
    } else {
      assertThat(result.problem().code()).isEqualTo(ProblemCode.GUEST_FAULT);
      assertThat(Objects.requireNonNull(result.problem().guest()).vector()).isEqualTo(6);
    }
  }

  @Test
  void otherAbisAndForeignInstructionsMakeNoDifference() {
    assertForbidden("any_call", X32_BIT | 41, Integer.toString(X32_BIT | 41) + " (socket)");
    assertForbidden("any_call", -1, "4294967295");
    for (int number : new int[] {1, 4, 11, 20, 102, 252}) {
      // Where the kernel was built without the 32-bit ABI the instruction is refused.
      Problem problem = Runs.failed(runs.process("call_32", number));
      assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_FAULT);
      assertThat(problem.detail())
          .containsAnyOf(number + " of the 32-bit ABI", "general protection");
    }
    assertForbidden("call_from_stub", 41, "41 (socket)");
    assertForbidden("call_from_stub", 9, "9 (mmap)");
    runs.assertServing();
  }

  @Test
  void argumentsOfPermittedCallsAreChecked() {
    for (long code : new long[] {0x1003, 0x1004, 0x1011, 0x1012, 0x1023, 0x2001, 0x4002, 0}) {
      assertForbidden("arch_prctl", code, ARCH_PRCTL + " (arch_prctl)");
    }
    for (long address : new long[] {0x10000, 0x20000, ZygoteProtocol.STUB_ADDRESS}) {
      assertForbidden("unmap", address, MUNMAP + " (munmap)");
    }
    // What the stub itself has done does nothing a second time.
    assertThat(Runs.text(runs.process("unmap_again", 3))).isEqualTo("0");
  }

  @Test
  void functionsOfTheReferencesProcessPlatformRun() {
    assertThat(Runs.text(runs.process("thread_pointer", 4711))).isEqualTo("4711");
    assertThat(Runs.text(runs.process("arch_prctl", 0x1001))).isEqualTo("0");
    for (int status : new int[] {0, 1, 255}) {
      InstanceResult left = runs.process("leave_by_call", status);
      assertThat(left.problem()).isNull();
      assertThat(left.outputs().getFirst().isEmpty()).isTrue();
    }
    Item item = Item.of("x", Key.of(7), new byte[] {1, 2, 3});
    InstanceResult probe =
        runs.run(
            "probe-call",
            Limits.DEFAULTS,
            Deadline.in(10_000_000_000L),
            new DataSet("data", List.of(item)));
    assertThat(probe.problem()).isNull();
    assertThat(probe.outputs().get(2).items())
        .extracting(Item::text)
        .containsExactly("done", "done");
  }

  @Test
  void nothingOfTheZygoteIsMapped() {
    long[] gone = {
      ZygoteProtocol.STUB_ADDRESS - 4096,
      ZygoteProtocol.STUB_ADDRESS + 0x9000,
      ZygoteProtocol.STUB_ADDRESS + 0xD000,
      0x7F00_0010_0000L,
      0x7F00_0010_1000L,
      0x7F00_0010_3000L,
      0x7F00_001F_F000L,
      0x7FFF_FFFF_E000L,
      0xFFFF_FFFF_FF60_0000L
    };
    for (long address : gone) {
      for (String mode : new String[] {"read_at", "write_at", "jump_to"}) {
        Problem problem = Runs.failed(runs.process(mode, address));
        assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_FAULT);
        Integer vector = Objects.requireNonNull(problem.guest()).vector();
        // The page for vsyscall is the kernel's; a jump there is a system call.
        assertThat(vector).as("%s 0x%x: %s", mode, address, problem).isIn(14, 6);
      }
    }
    for (long page : new long[] {0, 0xA000}) {
      assertThat(Runs.failed(runs.process("write_at", ZygoteProtocol.STUB_ADDRESS + page)).code())
          .isEqualTo(ProblemCode.GUEST_FAULT);
    }
    runs.assertServing();
  }
}
