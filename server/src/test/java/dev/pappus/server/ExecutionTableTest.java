package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.server.bson.Documents;
import dev.pappus.server.http.Http2Client;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reference's table of execution tests, over its own surface, row by row. */
@Tag("kvm")
class ExecutionTableTest {
  private static final String DECLARATIONS =
      """
      function matmul(matrix) => (product);
      function matmac(left, right, addend) => (result);
      """;
  private static final DataSet NONE = DataSet.empty("none");
  private static final Matrix SMALL = Matrix.of(2, 1, 2, 3, 4);
  private static final Matrix PRODUCT = Matrix.of(2, 5, 11, 11, 25);

  @TempDir static Path data;
  private static TestNode node;
  private static HttpServer matrices;

  @BeforeAll
  static void start() throws Exception {
    matrices = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    matrices.createContext(
        "/matrix",
        exchange -> {
          exchange.sendResponseHeaders(200, SMALL.bytes().length);
          exchange.getResponseBody().write(SMALL.bytes());
          exchange.close();
        });
    matrices.start();
    node =
        new TestNode(
            data,
            configuration ->
                configuration
                    .allowEgress("127.0.0.1:" + matrices.getAddress().getPort())
                    .localPathFolder(Path.of(System.getProperty("pappus.guest.build"))));
    assertThat(node.node().sandboxes().whyNoNativePrograms()).isNull();
    node.register(TestNode.spec("basic", List.of(), List.of()), "basic");
    node.register(matmul("matmul"), "matmul");
    node.register(
        TestNode.spec("matmac", List.of("left", "right", "addend"), List.of("result")), "matmac");
  }

  @AfterAll
  static void stop() {
    node.close();
    matrices.stop(0);
  }

  private static FunctionSpec matmul(String name) {
    return TestNode.spec(name, List.of("matrix"), List.of("product"));
  }

  /** Registers {@code composition} and runs it. */
  private static List<DataSet> run(String name, String composition, DataSet... inputs)
      throws Exception {
    node.register(DECLARATIONS + "composition " + name + composition);
    return node.run(name, inputs);
  }

  private static Matrix only(List<DataSet> sets) {
    assertThat(sets).hasSize(1);
    return Matrix.in(sets.getFirst());
  }

  @Test
  void basicRunsWithoutSets() throws Exception {
    assertThat(node.run("basic")).isEmpty();
  }

  @Test
  void matmulAlone() throws Exception {
    assertThat(only(node.run("matmul", SMALL.set()))).isEqualTo(PRODUCT);
  }

  @Test
  void matmulAsTheOnlyStatement() throws Exception {
    String one = "(a) => (b) { matmul(matrix = all a) => (b = product); }";
    assertThat(only(run("single", one, SMALL.set()))).isEqualTo(PRODUCT);
  }

  @Test
  void eachItemGetsAnInstance() throws Exception {
    String each = "(a) => (b) { matmul(matrix = each a) => (b = product); }";
    List<DataSet> sets =
        run("every", each, new DataSet("a", List.of(SMALL.item(0), SMALL.item(1))));
    assertThat(sets).hasSize(1);
    assertThat(sets.getFirst().items())
        .extracting(item -> item.key().value(), Matrix::in)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(0L, PRODUCT),
            org.assertj.core.groups.Tuple.tuple(1L, PRODUCT));
  }

  @Test
  void matmulTwiceInAChain() throws Exception {
    String chain =
        """
        (a) => (c) {
          matmul(matrix = all a) => (b = product);
          matmul(matrix = all b) => (c = product);
        }
        """;
    assertThat(only(run("chain", chain, SMALL.set()))).isEqualTo(Matrix.of(2, 146, 330, 330, 746));
  }

  @Test
  void theMatmacDiamond() throws Exception {
    String diamond =
        """
        (a, b, bt) => (r) {
          matmac(left = all a, right = all b) => (c = result);
          matmac(left = all bt, right = all a) => (d = result);
          matmac(left = all b, addend = all c) => (e = result);
          matmac(left = all d, right = all c) => (g = result);
          matmac(left = all d, right = all e, addend = all g) => (r = result);
        }
        """;
    List<DataSet> sets =
        run(
            "diamond",
            diamond,
            Matrix.of(1, 7).set(),
            Matrix.of(1, 1, 2, 3, 5).set(),
            Matrix.of(4, 1, 2, 3, 5).set());
    assertThat(only(sets))
        .isEqualTo(
            Matrix.of(
                4, 105, 210, 315, 525, 210, 420, 630, 1050, 315, 630, 945, 1575, 525, 1050, 1575,
                2625));
  }

  @Test
  void tenAdditionsOfLargeMatrices() throws Exception {
    StringBuilder text =
        new StringBuilder(
            "(a0, b) => (a10) { matmac(left = all b, addend = all b) => (c = result);");
    for (int i = 0; i < 10; i++) {
      text.append("matmac(left = all a%d, addend = all c) => (a%d = result);".formatted(i, i + 1));
    }
    List<DataSet> sets =
        run(
            "additions",
            text.append('}').toString(),
            Matrix.square(128, i -> i).set(),
            Matrix.square(128, _ -> 1).set());
    assertThat(only(sets)).isEqualTo(Matrix.square(128, i -> i + 20));
  }

  @ParameterizedTest
  @CsvSource({"'',false", "optional,true"})
  void anAbsentInput(String optional, boolean runs) throws Exception {
    String text =
        "(a, b) => (r) { matmac(left = all a, addend = %s all b) => (r = result); }"
            .formatted(optional);
    List<DataSet> sets = run("absent_" + optional, text, SMALL.set(), NONE);
    assertThat(sets).hasSize(runs ? 1 : 0);
    if (runs) {
      assertThat(only(sets)).isEqualTo(SMALL);
    }
  }

  @ParameterizedTest
  @CsvSource({"'',false", "optional,true"})
  void aSetThatItsProducerLeavesEmpty(String optional, boolean runs) throws Exception {
    // matmac makes nothing of an empty item.
    String text =
        """
        (a, nothing) => (r) {
          matmac(left = all nothing) => (b = result);
          matmac(left = all a, addend = %s all b) => (r = result);
        }
        """
            .formatted(optional);
    DataSet nothing = new DataSet("n", List.of(Item.of("empty", Key.ZERO, new byte[0])));
    List<DataSet> sets = run("left_empty_" + optional, text, SMALL.set(), nothing);
    assertThat(sets).hasSize(runs ? 1 : 0);
    if (runs) {
      assertThat(only(sets)).isEqualTo(SMALL);
    }
  }

  private static FunctionSpec matmacWithFixed(String name, Matrix... fixed) {
    List<InputSet> inputs = new ArrayList<>();
    for (int i = 0; i < fixed.length; i++) {
      List<Item> items = fixed[i].words().isEmpty() ? List.of() : List.of(fixed[i].item(0));
      inputs.add(new InputSet(List.of("left", "right", "addend").get(i), items));
    }
    return new FunctionSpec(name, inputs, List.of("result"), 64 << 20, List.of());
  }

  private static Matrix scalar(long value) {
    return Matrix.of(1, value);
  }

  @Test
  void staticSetsFillTheirPositions() throws Exception {
    Matrix free = new Matrix(List.of());
    Matrix two = scalar(2);
    node.register(matmacWithFixed("fixed_left", two, free, free), "matmac");
    node.register(matmacWithFixed("fixed_right", free, two, free), "matmac");
    node.register(matmacWithFixed("fixed_addend", free, free, two), "matmac");
    DataSet three = scalar(3).set();
    DataSet five = scalar(5).set();
    // What is supplied for a fixed position, nothing or something, makes no difference.
    for (DataSet ignored : List.of(NONE, scalar(100).set())) {
      assertThat(only(node.run("fixed_left", ignored, three, five))).isEqualTo(scalar(11));
      assertThat(only(node.run("fixed_right", three, ignored, five))).isEqualTo(scalar(11));
      assertThat(only(node.run("fixed_addend", three, five, ignored))).isEqualTo(scalar(17));
    }
    assertThat(only(node.run("fixed_addend", three, five))).isEqualTo(scalar(17));
  }

  @Test
  void twoPositionsMayBeFixed() throws Exception {
    Matrix free = new Matrix(List.of());
    node.register(matmacWithFixed("free_left", free, scalar(2), scalar(5)), "matmac");
    node.register(matmacWithFixed("free_right", scalar(3), free, scalar(5)), "matmac");
    node.register(matmacWithFixed("free_addend", scalar(3), scalar(5), free), "matmac");
    assertThat(only(node.run("free_left", scalar(3).set()))).isEqualTo(scalar(11));
    assertThat(only(node.run("free_right", NONE, scalar(2).set()))).isEqualTo(scalar(11));
    assertThat(only(node.run("free_addend", NONE, NONE, scalar(2).set()))).isEqualTo(scalar(17));
  }

  @Test
  void staticSetsHoldInCompositionsToo() throws Exception {
    Matrix free = new Matrix(List.of());
    node.register(matmacWithFixed("doubled", free, scalar(2), free), "matmac");
    node.register(
        """
        function doubled(left, right, addend) => (result);
        composition double_and_add(a, b) => (r) {
          doubled(left = all a, right = all b, addend = all b) => (r = result);
        }
        """);
    assertThat(only(node.run("double_and_add", scalar(3).set(), scalar(5).set())))
        .isEqualTo(scalar(11));
  }

  @Test
  void aBodyThatWasFetchedIsMultiplied() throws Exception {
    node.register(
        """
        function HTTP(requests) => (headers, bodies);
        function matmul(matrix) => (product);
        composition fetch(requests) => (product) {
          HTTP(requests = each requests) => (bodies = bodies);
          matmul(matrix = each bodies) => (product = product);
        }
        """);
    String request =
        "GET http://127.0.0.1:" + matrices.getAddress().getPort() + "/matrix HTTP/1.1\n\n";
    DataSet requests =
        new DataSet("requests", List.of(Item.of("get", Key.ZERO, request.getBytes(UTF_8))));
    assertThat(only(node.run("fetch", requests))).isEqualTo(PRODUCT);
  }

  /** An exchange in one of the two protocols. */
  private interface Exchange {
    byte[] send(String path, byte[] body) throws Exception;
  }

  private static byte[] sendHttp1(String path, byte[] body) throws Exception {
    HttpResponse<byte[]> answer = node.invoke(path, body);
    TestNode.assertOk(answer);
    return answer.body();
  }

  private static byte[] sendHttp2(String path, byte[] body) {
    try (Http2Client client = new Http2Client(node.invocationAddress())) {
      Http2Client.Answer answer = client.call("POST", path, body);
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      return answer.body();
    }
  }

  @ParameterizedTest
  @CsvSource({"1,upload", "1,local_path", "2,upload", "2,local_path"})
  void registeredInEveryWayOverBothProtocols(int version, String way) throws Exception {
    Exchange exchange =
        version == 1 ? ExecutionTableTest::sendHttp1 : ExecutionTableTest::sendHttp2;
    FunctionSpec spec = matmul("matmul_%s_%d".formatted(way, version));
    exchange.send(
        "/register/function",
        Documents.encode(
            way.equals("upload")
                ? Documents.function(spec, TestNode.guest("matmul"))
                : Documents.localFunction(spec, "matmul.elf")));
    DataSet ones = Matrix.square(3, _ -> 1).set();
    DataSet product = call(exchange, spec.name(), ones);
    assertThat(product.items().getFirst().sizeBytes()).isEqualTo((9 + 1) * 8);
    assertThat(Matrix.in(product)).isEqualTo(Matrix.square(3, _ -> 3));
    String chain =
        """
        function NAME(matrix) => (product);
        composition NAME_chain(a) => (c) {
          NAME(matrix = all a) => (b = product);
          NAME(matrix = all b) => (c = product);
        }
        """
            .replace("NAME", spec.name());
    exchange.send("/register/composition", Documents.encode(Documents.compositions(chain)));
    assertThat(Matrix.in(call(exchange, spec.name() + "_chain", ones)))
        .isEqualTo(Matrix.square(3, _ -> 27));
  }

  private static DataSet call(Exchange exchange, String name, DataSet input) throws Exception {
    byte[] request = Documents.encode(Documents.invocation(name, List.of(input)));
    List<DataSet> sets = Documents.result(exchange.send("/hot/matmul", request));
    assertThat(sets).hasSize(1);
    return sets.getFirst();
  }
}
