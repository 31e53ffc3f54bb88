package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example functions compute what they say. */
public abstract class ExamplesContract extends ContractFixture {
  private static final long SEED = Long.getLong("pappus.seed", 20260101L);

  @TempDir static Path folder;

  private static Item matrix(int key, long rows, long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 + 8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(rows);
    for (long value : values) {
      bytes.putLong(value);
    }
    byte[] copy = new byte[bytes.capacity()];
    bytes.get(0, copy);
    return Item.of("m", Key.of(key), copy);
  }

  private static long[] words(Item item) {
    LongBuffer words =
        ByteBuffer.wrap(item.toBytes()).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
    long[] copy = new long[words.remaining()];
    words.get(copy);
    return copy;
  }

  private DataSet only(String guest, DataSet... inputs) {
    List<DataSet> outputs = succeeded(run(guest, inputs));
    assertThat(outputs).hasSize(1);
    return outputs.getFirst();
  }

  @Test
  void matmulMultipliesWithTheTranspose() {
    DataSet product =
        only("matmul", set("matrix", matrix(0, 2, 1, 2, 3, 4), matrix(1, 2, 1, 2, 3, 4)));
    assertThat(product.items()).extracting(Item::key).containsExactly(Key.ZERO, Key.of(1));
    for (Item item : product.items()) {
      assertThat(words(item)).containsExactly(2, 5, 11, 11, 25);
    }
    DataSet chained = only("matmul", new DataSet("matrix", product.items().subList(0, 1)));
    assertThat(words(chained.items().getFirst())).containsExactly(2, 146, 330, 330, 746);
    long[] ones = new long[9];
    Arrays.fill(ones, 1);
    assertThat(words(only("matmul", set("matrix", matrix(7, 3, ones))).items().getFirst()))
        .containsExactly(3, 3, 3, 3, 3, 3, 3, 3, 3, 3);
  }

  private DataSet matmac(DataSet left, DataSet right, DataSet addend) {
    return only("matmac", left, right, addend);
  }

  private static final DataSet NONE = DataSet.empty("");

  @Test
  void matmacComputesTheDiamondOfTheReference() {
    DataSet a = set("", matrix(0, 1, 7));
    DataSet b = set("", matrix(0, 1, 1, 2, 3, 5));
    DataSet transposed = set("", matrix(0, 4, 1, 2, 3, 5));
    DataSet c = matmac(a, b, NONE);
    DataSet d = matmac(transposed, a, NONE);
    DataSet e = matmac(NONE, b, c);
    DataSet g = matmac(d, c, NONE);
    DataSet result = matmac(d, e, g);
    assertThat(words(result.items().getFirst()))
        .containsExactly(
            4, 105, 210, 315, 525, 210, 420, 630, 1050, 315, 630, 945, 1575, 525, 1050, 1575, 2625);
    assertThat(result.items().getFirst().key()).isEqualTo(Key.ZERO);
  }

  @Test
  void matmacAddsAndMultipliesStaticValues() {
    DataSet two = set("", matrix(0, 1, 2));
    DataSet three = set("", matrix(0, 1, 3));
    DataSet five = set("", matrix(0, 1, 5));
    assertThat(words(matmac(two, three, five).items().getFirst())).containsExactly(1, 11);
    assertThat(words(matmac(three, two, five).items().getFirst())).containsExactly(1, 11);
    assertThat(words(matmac(three, five, two).items().getFirst())).containsExactly(1, 17);
    assertThat(matmac(NONE, NONE, NONE).isEmpty()).isTrue();
  }

  @Test
  void matmacRefusesWhatDoesNotFit() {
    InstanceResult result =
        run("matmac", set("", matrix(0, 1, 1, 2)), set("", matrix(0, 1, 1, 2)), NONE);
    assertThat(Objects.requireNonNull(failed(result).guest()).lastWords())
        .isEqualTo("cannot multiply 1x2 with 1x2\n");
  }

  @Test
  void countLinesCountsAsGrepDoes() throws IOException, InterruptedException {
    Random random = new Random(SEED);
    String[] patterns = {
      "a",
      "ab",
      "aab",
      "",
      "b\na",
      "zz",
      "ab\n\nc",
      "a\n",
      "\n",
      "c\0d",
      "ä",
      "\r",
      "ba\nbb\nab",
      "aaaaaaaaaaaaaaaaaaaab"
    };
    for (int round = 0; round < 120; round++) {
      byte[] log = randomLog(random);
      String pattern = patterns[random.nextInt(patterns.length)];
      if (pattern.indexOf('\0') >= 0) {
        pattern = "b".repeat(1 + random.nextInt(4));
      }
      Item item = Item.of("log", Key.of(round), log);
      DataSet counts =
          only("count_lines", set("log", item), set("pattern", Item.ofText("p", pattern)));
      assertThat(counts.items().getFirst().text())
          .as("seed %d round %d pattern '%s'", SEED, round, pattern)
          .isEqualTo(Long.toString(grep(pattern, log)));
      assertThat(counts.items().getFirst().key()).isEqualTo(Key.of(round));
    }
  }

  private static byte[] randomLog(Random random) {
    byte[] bytes = new byte[random.nextInt(10) == 0 ? 0 : random.nextInt(3000)];
    byte[] alphabet = "aaabbc\n\r\0ä".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = alphabet[random.nextInt(alphabet.length)];
    }
    return bytes;
  }

  private static long grep(String pattern, byte[] log) throws IOException, InterruptedException {
    Path file = folder.resolve("log");
    Files.write(file, log);
    ProcessBuilder builder = new ProcessBuilder("grep", "-acF", "-e", pattern, file.toString());
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).isLessThan(2);
    return Long.parseLong(output);
  }

  @Test
  void countLinesTakesSeveralPatternsAndLogs() {
    DataSet counts =
        only(
            "count_lines",
            set(
                "log",
                Item.ofText("one", "x\ny\nz"),
                Item.ofText("two", ""),
                Item.ofText("three", "\n")),
            set("pattern", Item.ofText("p", "x"), Item.ofText("q", "z")));
    assertThat(counts.items()).extracting(Item::name).containsExactly("one", "two", "three");
    assertThat(counts.items()).extracting(Item::text).containsExactly("2", "0", "0");
  }

  @Test
  void sumAddsAndRefusesWhatIsNoNumber() {
    DataSet total =
        only(
            "sum",
            set(
                "numbers",
                Item.ofText("a", "40"),
                Item.ofText("b", " -1\n"),
                Item.ofText("c", "3")));
    assertThat(total.items())
        .extracting(Item::name, Item::text)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("total", "42"));
    assertThat(only("sum", DataSet.empty("numbers")).items().getFirst().text()).isEqualTo("0");
    InstanceResult result = run("sum", set("numbers", Item.ofText("bad", "4x")));
    assertThat(Objects.requireNonNull(failed(result).guest()).lastWords())
        .isEqualTo("cannot add item bad\n");
  }

  @Test
  void makeRequestsTurnsLinesIntoRequests() {
    String list =
        "apache http://127.0.0.1:81/a.log\n\n"
            + "# comment\r\n"
            + "  http://host:82/b?c  \r\n"
            + "last  https://x";
    List<Item> items = only("make_requests", set("servers", Item.ofText("s", list))).items();
    assertThat(items).extracting(Item::name).containsExactly("apache", "host:82", "last");
    assertThat(items).extracting(Item::key).containsExactly(Key.ZERO, Key.of(1), Key.of(2));
    assertThat(items.get(0).text())
        .isEqualTo("GET http://127.0.0.1:81/a.log HTTP/1.1\nPappus-Expect: 2xx\n\n");
    assertThat(items.get(1).text()).startsWith("GET http://host:82/b?c HTTP/1.1\n");
    InstanceResult bad = run("make_requests", set("servers", Item.ofText("s", "\na b c")));
    assertThat(Objects.requireNonNull(failed(bad).guest()).lastWords()).contains("line 2");
  }

  @Test
  void compressImageWritesQoi() {
    byte[] head = "P6 # four pixels\n4 1\n255\n".getBytes(StandardCharsets.US_ASCII);
    byte[] image = Arrays.copyOf(head, head.length + 12);
    System.arraycopy(
        new byte[] {0, 0, 0, 0, 0, 0, 10, 20, 30, 11, 20, 29}, 0, image, head.length, 12);
    Item compressed =
        only("compress_image", set("images", Item.of("a.ppm", Key.of(3), image)))
            .items()
            .getFirst();
    assertThat(compressed.name()).isEqualTo("a.ppm");
    assertThat(compressed.key()).isEqualTo(Key.of(3));
    // Head; a run of two; a colour; a small difference; the end.
    assertThat(HexFormat.of().formatHex(compressed.toBytes()))
        .isEqualTo(
            "716f6966"
                + "00000004"
                + "00000001"
                + "0300"
                + "c1"
                + "fe0a141e"
                + "79"
                + "0000000000000001");
    byte[] cut = Arrays.copyOf(image, image.length - 1);
    InstanceResult bad = run("compress_image", set("images", Item.of("a", Key.ZERO, cut)));
    assertThat(Objects.requireNonNull(failed(bad).guest()).lastWords()).contains("P6 WIDTH HEIGHT");
  }

  @Test
  void benchmarksTakeTextAndBinaryNumbers() {
    for (String guest : List.of("matmul_n", "touch", "busy")) {
      byte[] binary = {100, 0, 0, 0, 0, 0, 0, 0};
      Item text = Item.ofText("n", "100");
      byte[] first = only(guest, set("n", text)).items().getFirst().toBytes();
      byte[] second =
          only(guest, set("n", Item.of("n", Key.ZERO, binary))).items().getFirst().toBytes();
      assertThat(first).hasSize(8).isEqualTo(second);
    }
    assertThat(words(only("matmul_n", set("n", Item.ofText("n", "33"))).items().getFirst()))
        .containsExactly(matmulChecksum(33));
  }

  private static long matmulChecksum(int n) {
    long checksum = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        long sum = 0;
        for (int k = 0; k < n; k++) {
          sum += ((i * n + k) % 7 - 3) * (long) ((k * n + j) % 11 - 5);
        }
        checksum = checksum * 31 + sum;
      }
    }
    return checksum;
  }

  @Test
  void helloPrintsToBothStreams() {
    List<Item> items = new ArrayList<>(only("hello", set("name", Item.ofText("n", "Ada"))).items());
    assertThat(items).extracting(Item::name).containsExactly("stderr", "stdout");
    assertThat(items).extracting(Item::text).containsExactly("greeted 3 bytes\n", "Hello, Ada!\n");
  }
}
