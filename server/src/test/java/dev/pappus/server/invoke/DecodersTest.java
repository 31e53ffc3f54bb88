package dev.pappus.server.invoke;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Signature;
import dev.pappus.server.http.Body;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that hold sets: what they say, and what is wrong with them. */
class DecodersTest {
  private static final InvokeTarget TARGET =
      new InvokeTarget("f", "", new Signature(List.of("logs", "model"), List.of("out")));
  private static final Limits LIMITS = Limits.DEFAULTS.with(Limit.SET_ITEMS, 3);
  private static final int ROUNDS = 5_000;

  static final String SETS =
      """
      {"sets":[{"name":"logs","items":[
        {"name":"a","key":7,"base64":"AAEC\\/w=="},
        {"text":"gr\\u00fc\\u00df \\ud83d\\ude00","name":"b/c"}]},
       {"items":[{"base64":"","name":""}],"name":"model"}]}
      """;

  static final String PARTS =
      """
      preamble
      --XX
      Content-Disposition: form-data; name="logs:7/a"; filename="C:\\x"

      line
      --X
      --XX-
      --XX
      content-type: text/plain
      CONTENT-DISPOSITION: form-data; name="logs/b%22\\""

      --XX \t
      Content-Disposition: form-data; name="model"


      --XX--
      epilogue\
      """
          .replace("\n", "\r\n");

  private static List<DataSet> sets(byte[] bytes) {
    SetCollector collector = new SetCollector(TARGET, LIMITS);
    SetsReader.read(new Body(bytes, bytes.length), collector);
    return collector.sets();
  }

  private static List<DataSet> sets(String text) {
    return sets(text.getBytes(UTF_8));
  }

  private static List<DataSet> parts(byte[] bytes) {
    SetCollector collector = new SetCollector(TARGET, LIMITS);
    MultipartReader.read(
        new Body(bytes, bytes.length),
        HeaderValue.parse("multipart/form-data; boundary=\"XX\""),
        collector);
    return collector.sets();
  }

  private static List<DataSet> parts(String text) {
    return parts(text.getBytes(ISO_8859_1));
  }

  private static String shown(List<DataSet> sets) {
    return sets.stream()
        .flatMap(set -> set.items().stream().map(item -> shown(set, item)))
        .collect(Collectors.joining(" "));
  }

  private static String shown(DataSet set, Item item) {
    return "%s:%s/%s=%s".formatted(set.name(), item.key(), item.name(), item.text());
  }

  /** Reads damaged bodies; returns whether it was refused. */
  static boolean isRefused(byte[] bytes) {
    boolean refused = false;
    for (boolean json : new boolean[] {true, false}) {
      try {
        var _ = json ? sets(bytes.clone()) : parts(bytes.clone());
      } catch (ProblemException e) {
        assertThat(e.problem().hint()).isNotNull();
        refused = true;
      }
    }
    return refused;
  }

  /** Found by fuzzing: an encoding that the parser knows but cannot read. */
  @Test
  void strangeEncodingsAreRefused() {
    byte[] strange = {0, 0, '$', 0, 4};
    assertThatExceptionOfType(ProblemException.class).isThrownBy(() -> sets(strange.clone()));
  }

  @Test
  void setsAreRead() {
    List<DataSet> sets = sets(SETS);
    assertThat(sets.getFirst().items().getFirst().key()).isEqualTo(Key.of(7));
    assertThat(sets.getFirst().items().getFirst().toBytes())
        .isEqualTo(new byte[] {0, 1, 2, (byte) 0xFF});
    assertThat(sets.getFirst().items().get(1).text()).isEqualTo("grüß 😀");
    assertThat(sets.get(1).items()).hasSize(1);
    assertThat(sets.get(1).items().getFirst().sizeBytes()).isZero();
    assertThat(sets("{\"sets\":[]}").stream().allMatch(DataSet::isEmpty)).isTrue();
  }

  @Test
  void itemsKeepTheirOrderAndDuplicates() {
    assertThat(
            shown(
                sets(
                    """
                    {"sets":[{"name":"logs","items":[{"name":"a","text":"1"},{"name":"a","text":"2"}]},
                      {"name":"model","items":[]},{"name":"logs","items":[{"name":"a","text":"3"}]}]}
                    """)))
        .isEqualTo("logs:0/a=1 logs:0/a=2 logs:0/a=3");
  }

  @Test
  void longDataIsDecodedWhereItIs() {
    byte[] data = new byte[100_001];
    RandomGenerator.getDefault().nextBytes(data);
    String text = "€".repeat(50_000);
    String document =
        "{\"sets\":[{\"name\":\"logs\",\"items\":[{\"name\":\"a\",\"base64\":\"%s\"},{\"name\":\"b\",\"text\":\"%s\"},{\"name\":\"c\",\"base64\":\"%s\"}]}]}"
            .formatted(
                Base64.getEncoder().encodeToString(data),
                text,
                Base64.getEncoder().encodeToString(data));
    List<Item> items = sets(document).getFirst().items();
    assertThat(items.get(0).toBytes()).isEqualTo(data);
    assertThat(items.get(1).text()).isEqualTo(text);
    assertThat(items.get(2).toBytes()).isEqualTo(data);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|bad_request|object",
        "[]|bad_request|object",
        "{}|bad_request|lacks 'sets'",
        "{\"sets\":{}}|bad_request|not an array",
        "{\"set\":[]}|bad_request|did you mean 'sets'?",
        "{\"sets\":[]} 1|bad_request|follows",
        "{\"sets\":[],\"sets\":[]}|bad_request|twice",
        "{\"sets\":[{\"name\":\"logs\"}]}|bad_request|lacks 'items'",
        "{\"sets\":[{\"name\":\"log\",\"items\":[]}]}|unknown_set|did you mean 'logs'?",
        "{\"sets\":[{\"name\":\"logs\",\"item\":[]}]}|bad_request|did you mean 'items'?",
        "{\"sets\":[{\"name\":\"logs\",\"items\":[{\"name\":\"a\"}]}]}|bad_request|'base64' or 'text'",
        "{\"sets\":[{\"name\":\"logs\",\"items\":[{\"text\":\"a\"}]}]}|bad_request|lacks 'name'",
        "{\"sets\":[{\"name\":\"logs\",\"items\":[{\"name\":\"a\",\"text\":\"\",\"base64\":\"\"}]}]}|bad_request|alternative",
        "{\"sets\":[{\"name\":\"logs\",\"items\":[{\"name\":\"a\",\"base64\":\"*\"}]}]}|bad_request|line 1",
        "{\"sets\":[{\"name\":\"logs\",\"items\":[{\"name\":\"a\",\"base64\":\"AAA\"}]}]}|bad_request|line 1",
        "{\"sets\":[{\"name\":\"logs\",\"items\":[{\"name\":\"a\",\"key\":-1,\"text\":\"\"}]}]}|bad_request|whole number",
        "{\"sets\":[{\"name\":\"logs\",\"items\":[{\"name\":\"a\",\"key\":4294967296,\"text\":\"\"}]}]}|bad_request|whole number",
        "{\"sets\":[{\"name\":\"logs\",\"items\":[{\"name\":\"a\",\"key\":99999999999999999999,\"text\":\"\"}]}]}|bad_request|column",
        "{\"sets\":[{\"name\":\"logs\",\"items\":[{\"name\":\"a\",\"key\":1.0,\"text\":\"\"}]}]}|bad_request|whole number",
        "{\"sets\":[{\"name\":\"logs\",\"items\":[{\"name\":\"../a\",\"text\":\"\"}]}]}|bad_name|'..'",
        "{\"sets\":[[[[[[[[[[[[]]]]]]]]]]]]}|bad_request|object",
      })
  void setsThatAreNone(String document, String code, String part) {
    assertThatThrownBy(() -> sets(document))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.problem().code().text()).isEqualTo(code);
              assertThat(e.problem().detail()).contains(part);
            });
  }

  @Test
  void setsMustBeUtf8() {
    assertThatThrownBy(() -> sets(SETS.getBytes(java.nio.charset.StandardCharsets.UTF_16)))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("UTF-8");
  }

  @Test
  void itemsAreCounted() {
    String item = "{\"name\":\"a\",\"text\":\"\"},".repeat(4);
    for (String document :
        List.of(
            "{\"sets\":[{\"name\":\"logs\",\"items\":[" + item, "{\"sets\":[{\"items\":[" + item)) {
      assertThatThrownBy(() -> sets(document))
          .isInstanceOfSatisfying(
              ProblemException.class,
              e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.TOO_MANY_ITEMS));
    }
    String part = "--XX\r\nContent-Disposition: form-data; name=\"logs/a\"\r\n\r\n\r\n";
    assertThatThrownBy(() -> parts(part.repeat(4) + "--XX--"))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.TOO_MANY_ITEMS));
  }

  @Test
  void partsAreReadInPlace() {
    byte[] bytes = PARTS.getBytes(ISO_8859_1);
    List<DataSet> sets = parts(bytes);
    assertThat(shown(sets)).isEqualTo("logs:7/a=line\r\n--X\r\n--XX- logs:0/b\"\"=");
    assertThat(sets.getFirst().items().getFirst().data().heapBase().orElseThrow()).isSameAs(bytes);
  }

  @Test
  void whatFollowsTheEndIsNobodys() {
    assertThat(shown(parts("--XX--x"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--XX",
        "--XX\r\n\r\n\r\n--XX--",
        "--XX\r\nContent-Disposition: form-data; name=\"logs/a\"\r\n\r\nx",
        "--XX\r\nContent-Disposition: form-data; name=\"logs/a\"\r\n\r\nx--XX--",
        "--XX\r\nContent-Disposition: form-data; name=\"logs/a\r\n\r\nx\r\n--XX--",
        "--XX\r\nContent-Disposition: form-data; name=\"logs/a\"",
        "--XX\r\nContent-Disposition: form-data; filename=\"a\"\r\n\r\nx\r\n--XX--",
        "--XX\r\nContent-Disposition: form-data; name=\"other/a\"\r\n\r\nx\r\n--XX--",
        "--XX\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n\r\n--XX--",
        "--XX\r\nContent-Disposition: form-data; name=\"logs\"\r\n\r\nx\r\n--XX--",
        "--XX\r\nContent-Disposition: form-data; name=\"logs/\"\r\n\r\nx\r\n--XX--",
        "--XX\r\nContent-Disposition: form-data; name=\"logs:x/a\"\r\n\r\nx\r\n--XX--",
        "--XX\r\nContent-Disposition: form-data; name=\"logs/../a\"\r\n\r\nx\r\n--XX--",
        "--XX\r\nContent-Disposition: form-data; name=\"logs/\u00ff\"\r\n\r\nx\r\n--XX--",
        "--XX\r\nContent-Transfer-Encoding: base64\r\n"
            + "Content-Disposition: form-data; name=\"logs/a\"\r\n\r\nx\r\n--XX--",
      })
  void partsThatAreNone(String body) {
    assertThatThrownBy(() -> parts(body))
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.problem().hint()).isNotBlank());
  }

  @Test
  void boundariesAreNeededAndBounded() {
    for (String type :
        List.of("multipart/form-data", "multipart/form-data; boundary=" + "x".repeat(71))) {
      assertThatThrownBy(() ->
              MultipartReader.read(
                  Body.EMPTY, HeaderValue.parse(type), new SetCollector(TARGET, LIMITS)))
          .isInstanceOf(ProblemException.class)
          .hasMessageContaining("boundary");
    }
  }

  @Test
  void damageIsAlwaysNoticedOrHarmless() {
    long seed = Long.getLong("pappus.seed", System.nanoTime());
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    List<byte[]> seeds = List.of(SETS.getBytes(UTF_8), PARTS.getBytes(ISO_8859_1));
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] whole = seeds.get(round % seeds.size());
      byte[] mutant =
          random.nextInt(4) == 0
              ? Arrays.copyOf(whole, random.nextInt(whole.length))
              : whole.clone();
      for (int i = 0; i < 1 + random.nextInt(3) && mutant.length > 0; i++) {
        mutant[random.nextInt(mutant.length)] =
            random.nextBoolean() ? (byte) random.nextInt() : whole[random.nextInt(whole.length)];
      }
      try {
        refused += isRefused(mutant) ? 1 : 0;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + ", round " + round, e);
      }
    }
    assertThat(refused).isGreaterThan(ROUNDS / 4);
  }
}
