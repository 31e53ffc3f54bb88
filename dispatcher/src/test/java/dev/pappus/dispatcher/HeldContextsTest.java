package dev.pappus.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.ItemBytes;
import dev.pappus.model.Key;
import dev.pappus.sandbox.GuestMemory;
import dev.pappus.sandbox.SealedContext;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When sealed contexts go, and what it takes to know it. */
class HeldContextsTest {
  private static final GuestMemory ZEROES =
      new GuestMemory() {
        @Override
        public long sizeBytes() {
          return 100;
        }

        @Override
        public void write(long address, ItemBytes source) {
          throw new IllegalStateException("sealed");
        }

        @Override
        public void read(long address, MemorySegment target) {
          target.fill((byte) 0);
        }
      };

  private final HeldContexts held = new HeldContexts(2);
  private final List<String> gone = new ArrayList<>();

  private SealedContext context(String name) {
    SealedContext context = new SealedContext(ZEROES);
    context.giveBackBy(() -> gone.add(name));
    held.add(context);
    return context;
  }

  private static Item item(SealedContext context) {
    return new Item("", Key.ZERO, context.lend(0, 10));
  }

  private static DataSet set(Item... items) {
    return new DataSet("", List.of(items));
  }

  @Test
  void aContextGoesWithTheLastThatWantsIt() {
    SealedContext a = context("a");
    SealedContext b = context("b");
    DataSet both = set(item(a), item(b), item(a));
    DataSet second = set(item(b));
    DataSet outside = set(Item.ofText("", "x"));
    held.want(List.of(both, second));
    BitSet reading =
        held.wantEach(List.of(List.of(outside), List.of(both, outside), List.of(outside, second)));
    assertThat(reading.stream()).containsExactly(1, 2);
    held.done(List.of(both, second));
    assertThat(gone).isEmpty();
    held.done(List.of(both, outside));
    assertThat(gone).containsExactly("a");
    held.done(List.of(both));
    held.done(List.of(outside, second));
    assertThat(gone).containsExactly("a", "b");
    assertThat(held.isEmpty()).isTrue();
  }

  /** For each reader anew it would be 10^11 items, which takes many minutes. */
  @Test
  @Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void itemsOfASetThatManyReadAreLookedAtOnce() {
    SealedContext context = context("a");
    DataSet large = new DataSet("", Collections.nCopies(1_000_000, item(context)));
    DataSet outside =
        new DataSet("", Collections.nCopies(1_000_000, Item.of("", Key.ZERO, new byte[1])));
    List<List<DataSet>> readers = Collections.nCopies(100_000, List.of(large, outside));
    assertThat(held.wantEach(readers).cardinality()).isEqualTo(readers.size());
    for (List<DataSet> reader : readers) {
      assertThat(gone.isEmpty()).isTrue();
      held.done(reader);
    }
    assertThat(gone).containsExactly("a");
  }

  @Test
  void noMoreAreSealedThanThereArePlaces() {
    assertThat(held.tryTakePlace()).isTrue();
    assertThat(held.tryTakePlace()).isTrue();
    assertThat(held.tryTakePlace()).isFalse();
    held.returnPlace();
    assertThat(held.tryTakePlace()).isTrue();
    DataSet only = set(item(context("a")));
    held.want(List.of(only));
    assertThat(held.tryTakePlace()).isFalse();
    held.done(List.of(only));
    assertThat(held.tryTakePlace()).isTrue();
  }

  @Test
  void whatIsReleasedIsWantedByNobody() {
    SealedContext a = context("a");
    DataSet only = set(item(a));
    held.want(List.of(only));
    assertThat(held.release()).containsExactly(a);
    held.done(List.of(only));
    assertThat(gone).isEmpty();
    assertThat(held.release()).isEmpty();
  }
}
