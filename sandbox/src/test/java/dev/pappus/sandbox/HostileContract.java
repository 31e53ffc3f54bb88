package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.GuestState;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
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
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every backend must do with functions that misbehave: name what they did, and serve on as if
 * nothing had been. {@link FunctionContract} says how a backend runs this.
 */
public abstract class HostileContract extends ContractFixture {
  private static final long SEED = Long.getLong("pappus.seed", 20260101L);

  /**
   * Mode, then the vectors that a processor or a virtual machine may report for it; {@code -} where
   * it may leave the guest without one, {@code ok} where it may do nothing at all.
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
    "vm_call 6 13 ok",
    "vmm_call 6 13 ok",
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

  @ParameterizedTest
  @ValueSource(strings = {"loop_forever", "loop_writing", "loop_calling_monitor"})
  void endlessLoopsEndAtTheirDeadline(String mode) {
    Limits limits = Limits.DEFAULTS.with(Limit.FUNCTION_RUN, TimeUnit.MILLISECONDS.toNanos(30));
    InstanceResult result = hostile(mode, limits);
    Problem problem = failed(result);
    assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_DEADLINE);
    assertThat(problem.detail()).contains("30ms", "limits.function_run");
    assertThat(result.runNanos())
        .isBetween(TimeUnit.MILLISECONDS.toNanos(30), TimeUnit.SECONDS.toNanos(5));
    assertServing();
  }

  @Test
  void theDeadlineOfTheInvocationIsBlamedWhereItComesFirst() {
    Deadline deadline = Deadline.in(TimeUnit.MILLISECONDS.toNanos(50));
    InstanceResult result =
        runUntil(
            "hostile",
            Guests.spec("hostile"),
            Limits.DEFAULTS,
            deadline,
            set("mode", Item.ofText("m", "loop_forever")));
    assertThat(failed(result).code()).isEqualTo(ProblemCode.INVOCATION_DEADLINE);
    assertServing();
  }

  @Test
  void aCancelledRunEndsSoonWhenever() throws InterruptedException {
    Random random = new Random(SEED);
    for (int round = 0; round < 30; round++) {
      Deadline deadline = Deadline.in(TimeUnit.MINUTES.toNanos(1));
      long pauseNanos = random.nextInt(round % 10 == 0 ? 20_000_000 : 400_000);
      Thread canceller =
          Thread.ofPlatform()
              .start(() -> {
                LockSupport.parkNanos(pauseNanos);
                deadline.cancel();
                nudge();
              });
      InstanceResult result =
          runUntil(
              "hostile",
              Guests.spec("hostile"),
              Limits.DEFAULTS,
              deadline,
              set("mode", Item.ofText("m", "loop_forever")));
      canceller.join();
      Problem problem = failed(result);
      assertThat(problem.code())
          .as("seed %d round %d", SEED, round)
          .isEqualTo(ProblemCode.CANCELLED);
      assertThat(result.runNanos()).isLessThan(TimeUnit.SECONDS.toNanos(5));
    }
    assertServing();
  }

  @Test
  void nudgesWithoutReasonDoNoHarm() throws InterruptedException {
    Thread nudger =
        Thread.ofPlatform()
            .start(() -> {
              while (!Thread.currentThread().isInterrupted()) {
                nudge();
                LockSupport.parkNanos(20_000);
              }
            });
    try {
      for (int round = 0; round < 50; round++) {
        assertServing();
        assertThat(failed(hostile("null_read")).code()).isEqualTo(ProblemCode.GUEST_FAULT);
      }
    } finally {
      nudger.interrupt();
      nudger.join();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"exhaust_memory", "one_huge_allocation"})
  void memoryThatIsNotThereIsNamed(String mode) {
    Problem problem = failed(hostile(mode));
    assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_MEMORY);
    assertThat(Objects.requireNonNull(problem.guest()).exitCode())
        .isEqualTo(ExitCodes.OUT_OF_MEMORY);
    assertThat(problem.guest().lastWords()).contains("out of memory");
    assertServing();
  }

  @ParameterizedTest
  @CsvSource({
    "exit_7,7",
    "exit_minus_5,-5",
    "exit_1000,1000",
    "exit_unset,-1",
    "exit_never_initialised,256",
    "print_and_fail,1"
  })
  void otherExitCodesFail(String mode, int exitCode) {
    Problem problem = failed(hostile(mode));
    assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_EXIT);
    assertThat(Objects.requireNonNull(problem.guest()).exitCode()).isEqualTo(exitCode);
    assertThat(problem.detail()).contains(Integer.toString(exitCode));
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit_without_outputs", "exit_by_interrupt"})
  void aFunctionMayLeaveNothing(String mode) {
    assertThat(succeeded(hostile(mode))).allMatch(DataSet::isEmpty).hasSize(2);
  }

  @Test
  void lastWordsOfACrashReachTheCaller() {
    assertThat(lastWords("print_and_crash")).isEqualTo("before the crash: ä\n");
    String much = lastWords("print_much_and_crash");
    assertThat(much).hasSize(GuestAbi.LOG_CAPACITY_BYTES).endsWith("line 1998\nline 1999\n");
    assertThat(lastWords("log_corrupted").length()).isLessThanOrEqualTo(4096);
    assertThat(Objects.requireNonNull(failed(hostile("null_write")).guest()).lastWords()).isNull();
  }

  private String lastWords(String mode) {
    Problem problem = failed(hostile(mode));
    assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_FAULT);
    return Objects.requireNonNull(Objects.requireNonNull(problem.guest()).lastWords());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "count_zero",
        "count_more",
        "count_huge",
        "count_wrapping",
        "sets_wild",
        "sets_outside",
        "sets_wrapping",
        "items_wild",
        "items_wrapping",
        "first_backward",
        "first_far",
        "name_long",
        "name_huge",
        "name_wrapping",
        "name_wild",
        "name_not_utf8",
        "name_surrogate",
        "name_dots",
        "name_absolute",
        "name_with_nul",
        "set_name_wild",
        "set_name_not_utf8",
        "data_wild",
        "data_wrapping",
        "data_huge",
        "data_negative"
      })
  void malformedTablesAreRefused(String mode) {
    Problem problem = failed(hostile(mode));
    assertThat(problem.code()).as("%s", problem).isEqualTo(ProblemCode.GUEST_BAD_OUTPUT);
    assertThat(problem.hint()).isNotBlank();
    assertServing();
  }

  @ParameterizedTest
  @CsvSource({
    "first_huge,limits.set_items",
    "first_wrapping,limits.set_items",
    "items_over_limit,limits.set_items",
    "bytes_over_limit,limits.output_bytes"
  })
  void tooMuchOutputIsRefused(String mode, String key) {
    Problem problem = failed(hostile(mode));
    assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_OUTPUT_LIMIT);
    assertThat(problem.detail()).contains(key);
    assertServing();
  }

  @Test
  void unusualTablesAreAccepted() {
    assertThat(succeeded(hostile("set_renamed")).getFirst().name()).isEqualTo("renamed");
    DataSet unnamed = succeeded(hostile("set_name_empty")).getFirst();
    assertThat(unnamed.name()).isEmpty();
    assertThat(unnamed.items().getFirst().name()).isEqualTo("x");
    assertThat(only("data_empty_at_null").sizeBytes()).isZero();
    assertThat(only("data_untouched").toBytes()).hasSize(8192).containsOnly(0);
    assertThat(only("data_in_guard").toBytes()).hasSize(4096).containsOnly(0);
    assertThat(only("data_is_code").sizeBytes()).isEqualTo(4);
    assertThat(only("key_wide").key()).isEqualTo(Key.of(0x9ABCDEF0L));
    assertThat(succeeded(hostile("items_at_limit")).getFirst().items()).hasSize(10_000);
  }

  private Item only(String mode) {
    return succeeded(hostile(mode)).getFirst().items().getFirst();
  }

  @Test
  void aFunctionRegisteredWithOtherSetsSaysSo() {
    FunctionSpec spec =
        Guests.spec("hostile", List.of("mode", "more"), List.of("result"), Guests.CONTEXT_BYTES);
    Problem problem = failed(run("hostile", spec, Limits.DEFAULTS, set("mode")));
    assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_EXIT);
    assertThat(Objects.requireNonNull(problem.guest()).lastWords())
        .contains("declares 1 input and 2 output sets, registered are 2 and 1");
  }
}
