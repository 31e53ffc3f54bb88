package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemCode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Contexts in which the inputs of a run are put together by those who make them: the run sees what
 * was made, others can read it until then, and nothing is left for the next run. {@link
 * FunctionContract} says how a backend runs this.
 */
public abstract class CollectingContract extends SharedContextContract {
  private static final Limits LIMITS = Limits.DEFAULTS;

  private @Nullable InputCollector tryCollect(Place place, PreparedFunction function, long bytes) {
    return place.call(() -> place.domain().openCollector(function, bytes));
  }

  private InputCollector collect(Place place, long bytes) {
    return Objects.requireNonNull(tryCollect(place, copy, bytes), "a collector");
  }

  /** Has {@code place} make items for {@code collector}. */
  private List<Item> make(Place place, InputCollector collector, Item... items) {
    Place.Receiver receiver =
        new Place.Receiver() {
          @Override
          public BitSet computing() {
            return BitSet.valueOf(new long[] {1});
          }

          @Override
          public InputCollector outputsCollector(SealedContext own) {
            return collector;
          }
        };
    InstanceResult result = place.run(copy, COPY, LIMITS, receiver, set(items));
    assertThat(result.problem()).isNull();
    boolean any =
        result.outputs().getFirst().items().stream()
            .anyMatch(item -> SealedContext.of(item.bytes()) != null);
    assertThat(result.sealed()).isSameAs(any ? collector.context() : null);
    return result.outputs().getFirst().items();
  }

  /** Runs a function on what was collected for it, where that is. */
  private static InstanceResult run(
      Place place,
      PreparedFunction function,
      FunctionSpec spec,
      InputCollector collector,
      DataSet... inputs) {
    Place.Receiver receiver =
        new Place.Receiver() {
          @Override
          public InputCollector inputsCollector() {
            return collector;
          }
        };
    return place.run(function, spec, LIMITS, receiver, inputs);
  }

  private void assertCopied(Place place, InputCollector collector, List<Item> in, List<Item> made) {
    InstanceResult result = run(place, copy, COPY, collector, set(in.toArray(Item[]::new)));
    assertThat(result.problem()).isNull();
    assertAllSame(result.outputs().getFirst().items(), made);
  }

  private static void assertAllSame(List<Item> actual, List<Item> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      assertSame(actual.get(i), expected.get(i));
    }
  }

  @Test
  void aRunFindsWhatOthersMadeForIt() {
    Place reader = warmPlace();
    List<Place> makers = List.of(warmPlace(), reader, warmPlace());
    for (int round = 0; round < 10; round++) {
      InputCollector collector = collect(reader, 8 << 20);
      List<Item> expected = new ArrayList<>();
      List<Item> inputs = new ArrayList<>();
      for (Place maker : makers) {
        Item one = randomItem(2 << 20);
        Item empty = Item.of("empty", Key.ZERO, new byte[0]);
        List<Item> made = make(maker, collector, one, empty);
        assertAllSame(made, List.of(one, empty));
        inputs.addAll(made);
        expected.addAll(List.of(one, empty));
        // What nobody has collected is copied when the run begins.
        Item other = randomItem(100_000);
        inputs.add(other);
        expected.add(other);
      }
      assertCopied(reader, collector, inputs, expected);
      assertThat(collector.wasTaken()).isTrue();
      assertGone(inputs.getFirst());
      collector.close();
    }
  }

  @Test
  void otherEnginesCopyWhatWasCollected() {
    Place reader = warmPlace();
    Place other = warmPlace();
    InputCollector collector = collect(reader, 1 << 20);
    Item item = randomItem(1 << 19);
    List<Item> made = make(other, collector, item);
    assertCopied(other, collector, made, List.of(item));
    assertThat(collector.wasTaken()).isFalse();
    assertSame(reader.copied(copy, COPY, made.getFirst()), item);
    collector.close();
    assertGone(made.getFirst());
    reader.reclaim();
    assertThat(reader.<Object>call(() -> reader.domain().take(collector, copy))).isNull();
  }

  @Test
  void otherFunctionsCopyWhatWasCollected() {
    Place place = warmPlace();
    InputCollector collector = collect(place, 1 << 20);
    Item item = randomItem(1 << 19);
    List<Item> made = make(place, collector, item);
    FunctionSpec larger = Guests.spec("copy", List.of("data"), List.of("data"), 32 << 20);
    InstanceResult result = run(place, prepare(larger), larger, collector, set(made.getFirst()));
    assertThat(result.problem()).isNull();
    assertAllSame(result.outputs().getFirst().items(), List.of(item));
    assertThat(collector.wasTaken()).isFalse();
    collector.close();
  }

  @Test
  void whatFindsNoRoomStaysInTheNodesMemory() {
    Place place = warmPlace();
    InputCollector collector = collect(place, 10_000);
    Item first = Item.of("first", Key.ZERO, new byte[5000]);
    Item second = Item.of("second", Key.ZERO, new byte[5000]);
    List<Item> inputs = new ArrayList<>(make(place, collector, first));
    List<Item> left = make(place, collector, second);
    assertThat(SealedContext.of(inputs.getFirst().bytes())).isSameAs(collector.context());
    assertThat(SealedContext.of(left.getFirst().bytes())).isNull();
    inputs.addAll(left);
    assertCopied(place, collector, inputs, List.of(first, second));
    assertThat(collector.wasTaken()).isTrue();
  }

  @Test
  void manyMakeAtOnce() {
    Place reader = warmPlace();
    List<Place> makers = List.of(reader, warmPlace(), warmPlace(), warmPlace());
    InputCollector collector = collect(reader, 14 << 20);
    List<Item> expected = new ArrayList<>();
    List<Future<List<Item>>> all = new ArrayList<>();
    try (ExecutorService callers = Executors.newCachedThreadPool()) {
      for (int i = 0; i < 64; i++) {
        Item item = randomItem(100_000);
        Place maker = makers.get(i % makers.size());
        expected.add(item);
        all.add(callers.submit(() -> make(maker, collector, item)));
      }
    }
    List<Item> made = all.stream().map(each -> Place.await(each).getFirst()).toList();
    assertCopied(reader, collector, made, expected);
    assertThat(collector.wasTaken()).isTrue();
  }

  @Test
  void whatIsClosedCollectsNothingAndServesAgain() {
    Place place = warmPlace();
    for (int round = 0; round < 100; round++) {
      InputCollector collector = collect(place, 1 << 20);
      Item item = randomItem(1000);
      List<Item> made = make(place, collector, item);
      collector.close();
      assertGone(made.getFirst());
      assertAllSame(make(place, collector, item), List.of(item));
      assertThat(place.<Object>call(() -> place.domain().take(collector, copy))).isNull();
      place.reclaim();
    }
  }

  @Test
  void nothingIsLeftForTheNextRun() {
    Place place = warmPlace();
    FunctionSpec hostile =
        Guests.spec("hostile", List.of("mode"), List.of("result", "other"), CONTEXT_BYTES);
    PreparedFunction prepared = prepare(hostile);
    place.warmed(prepared);
    // It looks whether memory is zero, and fills it.
    Item mode = Item.ofText("m", "use_all_memory");
    for (int round = 0; round < 12; round++) {
      InputCollector collector =
          Objects.requireNonNull(tryCollect(place, prepared, 6 << 20), "a collector");
      make(place, collector, randomItem(4 << 20));
      if (round % 2 == 0) {
        // What was collected and is none of its inputs is memory in use to it.
        Item collected = make(place, collector, mode).getFirst();
        InstanceResult result =
            run(place, prepared, hostile, collector, new DataSet("mode", List.of(collected)));
        assertDone(result);
        assertThat(collector.wasTaken()).isTrue();
      }
      collector.close();
      place.reclaim();
      // It has the sandbox that was used last.
      assertDone(run(place, prepared, hostile, collector, new DataSet("mode", List.of(mode))));
    }
  }

  private static void assertDone(InstanceResult result) {
    assertThat(result.problem()).isNull();
    assertThat(result.outputs().getFirst().items()).extracting(Item::name).containsExactly("done");
  }

  /** It has its inputs, or is told that they are gone. */
  @Test
  void whatGoesBackWhileItsReaderBeginsShowsNothingElse() {
    Place place = warmPlace();
    Place maker = warmPlace();
    try (ExecutorService closer = Executors.newSingleThreadExecutor()) {
      for (int round = 0; round < 200; round++) {
        InputCollector collector = collect(place, 1 << 20);
        Item item = randomItem(100_000);
        List<Item> made = make(maker, collector, item);
        Future<?> closed = closer.submit(collector::close);
        InstanceResult result = run(place, copy, COPY, collector, set(made.getFirst()));
        Place.await(closed);
        if (result.problem() == null) {
          assertAllSame(result.outputs().getFirst().items(), List.of(item));
        } else {
          assertThat(result.problem().code()).isEqualTo(ProblemCode.CANCELLED);
        }
        place.reclaim();
      }
    }
    assertSame(place.copied(copy, COPY, Item.ofText("a", "b")), Item.ofText("a", "b"));
  }

  @Test
  void collectorsLeaveTheEngineSandboxesToWorkWith() {
    Place place = warmPlace();
    List<InputCollector> held = new ArrayList<>();
    List<Item> made = new ArrayList<>();
    for (InputCollector next = collect(place, 1 << 16);
        next != null;
        next = tryCollect(place, copy, 1 << 16)) {
      held.add(next);
      Item item = randomItem(1000);
      made.addAll(make(place, next, item));
      assertSame(made.getLast(), item);
      place.warmed(copy);
    }
    assertSame(place.copied(copy, COPY, made.getFirst()), made.getFirst());
    held.forEach(InputCollector::close);
    place.reclaim();
    collect(place, 1 << 16).close();
  }

  @Test
  void anEngineMayCloseBeforeItsReaderRuns() {
    Place place = warmPlace();
    Place other = warmPlace();
    InputCollector collector = collect(place, 1 << 20);
    Item first = randomItem(1 << 18);
    Item second = randomItem(1 << 18);
    List<Item> inputs = new ArrayList<>(make(other, collector, first));
    place.close();
    inputs.addAll(make(other, collector, second));
    assertCopied(other, collector, inputs, List.of(first, second));
    assertThat(collector.wasTaken()).isFalse();
    collector.close();
    assertGone(inputs.getFirst());
  }

  @Test
  void functionsAreForgottenOnceTheirInputsAreRead() {
    Place place = warmPlace();
    InputCollector collector = collect(place, 1 << 20);
    Item item = randomItem(1 << 19);
    List<Item> made = make(place, collector, item);
    place.call(() -> {
      place.domain().forget(copy);
      return true;
    });
    assertCopied(place, collector, made, List.of(item));
    assertThat(collector.wasTaken()).isTrue();
    assertSame(place.copied(prepare(COPY), COPY, item), item);
  }

  @Test
  void inputsThatDoNotFitFailAndDisturbNobody() {
    Place place = warmPlace();
    InputCollector collector = collect(place, 1 << 20);
    Item item = randomItem(1 << 19);
    List<Item> made = make(place, collector, item);
    Item tooLarge = Item.of("large", Key.ZERO, new byte[(int) CONTEXT_BYTES]);
    InstanceResult failed = run(place, copy, COPY, collector, set(made.getFirst(), tooLarge));
    assertThat(Objects.requireNonNull(failed.problem()).code()).isEqualTo(ProblemCode.GUEST_MEMORY);
    assertSame(place.copied(copy, COPY, item), item);
  }
}
