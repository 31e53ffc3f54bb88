package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.GuestState;
import dev.pappus.model.Item;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What every backend that runs native code must tell of what the processor refused: vector, error
 * code, address, instruction. {@link FunctionContract} says how a backend runs this.
 */
public abstract class ProcessorFaultContract extends ContractFixture {
  private static final long SEED = Long.getLong("pappus.seed", 20260101L);

  /**
   * Mode, then the vectors that a processor or a virtual machine may report for it; {@code -} where
   * it may leave the guest without one, {@code ok} where it may do nothing at all. KVM under this
   * host answers a hypercall, or tries to write the one of its own processor over it.
   */
  private static final String[] FAULTS = {
    "null_read 14",
    "null_write 14",
    "null_call 14",
    "write_code 14",
    "write_constant 14",
    "execute_data 14",
    "execute_stack 14",
    "read_outside 14",
    "write_outside 14",
    "read_kernel 14",
    "write_guard 14",
    "non_canonical 13",
    "stack_overflow 14",
    "stack_wild 14",
    "stack_non_canonical 12 13",
    "divide_by_zero 0",
    "undefined 6",
    "breakpoint 3",
    "debug_trap 1",
    "single_step 1",
    "unaligned_check 17",
    "unaligned_vector 13",
    "floating_point 19",
    "halt 13",
    "disable_interrupts 13",
    "enable_interrupts 13",
    "read_msr 13",
    "write_msr 13",
    "read_control_register 13",
    "write_control_register 13",
    "write_debug_register 13",
    "load_descriptor_table 13",
    "load_task_register 13",
    "load_segment 11 12 13",
    "invalidate_page 13",
    "set_extended_control 13 6",
    "return_to_ring_0 13",
    "interrupt_0e 6 13",
    "swap_gs 13 6",
    "vm_call 6 13 14 ok",
    "vmm_call 6 13 14 ok",
    "monitor_wait 6 13",
    "port_in 13",
    "port_out 13",
    "port_out_high 13",
    "port_out_wide 13 -",
    "port_in_exit 13 -",
    "port_string_in 13 -",
    "port_string_in_exit 13 -",
    "port_string_out_exit 13 -",
  };

  @Test
  void everyFaultIsNamedAndLeavesTheEngineServing() {
    for (String line : FAULTS) {
      String[] words = line.split(" ", -1);
      Set<String> allowed = new HashSet<>(List.of(words).subList(1, words.length));
      InstanceResult result = hostile(words[0]);
      if (result.succeeded()) {
        assertThat(allowed).as(words[0]).contains("ok");
      } else {
        Problem problem = failed(result);
        assertThat(problem.code()).as(words[0] + ": " + problem).isEqualTo(ProblemCode.GUEST_FAULT);
        GuestState guest = Objects.requireNonNull(problem.guest());
        assertThat(guest.vector() == null ? "-" : guest.vector().toString())
            .as(words[0] + ": " + problem)
            .isIn(allowed);
        assertThat(problem.hint()).isNotBlank();
      }
      assertServing();
    }
  }

  @Test
  void faultsInRandomOrderAreNotMixedUp() {
    Random random = new Random(SEED);
    for (int round = 0; round < 100; round++) {
      String[] words = FAULTS[random.nextInt(FAULTS.length)].split(" ", -1);
      InstanceResult result = hostile(words[0]);
      String seen =
          result.succeeded()
              ? "ok"
              : String.valueOf(Objects.requireNonNull(failed(result).guest()).vector());
      assertThat(seen.equals("null") ? "-" : seen)
          .as("seed %d round %d: %s", SEED, round, words[0])
          .isIn((Object[]) words);
    }
  }

  @ParameterizedTest
  @CsvSource({"null_read,8,false", "null_write,16,true", "write_outside,68719476736,true"})
  void pageFaultsTellAddressAndSymbol(String mode, long address, boolean write) {
    GuestState guest = Objects.requireNonNull(failed(hostile(mode)).guest());
    assertThat(guest.address()).isEqualTo(address);
    assertThat(Objects.requireNonNull(guest.errorCode()) & 2).isEqualTo(write ? 2 : 0);
    assertThat(guest.symbol()).startsWith(mode);
    assertThat(guest.instruction()).isBetween(0x10000L, 0x20000L);
  }

  @Test
  void aStackOverflowEndsInTheGuard() {
    GuestLayout layout = GuestLayout.of(Guests.CONTEXT_BYTES);
    Problem problem = failed(hostile("stack_overflow"));
    GuestState guest = Objects.requireNonNull(problem.guest());
    assertThat(guest.address()).isBetween(layout.heapEnd(), layout.stackBottom() - 1);
    assertThat(problem.hint()).contains("stack overflowed");
    assertThat(guest.symbol()).startsWith("descend");
  }

  @Test
  void aCallOfDataTellsWhatHappened() {
    Problem problem = failed(hostile("execute_data"));
    assertThat(problem.hint()).contains("called as if it were code");
    assertThat(Objects.requireNonNull(Objects.requireNonNull(problem.guest()).errorCode()) & 16)
        .isEqualTo(16);
  }

  @Test
  void anEndlessLoopThatCallsTheMonitorEndsAtItsDeadline() {
    Limits limits = Limits.DEFAULTS.with(Limit.FUNCTION_RUN, TimeUnit.MILLISECONDS.toNanos(30));
    assertThat(failed(hostile("loop_calling_monitor", limits)).code())
        .isEqualTo(ProblemCode.GUEST_DEADLINE);
    assertServing();
  }

  @Test
  void aFunctionMayLeaveByTheInterruptOfTheReference() {
    assertThat(succeeded(hostile("exit_by_interrupt"))).allMatch(DataSet::isEmpty).hasSize(2);
  }

  @Test
  void dataMayLieInTheGuardAndInCode() {
    assertThat(only("data_in_guard").toBytes()).hasSize(4096).containsOnly(0);
    assertThat(only("data_is_code").sizeBytes()).isEqualTo(4);
  }

  private Item only(String mode) {
    return succeeded(hostile(mode)).getFirst().items().getFirst();
  }
}
