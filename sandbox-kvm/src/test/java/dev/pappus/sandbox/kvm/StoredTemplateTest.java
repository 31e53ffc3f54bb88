package dev.pappus.sandbox.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.model.ProgramOptions;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.OneTemplateFile;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.Programs;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Templates that outlive the node that has made them. */
@NeedsKvm
class StoredTemplateTest {
  private static final FunctionSpec SPEC =
      Programs.spec(
          "probe",
          List.of(InputSet.dynamic("what")),
          List.of("stdio"),
          Guests.CONTEXT_BYTES,
          new ProgramOptions(List.of("from"), true));

  /** What a run prints on a node of its own that has the file. */
  private static String run(OneTemplateFile store, FunctionSpec spec, String program) {
    try (KvmDriver driver = new KvmDriver(TestSettings.of(EntryVariant.NO_IDT));
        KvmEngine engine = driver.openEngine(0)) {
      PreparedFunction function =
          driver.prepare(Programs.binary(program, Programs.Libc.GLIBC), spec);
      Objects.requireNonNull(function.templateSlot()).keepIn(store);
      InstanceResult result =
          new InstanceRunner(engine, MonotonicClock.SYSTEM)
              .run(
                  function,
                  spec,
                  List.of(new DataSet("what", List.of(Item.ofText("words", "work\n")))),
                  Deadline.in(TestFunctions.FAR_NANOS),
                  Limits.DEFAULTS);
      assertThat(result.problem()).isNull();
      return result.outputs().getFirst().items().get(1).text();
    }
  }

  @Test
  void theNextNodeBeginsThere() {
    OneTemplateFile store = new OneTemplateFile();
    String first = run(store, SPEC, "probe");
    assertThat(store.stored()).isEqualTo(1);
    assertThat(run(store, SPEC, "probe")).isEqualTo(first);
    assertThat(store.stored()).isEqualTo(1);
    assertThat(store.found()).isEqualTo(1);
  }

  @Test
  void whatDoesNotFitIsMadeAgain() {
    OneTemplateFile store = new OneTemplateFile();
    String first = run(store, SPEC, "probe");
    FunctionSpec small =
        Programs.spec(
            "probe",
            SPEC.inputs(),
            SPEC.outputs(),
            64 << 20,
            new ProgramOptions(List.of("from"), true));
    assertThat(run(store, small, "probe")).isEqualTo(first);
    assertThat(store.stored()).isEqualTo(2);
    assertThat(store.found()).isZero();
    Objects.requireNonNull(store.file()).asSlice(100, 1).fill((byte) 7);
    assertThat(run(store, small, "probe")).isEqualTo(first);
    assertThat(store.stored()).isEqualTo(3);
  }
}
