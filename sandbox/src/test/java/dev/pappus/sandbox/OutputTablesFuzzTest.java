package dev.pappus.sandbox;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a guest leaves in its memory, its outputs are refused or within the limits. */
@Tag("fuzz")
class OutputTablesFuzzTest {
  private static final Limits LIMITS =
      Limits.DEFAULTS.with(Limit.OUTPUT_BYTES, 10_000).with(Limit.SET_ITEMS, 50);

  /** The context from the control block on; the tables of the seed refer to each other. */
  static Stream<Arguments> seeds() {
    byte[] tables = OutputTablesTest.wellFormed().bytes(OutputTablesTest.CONTROL, 0x4100);
    return Stream.of(Arguments.of((Object) tables));
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "1m")
  void refusesOrStaysWithinTheLimits(byte[] bytes) {
    ArrayMemory memory = new ArrayMemory(OutputTablesTest.CONTEXT);
    long room = OutputTablesTest.CONTEXT - OutputTablesTest.CONTROL;
    memory.write(
        OutputTablesTest.CONTROL,
        MemorySegment.ofArray(bytes).asSlice(0, Math.min(room, bytes.length)));
    try {
      OutputTablesTest.checkInvariants(
          OutputTables.read(memory, OutputTablesTest.CONTROL, OutputTablesTest.OUTPUTS, LIMITS),
          LIMITS);
    } catch (ProblemException e) {
      ProblemCode code = e.problem().code();
      if (code != ProblemCode.GUEST_BAD_OUTPUT && code != ProblemCode.GUEST_OUTPUT_LIMIT) {
        throw new AssertionError("refused with " + e.problem(), e);
      }
    }
  }
}
