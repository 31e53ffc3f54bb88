package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the contracts of contexts that several engines use have in common. */
abstract class SharedContextContract {
  private static final long SEED = Long.getLong("pappus.seed", 20260101L);
  static final long CONTEXT_BYTES = 16 << 20;

  static final FunctionSpec COPY =
      Guests.spec("copy", List.of("data"), List.of("data"), CONTEXT_BYTES);

  final Random random = new Random(SEED);
  private final List<Place> places = new ArrayList<>();
  ComputeDriver driver;
  PreparedFunction copy;

  /** The backend under test; the test closes it. */
  protected abstract ComputeDriver driver();

  /** The file that the backend runs of a guest; native ones unless it says otherwise. */
  protected MemorySegment binary(String guest) {
    return Guests.binary(guest);
  }

  @BeforeEach
  void open() {
    driver = driver();
    copy = prepare(COPY);
  }

  @AfterEach
  void close() {
    places.forEach(Place::close);
    driver.close();
  }

  final PreparedFunction prepare(FunctionSpec spec) {
    return driver.prepare(binary(spec.name()), spec.contextBytes());
  }

  final Place place() {
    Place place = new Place(driver, places.size());
    places.add(place);
    return place;
  }

  /** One that has sandboxes at hand. */
  final Place warmPlace() {
    return place().warmed(copy);
  }

  static DataSet set(Item... items) {
    return new DataSet("data", List.of(items));
  }

  final Item randomItem(int bytesMax) {
    byte[] bytes = new byte[1 + random.nextInt(bytesMax)];
    random.nextBytes(bytes);
    return Item.of("i" + bytes.length, new Key(random.nextInt()), bytes);
  }

  static void assertSame(Item actual, Item expected) {
    assertThat(actual.name()).isEqualTo(expected.name());
    assertThat(actual.key()).isEqualTo(expected.key());
    assertThat(actual.data().mismatch(expected.data())).as("seed %d", SEED).isEqualTo(-1);
  }

  static void assertGone(Item item) {
    assertThatThrownBy(item::data)
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.CANCELLED));
  }
}
