package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What only a sandbox can do: reset the processor and keep guests from the host. {@link
 * FunctionContract} says how a backend runs this.
 */
public abstract class IsolationContract extends ContractFixture {
  @ParameterizedTest
  @CsvSource({
    "system_call,6 13 14",
    "system_enter,6 13 14",
    "interrupt_80,6 13",
    "read_host_like,14"
  })
  void theHostCannotBeReached(String mode, String vectors) {
    Problem problem = failed(hostile(mode));
    assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_FAULT);
    Integer vector = Objects.requireNonNull(problem.guest()).vector();
    assertThat(vectors.split(" ", -1)).contains(String.valueOf(vector));
    assertServing();
  }

  @Test
  void processorStateIsTheSameAtEveryStart() {
    for (int round = 0; round < 3; round++) {
      assertCleanProcessor(run("entry_state"));
    }
  }

  /** Checks the registers that a run of entry_state found. */
  static void assertCleanProcessor(InstanceResult result) {
    GuestLayout layout = GuestLayout.of(Guests.CONTEXT_BYTES);
    MemorySegment state =
        MemorySegment.ofArray(succeeded(result).getFirst().items().getFirst().toBytes());
    for (int register = 0; register < 16; register++) {
      long value = state.get(GuestAbi.U64, register * 8L);
      switch (register) {
        case 0 ->
            assertThat(value)
                .as("rax: no way out, or one outside of the context")
                .matches(way -> way == 0 || way >= Guests.CONTEXT_BYTES);
        case 4 -> assertThat(value).as("rsp").isEqualTo(layout.entryStackPointer());
        case 5 -> assertThat(value).as("rbp").isIn(0L, layout.entryStackPointer());
        default -> assertThat(value).as("register %d", register).isZero();
      }
    }
    assertThat(state.get(GuestAbi.U64, 128) & ~0x202L).as("rflags").isZero();
    assertThat(state.get(GuestAbi.U64, 136)).as("fs base").isZero();
    assertThat(state.get(GuestAbi.U64, 144)).as("gs base").isZero();
    assertThat(state.get(GuestAbi.U64, 152) & 3).as("xcr0").isEqualTo(3);
    assertThat(state.get(GuestAbi.U16, 192)).as("FCW").isEqualTo((short) 0x37F);
    assertThat(state.get(GuestAbi.U16, 194)).as("FSW").isZero();
    assertThat(state.get(GuestAbi.U16, 196)).as("FTW").isZero();
    assertThat(state.get(GuestAbi.U32, 192 + 24)).as("MXCSR").isEqualTo(0x1F80);
    assertThat(state.asSlice(192 + 32, 384).toArray(ValueLayout.JAVA_BYTE))
        .as("x87 and SSE registers")
        .containsOnly(0);
    assertThat(state.asSlice(192 + 512).toArray(ValueLayout.JAVA_BYTE))
        .as("vector registers")
        .satisfiesAnyOf(
            bytes -> assertThat(bytes).isEmpty(), bytes -> assertThat(bytes).containsOnly(0));
  }
}
