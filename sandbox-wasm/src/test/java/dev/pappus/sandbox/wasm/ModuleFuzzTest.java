package dev.pappus.sandbox.wasm;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.pappus.model.Item;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.WasiCall;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever bytes are deployed, they are refused as a bad binary, or run to an end with a name. */
@Tag("fuzz")
class ModuleFuzzTest {
  private static final long CONTEXT_BYTES = 1 << 20;
  private static final Set<ProblemCode> ENDS =
      Set.of(
          ProblemCode.GUEST_FAULT,
          ProblemCode.GUEST_EXIT,
          ProblemCode.GUEST_MEMORY,
          ProblemCode.GUEST_DEADLINE,
          ProblemCode.INVOCATION_DEADLINE,
          ProblemCode.GUEST_BAD_OUTPUT,
          ProblemCode.GUEST_OUTPUT_LIMIT);

  static Stream<Arguments> seeds() {
    ModuleBuilder calling = new ModuleBuilder().memory(1, 2).table(1, 4).global('l', true, 0x42, 1);
    int write = calling.importFunction(WasiCall.MODULE, "fd_write", "iiii:i");
    calling.importFunction(WasiCall.MODULE, "path_open", "iiiiillii:i");
    Object args =
        ModuleBuilder.bytes(
            ModuleBuilder.i32(1),
            ModuleBuilder.i32(0),
            ModuleBuilder.i32(1),
            ModuleBuilder.i32(64));
    int start = calling.function(":", "il", args, ModuleBuilder.call(write), 0x1A);
    calling.export("_start", 0, start).element(0, start).data(8, "text").name(start, "main");
    ModuleBuilder low = new ModuleBuilder().memory(2, 9);
    low.export("pappus_allocate", 0, low.function("ii:i", "", ModuleBuilder.i32(65536)));
    low.export("pappus_run", 0, low.function("i:i", "", 0x20, 0, 0x28, 2, 0));
    return Stream.of(
            calling.build(), low.build(), ModuleBuilder.command(0x03, 0x40, 0x0C, 0, 0x0B).build())
        .map(module -> Arguments.of((Object) module.toArray(ValueLayout.JAVA_BYTE)));
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "1m")
  void refusesOrRunsToAnEnd(byte[] bytes) {
    try (Runs runs = new Runs()) {
      PreparedFunction function;
      try {
        function = runs.driver().prepare(MemorySegment.ofArray(bytes), CONTEXT_BYTES);
      } catch (ProblemException e) {
        if (e.problem().code() != ProblemCode.BAD_BINARY || e.problem().hint() == null) {
          throw new AssertionError("refused with " + e.problem(), e);
        }
        return;
      }
      Problem problem =
          runs.run(
                  function,
                  List.of("in"),
                  List.of("out"),
                  Deadline.in(TimeUnit.MILLISECONDS.toNanos(20)),
                  Wasi.set("in", Item.ofText("x", "text")))
              .problem();
      if (problem != null && !ENDS.contains(problem.code())) {
        throw new AssertionError("ended with " + problem);
      }
      if (Thread.interrupted() || runs.driver().reservedBytes() != 0) {
        throw new AssertionError("something was left");
      }
    }
  }
}
