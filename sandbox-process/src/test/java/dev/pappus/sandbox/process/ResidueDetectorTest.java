package dev.pappus.sandbox.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limits;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.ElfImage;
import dev.pappus.sandbox.GuestLayout;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.RunOutcome;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The guest on which {@code ResidueContract} relies does find what it looks for. */
class ResidueDetectorTest {
  private static final long CONTEXT_BYTES = 1 << 20;

  /** What the guest finds if eight bytes at {@code address} are not clean. */
  private String found(OptionalLong address) {
    try (ProcessDriver driver = new ProcessDriver(TestSettings.plain());
        ComputeEngine engine = driver.openEngine(0);
        ProcessContext context =
            (ProcessContext)
                engine.domain().acquire(driver.prepare(Guests.binary("residue"), CONTEXT_BYTES))) {
      context.write(
          List.of(new DataSet("seed", List.of(Item.ofText("seed", "1")))), List.of("found"));
      if (address.isPresent()) {
        byte[] left = {1, 2, 3, 4, 5, 6, 7, 8};
        context.memory().write(address.getAsLong(), MemorySegment.ofArray(left));
      }
      RunOutcome outcome = engine.run(context, Deadline.in(60_000_000_000L));
      assertThat(outcome).isEqualTo(new RunOutcome.Exited(0));
      return context.readOutputs(Limits.DEFAULTS).getFirst().items().getFirst().text();
    }
  }

  @Test
  void findsWhatIsLeftInHeapStackAndData() {
    GuestLayout layout = GuestLayout.of(CONTEXT_BYTES);
    ElfImage image = ElfImage.parse(Guests.binary("residue"), CONTEXT_BYTES, Limits.DEFAULTS);
    ElfImage.Segment data = image.segments().getLast();
    assertThat(found(OptionalLong.empty())).isEqualTo("0");
    assertThat(found(OptionalLong.of(layout.heapEnd() - 8))).isEqualTo("8");
    assertThat(found(OptionalLong.of(image.freeBegin() + 4096))).isEqualTo("8");
    assertThat(found(OptionalLong.of(layout.stackBottom()))).isEqualTo("8");
    assertThat(found(OptionalLong.of(data.endAddress() - 8192))).isEqualTo("8");
    assertThat(found(OptionalLong.of(data.address() + 512))).isEqualTo("8");
  }
}
