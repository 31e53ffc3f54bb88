package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every backend must do with functions that misbehave: name what they did, and serve on as if
 * nothing had been. {@link FunctionContract} says how a backend runs this; {@link
 * ProcessorFaultContract} is what those that run native code must do besides.
 */
public abstract class HostileContract extends ContractFixture {
  private static final long SEED = Long.getLong("pappus.seed", 20260101L);

  @ParameterizedTest
  @ValueSource(strings = {"loop_forever", "loop_writing"})
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
        assertThat(failed(hostile("crash_at_once")).code()).isEqualTo(ProblemCode.GUEST_FAULT);
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

  @Test
  void aFunctionMayLeaveNothing() {
    assertThat(succeeded(hostile("exit_without_outputs"))).allMatch(DataSet::isEmpty).hasSize(2);
  }

  @Test
  void aCrashIsAFaultWithAHint() {
    Problem problem = failed(hostile("crash_at_once"));
    assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_FAULT);
    assertThat(problem.hint()).isNotBlank();
    assertServing();
  }

  @Test
  void runawayRecursionIsAFault() {
    assertThat(failed(hostile("stack_overflow")).code()).isEqualTo(ProblemCode.GUEST_FAULT);
    assertServing();
  }

  @Test
  void lastWordsOfACrashReachTheCaller() {
    assertThat(lastWords("print_and_crash")).isEqualTo("before the crash: ä\n");
    String much = lastWords("print_much_and_crash");
    assertThat(much).hasSize(GuestAbi.LOG_CAPACITY_BYTES).endsWith("line 1998\nline 1999\n");
    assertThat(lastWords("log_corrupted").length()).isLessThanOrEqualTo(4096);
    assertThat(Objects.requireNonNull(failed(hostile("crash_at_once")).guest()).lastWords())
        .isNull();
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
