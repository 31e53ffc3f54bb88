package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.server.bson.Documents;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of every bad kind, against one node that goes on serving. */
@Tag("kvm")
class BadInputTest {
  private static final FunctionSpec SPEC = TestNode.spec("spoiled", List.of("in"), List.of("out"));
  private static final int REQUEST_BODY_MAX = 256 << 10;

  @TempDir static Path data;
  private static TestNode node;

  @BeforeAll
  static void start() throws Exception {
    node =
        new TestNode(
            data,
            configuration ->
                configuration
                    .limit(Limit.REQUEST_BODY, REQUEST_BODY_MAX)
                    .limit(Limit.BINARY_BYTES, 64 << 10)
                    .limit(Limit.REGISTRATION_BODY, 1 << 20)
                    .limit(Limit.SET_ITEMS, 100)
                    .limit(Limit.COMPOSITION_TEXT, 16 << 10));
    assertThat(node.node().sandboxes().whyNoNativePrograms()).isNull();
    node.register(TestNode.spec("echo", List.of("in"), List.of("out")), "echo");
    node.register(TestNode.spec("basic", List.of(), List.of()), "basic");
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @AfterEach
  void serves() throws Exception {
    assertServing();
  }

  private static void assertServing() throws Exception {
    HttpResponse<byte[]> answer = node.invoke("/function/echo", "healthy".getBytes(UTF_8));
    TestNode.assertOk(answer);
    assertThat(new String(answer.body(), UTF_8)).isEqualTo("healthy");
  }

  private static ProblemAnswer problem(String path, BsonDocument document) throws Exception {
    return ProblemAnswer.of(node.invoke(path, Documents.encode(document)));
  }

  // Binaries.

  private static Arguments elf(String kind, String detail, Consumer<ByteBuffer> spoil) {
    return Arguments.of(kind, detail, spoil);
  }

  /** Where field {@code offset} of program header {@code index} stands. */
  private static int program(int index, int offset) {
    return 64 + 56 * index + offset;
  }

  static Stream<Arguments> spoiledElfFiles() {
    return Stream.of(
        elf("cut in its header", "", file -> file.limit(40)),
        elf("cut in its program headers", "", file -> file.limit(100)),
        elf("cut in its code", "beyond the end of the file", file -> file.limit(0x1100)),
        elf("cut in its symbols", "", file -> file.limit(file.limit() - 100)),
        elf("no ELF file", "not an ELF file", file -> file.putInt(0, 0x2123)),
        elf("32 bits", "not a 64-bit", file -> file.put(4, (byte) 1)),
        elf("for AArch64", "built for AArch64", file -> file.putShort(18, (short) 183)),
        elf("relocatable", "object file", file -> file.putShort(16, (short) 1)),
        elf("interpreter", "dynamically linked", file -> file.putInt(program(4, 0), 3)),
        elf("dynamic section", "dynamically linked", file -> file.putInt(program(4, 0), 2)),
        elf("overlapping", "overlap", file -> file.putLong(program(2, 16), 0x11000)),
        elf("huge in memory", "does not fit", file -> file.putLong(program(3, 40), 1L << 40)),
        elf("huge in the file", "beyond", file -> file.putLong(program(3, 32), 1L << 40)),
        elf("wrapping", "does not fit", file -> file.putLong(program(3, 40), -1)),
        elf("at page 0", "page 0", file -> file.putLong(program(0, 16), 0)),
        elf("at a reserved address", "fit", file -> file.putLong(program(0, 16), 0x7F0000000000L)),
        elf("entered in data", "entry point", file -> file.putLong(24, 0x14300)),
        elf("entered nowhere", "entry point", file -> file.putLong(24, 0)),
        elf("without sections", "no section headers", file -> file.putShort(60, (short) 0)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("spoiledElfFiles")
  void malformedElfFiles(String kind, String detail, Consumer<ByteBuffer> spoil) throws Exception {
    ByteBuffer file = ByteBuffer.wrap(TestNode.guest("echo")).order(ByteOrder.LITTLE_ENDIAN);
    spoil.accept(file);
    byte[] bytes = Arrays.copyOf(file.array(), file.limit());
    for (HttpResponse<byte[]> answer :
        List.of(
            node.admin("PUT", "/v1/functions/spoiled", bytes),
            node.admin("PUT", "/v1/functions/spoiled?in=in&out=out", bytes),
            node.invoke("/register/function", Documents.encode(Documents.function(SPEC, bytes))))) {
      ProblemAnswer problem = ProblemAnswer.of(answer).is(400, "bad_binary", "caller");
      assertThat(problem.member("detail")).contains(detail);
    }
    // Nothing of it was kept, and it does not stand in the way of a good one.
    ProblemAnswer.of(node.invoke("/function/spoiled", bytes))
        .is(404, "unknown_invocable", "caller");
  }

  @ParameterizedTest
  @CsvSource({
    "-9223372036854775808,bad_request",
    "-1,bad_request",
    "0,bad_request",
    "1,bad_binary",
    "4096,bad_binary",
    "8589934592,bad_request",
    "9223372036854775807,bad_request"
  })
  void contextsOfNoUse(long bytes, String code) throws Exception {
    BsonDocument document = Documents.function(SPEC, TestNode.guest("echo"));
    document.put("context_size", new BsonInt64(bytes));
    problem("/register/function", document).is(400, code, "caller");
  }

  @Test
  void otherEnginesAndLocalFiles() throws Exception {
    BsonDocument document = Documents.function(SPEC, TestNode.guest("echo"));
    document.put("engine_type", new BsonString("Cheri"));
    problem("/register/function", document).is(400, "bad_request", "caller");
    problem("/register/function", Documents.localFunction(SPEC, "/etc/passwd"))
        .is(403, "local_path_denied", "caller");
  }

  // Documents.

  private static BsonDocument echo() {
    return Documents.invocation(
        "echo", List.of(new DataSet("in", List.of(Item.ofText("item", "text")))));
  }

  @Test
  void bsonThatBreaksOff() throws Exception {
    byte[] whole = Documents.encode(echo());
    TestNode.assertOk(node.invoke("/hot/x", whole));
    for (int length = 0; length < whole.length; length++) {
      ProblemAnswer.of(node.invoke("/hot/x", Arrays.copyOf(whole, length)))
          .is(400, "bad_bson", "caller");
    }
    ProblemAnswer.of(node.invoke("/hot/x", Arrays.copyOf(whole, whole.length + 1)))
        .is(400, "bad_bson", "caller");
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 4, 1 << 20, Integer.MAX_VALUE})
  void bsonWithWrongLengths(int length) throws Exception {
    byte[] whole = Documents.encode(echo());
    ByteBuffer bytes = ByteBuffer.wrap(whole.clone()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(0, length);
    ProblemAnswer.of(node.invoke("/hot/x", bytes.array())).is(400, "bad_bson", "caller");
    // The four bytes of the item, behind their length and subtype.
    int data = new String(whole, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("text");
    bytes = ByteBuffer.wrap(whole.clone()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(data - 5, length == 4 ? 5 : length);
    ProblemAnswer.of(node.invoke("/hot/x", bytes.array())).is(400, "bad_bson", "caller");
  }

  static Stream<BsonDocument> strangeDocuments() {
    BsonDocument item = Documents.invocation("echo", List.of()).append("more", new BsonInt32(1));
    BsonDocument both = echo().append("composition", new BsonString("composition c() => () {}"));
    BsonDocument neither = echo();
    neither.remove("name");
    BsonDocument noSets = new BsonDocument("name", new BsonString("echo"));
    BsonDocument wrongType = echo().append("name", new BsonInt32(7));
    BsonValue deep = new BsonInt32(1);
    for (int i = 0; i < 1000; i++) {
      deep = new BsonArray(List.of(deep));
    }
    BsonDocument nested = echo().append("sets", deep);
    BsonDocument wideKey = echo();
    wideKey
        .getArray("sets")
        .get(0)
        .asDocument()
        .getArray("items")
        .get(0)
        .asDocument()
        .put("key", new BsonInt64(Key.MAX + 1));
    return Stream.of(item, both, neither, noSets, wrongType, nested, wideKey);
  }

  @ParameterizedTest
  @MethodSource("strangeDocuments")
  void bsonThatIsNoInvocation(BsonDocument document) throws Exception {
    problem("/hot/x", document).is(400, "bad_bson", "caller");
    problem("/cold/x", document).is(400, "bad_bson", "caller");
  }

  // Names.

  @ParameterizedTest
  @ValueSource(strings = {"..", "../up", "a/b", "/etc/passwd", "", "a b", "a\u0000b", "ä", "a."})
  void namesThatAreNone(String name) throws Exception {
    byte[] guest = TestNode.guest("echo");
    BsonDocument document = Documents.function(SPEC, guest);
    document.put("name", new BsonString(name));
    problem("/register/function", document).is(400, "bad_name", "caller");
    document = Documents.function(SPEC, guest);
    document.put("output_sets", new BsonArray(List.of(new BsonString(name))));
    problem("/register/function", document).is(400, "bad_name", "caller");
    problem("/hot/x", Documents.invocation(name, List.of())).is(404, "unknown_invocable", "caller");
  }

  @ParameterizedTest
  @ValueSource(strings = {"..", "../up", "a/../b", "./a", "a/.", "/etc/passwd", "a\u0000b"})
  void itemNamesThatLeadElsewhere(String name) throws Exception {
    problem(
            "/hot/x",
            Documents.invocation(
                "echo", List.of(new DataSet("in", List.of(Item.ofText(name, "x"))))))
        .is(400, "bad_name", "caller");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/functions/..", "/v1/functions/%2e%2e", "/v1/functions/a%2Fb"})
  void namesInPaths(String path) throws Exception {
    ProblemAnswer.of(node.admin("PUT", path, TestNode.guest("echo"))).is(400, "bad_name", "caller");
    ProblemAnswer.of(node.invoke(path.replace("/v1/functions", "/function"), "x".getBytes(UTF_8)))
        .is(400, "bad_name", "caller");
  }

  // Functions and sets that are not there.

  @Test
  void unknownFunctionsAndSets() throws Exception {
    ProblemAnswer unknown = problem("/hot/x", Documents.invocation("ecko", List.of()));
    unknown.is(404, "unknown_invocable", "caller");
    assertThat(unknown.member("detail")).contains("did you mean 'echo'?");
    ProblemAnswer.of(node.invoke("/function/ecko", "x".getBytes(UTF_8)))
        .is(404, "unknown_invocable", "caller");
    assertServing();
    DataSet set = DataSet.empty("in");
    problem("/hot/x", Documents.invocation("echo", List.of(set, set)))
        .is(400, "unknown_set", "caller");
    ProblemAnswer.of(node.invoke("/function/basic", "x".getBytes(UTF_8)))
        .is(400, "unknown_set", "caller");
    assertServing();
    problem("/hot/x", Documents.invocation("HTTP", List.of()))
        .is(403, "communication_direct", "caller");
    problem(
            "/register/composition",
            Documents.compositions(
                "function echo(a, b) => (c); composition x(a) => (b) {"
                    + " echo(a = all a) => (b = c); }"))
        .is(422, "composition_invalid", "caller");
  }

  // Sizes.

  @Test
  void tooMuchOfEverything() throws Exception {
    byte[] large = new byte[REQUEST_BODY_MAX + 1];
    for (String path : List.of("/function/echo", "/hot/x", "/cold/x")) {
      assertNamesLimit(node.invoke(path, large), "payload_too_large", Limit.REQUEST_BODY);
    }
    assertServing();
    assertNamesLimit(
        node.admin("PUT", "/v1/functions/big", large), "payload_too_large", Limit.BINARY_BYTES);
    assertNamesLimit(
        node.invoke(
            "/register/function",
            Documents.encode(Documents.function(SPEC, Arrays.copyOf(large, (64 << 10) + 1)))),
        "payload_too_large",
        Limit.BINARY_BYTES);
    assertNamesLimit(
        node.invoke("/register/function", new byte[(1 << 20) + 1]),
        "payload_too_large",
        Limit.REGISTRATION_BODY);
    assertServing();
    List<Item> items = Collections.nCopies(101, Item.ofText("i", ""));
    assertNamesLimit(
        node.invoke(
            "/hot/x",
            Documents.encode(Documents.invocation("echo", List.of(new DataSet("in", items))))),
        "too_many_items",
        Limit.SET_ITEMS);
    ProblemAnswer text =
        ProblemAnswer.of(node.admin("POST", "/v1/compositions", new byte[(16 << 10) + 1]));
    text.is(413, "payload_too_large", "caller");
  }

  private static void assertNamesLimit(HttpResponse<byte[]> answer, String code, Limit limit) {
    ProblemAnswer problem = ProblemAnswer.of(answer).is(413, code, "caller");
    assertThat(problem.member("detail")).contains("limits." + limit.key());
  }
}
