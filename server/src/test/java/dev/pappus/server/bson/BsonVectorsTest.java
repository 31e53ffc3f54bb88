package dev.pappus.server.bson;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.dispatcher.OutputSet;
import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limits;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;

/** The byte vectors of dandelion.md 3.4, and the library as an independent judge. */
class BsonVectorsTest {
  private static final String INVOKE =
      "76000000026e616d65000200000066000473657473005f00000003300057000000026964656e7469666965720002"
          + "0000006100046974656d73003900000003300031000000026964656e74696669657200020000007800126b65"
          + "79000700000000000000056461746100020000000001020000000000";
  private static final String RESULT =
      "6a0000000473657473005f00000003300057000000026964656e74696669657200020000006100046974656d7300"
          + "3900000003300031000000026964656e74696669657200020000007800126b65790007000000000000000564"
          + "61746100020000000001020000000000";

  static byte[] join(List<MemorySegment> pieces) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    pieces.forEach(piece -> all.writeBytes(piece.toArray(ValueLayout.JAVA_BYTE)));
    return all.toByteArray();
  }

  @Test
  void anInvocationIsDecoded() {
    byte[] bytes = HexFormat.of().parseHex(INVOKE);
    assertThat(bytes).hasSize(118);
    InvocationDocument document = InvocationDocument.decode(bytes, bytes.length, Limits.DEFAULTS);
    assertThat(document.name()).isEqualTo("f");
    assertThat(document.composition()).isNull();
    DataSet set = document.sets().getFirst();
    assertThat(document.sets()).hasSize(1);
    assertThat(set.name()).isEqualTo("a");
    Item item = set.items().getFirst();
    assertThat(item.name()).isEqualTo("x");
    assertThat(item.key()).isEqualTo(Key.of(7));
    assertThat(item.toBytes()).containsExactly(1, 2);
  }

  @Test
  void itemsAreSlicesOfTheBody() {
    byte[] bytes = HexFormat.of().parseHex(INVOKE);
    Item item =
        InvocationDocument.decode(bytes, bytes.length, Limits.DEFAULTS)
            .sets()
            .getFirst()
            .items()
            .getFirst();
    assertThat(item.data().heapBase()).hasValue(bytes);
  }

  @Test
  void aResultIsEncoded() {
    List<OutputSet> outputs =
        List.of(
            new OutputSet("absent", "absent", List.of()),
            new OutputSet("declared", "a", List.of(Item.of("x", Key.of(7), new byte[] {1, 2}))));
    byte[] bytes = join(ResultDocument.encode(outputs));
    assertThat(bytes).hasSize(106);
    assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(RESULT);
  }

  @Test
  void noOutputsAreAnEmptyArray() {
    assertThat(new RawBsonDocument(join(ResultDocument.encode(List.of()))).toJson())
        .isEqualTo("{\"sets\": []}");
  }

  @Test
  void randomResultsAreReadBackByTheLibrary() {
    long seed = Long.getLong("pappus.seed", System.nanoTime());
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (int round = 0; round < 200; round++) {
      List<OutputSet> outputs = randomOutputs(random);
      BsonDocument document = new RawBsonDocument(join(ResultDocument.encode(outputs)));
      List<OutputSet> present = outputs.stream().filter(s -> !s.items().isEmpty()).toList();
      assertThat(document.getArray("sets")).as("seed %d", seed).hasSize(present.size());
      for (int i = 0; i < present.size(); i++) {
        BsonDocument set = document.getArray("sets").get(i).asDocument();
        assertThat(List.copyOf(set.keySet())).containsExactly("identifier", "items");
        assertThat(set.getString("identifier").getValue()).isEqualTo(present.get(i).producerName());
        List<Item> items = present.get(i).items();
        for (int j = 0; j < items.size(); j++) {
          BsonDocument item = set.getArray("items").get(j).asDocument();
          assertThat(List.copyOf(item.keySet())).containsExactly("identifier", "key", "data");
          assertThat(item.getString("identifier").getValue()).isEqualTo(items.get(j).name());
          assertThat(item.getInt64("key").getValue()).isEqualTo(items.get(j).key().value());
          assertThat(item.getBinary("data").getData()).isEqualTo(items.get(j).toBytes());
        }
      }
    }
  }

  private static List<OutputSet> randomOutputs(RandomGenerator random) {
    return IntStream.range(0, random.nextInt(5))
        .mapToObj(i ->
            new OutputSet(
                "s" + i,
                random.nextBoolean() ? "producer" + i : "",
                IntStream.range(0, random.nextInt(13)).mapToObj(_ -> item(random)).toList()))
        .toList();
  }

  private static Item item(RandomGenerator random) {
    byte[] data = new byte[random.nextInt(4) == 0 ? random.nextInt(20_000) : random.nextInt(10)];
    random.nextBytes(data);
    String name = random.nextBoolean() ? "näme/" + random.nextInt(100) : "";
    return Item.of(name, Key.of(random.nextLong(Key.MAX + 1)), data);
  }
}
