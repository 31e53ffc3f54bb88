package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Contexts that stay sealed until others have copied their outputs: what is read is what was left,
 * nothing can be read afterwards, and nothing is left for the next run. {@link FunctionContract}
 * says how a backend runs this.
 */
public abstract class SealedContract extends SharedContextContract {
  /** Under these everything stays that may. */
  private static final Limits LIMITS = Limits.DEFAULTS.with(Limit.SEAL_FROM, 1);

  /** Runs a function, of which all outputs may stay where they are. */
  private static InstanceResult runLeaving(
      Place place, PreparedFunction function, FunctionSpec spec, Limits limits, DataSet... inputs) {
    Place.Receiver receiver =
        new Place.Receiver() {
          @Override
          public BitSet computing() {
            BitSet all = new BitSet();
            all.set(0, spec.outputs().size());
            return all;
          }
        };
    return place.run(function, spec, limits, receiver, inputs);
  }

  private InstanceResult leave(Place place, DataSet input) {
    InstanceResult result = runLeaving(place, copy, COPY, LIMITS, input);
    assertThat(result.problem()).isNull();
    return result;
  }

  private static SealedContext sealed(InstanceResult result) {
    return Objects.requireNonNull(result.sealed(), "a sealed context");
  }

  @Test
  void outputsAreReadWhereTheyLieAndNotAfterwards() {
    Place place = warmPlace();
    for (int round = 0; round < 10; round++) {
      Item item = randomItem(3 << 20);
      InstanceResult result = leave(place, set(item, Item.of("empty", Key.ZERO, new byte[0])));
      SealedContext sealed = sealed(result);
      List<Item> left = result.outputs().getFirst().items();
      assertThat(sealed.lentBytes()).isEqualTo(item.sizeBytes());
      assertThat(SealedContext.of(left.getFirst().bytes())).isSameAs(sealed);
      assertSame(left.getFirst(), item);
      assertSame(place.copied(copy, COPY, left.getFirst()), item);
      sealed.close();
      sealed.close();
      assertGone(left.getFirst());
      assertThat(left.get(1).sizeBytes()).isZero();
    }
  }

  @Test
  void partsOfItemsAreReadAndNoMore() {
    Item item = randomItem(1 << 20);
    InstanceResult result = leave(warmPlace(), set(item));
    Item left = result.outputs().getFirst().items().getFirst();
    int offset = random.nextInt((int) item.sizeBytes());
    MemorySegment rest = MemorySegment.ofArray(new byte[(int) item.sizeBytes() - offset]);
    left.bytes().copyTo(offset, rest);
    assertThat(rest.mismatch(item.data().asSlice(offset))).isEqualTo(-1);
    assertThatThrownBy(() -> left.bytes().copyTo(offset + 1, rest))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> left.bytes().copyTo(-1, rest))
        .isInstanceOf(IndexOutOfBoundsException.class);
    sealed(result).close();
  }

  @Test
  void fewBytesAndWhatMayNotStayAreCopied() {
    Place place = warmPlace();
    Item item = randomItem(9);
    Limits limits = Limits.DEFAULTS.with(Limit.SEAL_FROM, item.sizeBytes() + 1);
    InstanceResult few = runLeaving(place, copy, COPY, limits, set(item));
    assertThat(few.sealed()).isNull();
    assertSame(few.outputs().getFirst().items().getFirst(), item);
    assertSame(place.copied(copy, COPY, item), item);
  }

  @Test
  void tinyItemsAreCopiedHoweverMany() {
    Place place = warmPlace();
    Limits limits = Limits.DEFAULTS.with(Limit.SEAL_FROM, 640);
    List<Item> tiny = new ArrayList<>();
    List<Item> largeEnough = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      tiny.add(Item.of("i" + i, new Key(i), new byte[9]));
      largeEnough.add(Item.of("i" + i, new Key(i), new byte[10]));
    }
    assertThat(runLeaving(place, copy, COPY, limits, new DataSet("data", tiny)).sealed()).isNull();
    sealed(runLeaving(place, copy, COPY, limits, new DataSet("data", largeEnough))).close();
  }

  @Test
  void manyConsumersOnOtherThreadsCopyAtOnce() {
    Place producer = warmPlace();
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      items.add(randomItem(400_000));
    }
    InstanceResult result = leave(producer, new DataSet("data", items));
    List<Item> left = result.outputs().getFirst().items();
    List<Place> consumers = List.of(place(), place(), place(), producer);
    try (ExecutorService callers = Executors.newCachedThreadPool()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 48; i++) {
        Item one = left.get(i % left.size());
        Item expected = items.get(i % items.size());
        Place place = consumers.get(i % consumers.size());
        all.add(callers.submit(() -> assertSame(place.copied(copy, COPY, one), expected)));
      }
      all.forEach(Place::await);
    }
    sealed(result).close();
    left.forEach(SealedContract::assertGone);
  }

  /** A reader gets what was left, or an error, whenever it is that the context goes. */
  @Test
  void contextsThatGoWhileTheyAreReadNeverShowAnythingElse() throws InterruptedException {
    Place place = warmPlace();
    for (int round = 0; round < 10; round++) {
      Item item = randomItem(200_000);
      InstanceResult result = leave(place, set(item));
      SealedContext sealed = sealed(result);
      Item left = result.outputs().getFirst().items().getFirst();
      CountDownLatch reading = new CountDownLatch(1);
      try (ExecutorService readers = Executors.newCachedThreadPool()) {
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
          all.add(
              readers.submit(() -> {
                while (true) {
                  MemorySegment seen;
                  try {
                    seen = left.data();
                  } catch (ProblemException e) {
                    assertThat(e.problem().code()).isEqualTo(ProblemCode.CANCELLED);
                    return;
                  }
                  assertThat(seen.mismatch(item.data())).isEqualTo(-1);
                  reading.countDown();
                }
              }));
        }
        assertThat(reading.await(1, TimeUnit.MINUTES)).isTrue();
        sealed.close();
        // It is wiped at once, and runs again.
        sealed(leave(place, set(randomItem(200_000)))).close();
        all.forEach(Place::await);
      }
      place.reclaim();
    }
  }

  @Test
  void nothingIsLeftForTheNextRun() {
    Place place = warmPlace();
    FunctionSpec hostile =
        Guests.spec("hostile", List.of("mode"), List.of("result", "other"), CONTEXT_BYTES);
    PreparedFunction prepared = prepare(hostile);
    for (int round = 0; round < 8; round++) {
      InstanceResult leaving =
          runLeaving(
              place,
              prepared,
              hostile,
              LIMITS,
              new DataSet("mode", List.of(Item.ofText("m", "tables_good"))));
      assertThat(leaving.problem()).isNull();
      if (leaving.sealed() != null) {
        leaving.sealed().close();
      }
      // It looks whether memory is zero, and fills it.
      InstanceResult filling =
          runLeaving(
              place,
              prepared,
              hostile,
              LIMITS,
              new DataSet("mode", List.of(Item.ofText("m", "use_all_memory"))));
      assertThat(filling.problem()).isNull();
      assertThat(filling.outputs().getFirst().items())
          .extracting(Item::name)
          .containsExactly("done");
      if (filling.sealed() != null) {
        filling.sealed().close();
      }
    }
  }

  @Test
  void whatHoldsSandboxesLeavesTheEngineOneToWorkWith() {
    Place place = warmPlace();
    List<SealedContext> held = new ArrayList<>();
    List<Item> left = new ArrayList<>();
    List<Item> expected = new ArrayList<>();
    for (int round = 0; round < 100; round++) {
      Item item = randomItem(10_000);
      InstanceResult result = leave(place, set(item));
      left.add(result.outputs().getFirst().items().getFirst());
      expected.add(item);
      if (result.sealed() != null) {
        held.add(result.sealed());
      }
    }
    assertThat(held).isNotEmpty();
    for (int i = 0; i < left.size(); i++) {
      assertSame(left.get(i), expected.get(i));
    }
    held.forEach(SealedContext::close);
    place.reclaim();
    sealed(leave(place, set(randomItem(9)))).close();
  }

  @Test
  void anEngineMayCloseBeforeItsReadersAreDone() {
    Place place = warmPlace();
    Item item = randomItem(2 << 20);
    InstanceResult result = leave(place, set(item));
    Item left = result.outputs().getFirst().items().getFirst();
    place.close();
    assertSame(left, item);
    assertSame(place().copied(copy, COPY, left), item);
    sealed(result).close();
    assertGone(left);
  }

  @Test
  void aDriverMayCloseBeforeItsReadersAreDone() {
    Place place = warmPlace();
    Item item = randomItem(2 << 20);
    InstanceResult result = leave(place, set(item));
    place.close();
    driver.close();
    assertSame(result.outputs().getFirst().items().getFirst(), item);
    sealed(result).close();
  }

  @Test
  void functionsAreForgottenOnceTheirReadersAreDone() {
    Place place = warmPlace();
    Item item = randomItem(1 << 20);
    InstanceResult result = leave(place, set(item));
    place.call(() -> {
      place.domain().forget(copy);
      return true;
    });
    assertSame(result.outputs().getFirst().items().getFirst(), item);
    sealed(result).close();
    place.reclaim();
    assertSame(place.copied(prepare(COPY), COPY, item), item);
  }

  @Test
  void consumersThatFailDisturbNobody() {
    Place place = warmPlace();
    Item item = randomItem(2 << 20);
    InstanceResult result = leave(place, set(item));
    Item left = result.outputs().getFirst().items().getFirst();
    FunctionSpec small = Guests.spec("copy", List.of("data"), List.of("data"), 1 << 20);
    InstanceResult tooLarge = runLeaving(place, prepare(small), small, LIMITS, set(left, left));
    assertThat(Objects.requireNonNull(tooLarge.problem()).code())
        .isEqualTo(ProblemCode.GUEST_MEMORY);
    assertSame(place.copied(copy, COPY, left), item);
    sealed(result).close();
    InstanceResult late = runLeaving(place, copy, COPY, LIMITS, set(left));
    assertThat(late.problem()).isNotNull();
    assertThat(late.sealed()).isNull();
    assertSame(place.copied(copy, COPY, item), item);
  }

  @Test
  void outputsThatAreRefusedKeepNothingSealed() {
    Place place = warmPlace();
    Limits limits = LIMITS.with(Limit.OUTPUT_BYTES, 10);
    for (int round = 0; round < 40; round++) {
      InstanceResult refused =
          runLeaving(place, copy, COPY, limits, set(Item.of("x", Key.ZERO, new byte[11])));
      assertThat(Objects.requireNonNull(refused.problem()).code())
          .isEqualTo(ProblemCode.GUEST_OUTPUT_LIMIT);
      assertThat(refused.sealed()).isNull();
    }
    sealed(leave(place, set(randomItem(9)))).close();
  }
}
