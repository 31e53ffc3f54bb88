package dev.pappus.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Item;
import dev.pappus.server.bson.Documents;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Functions in the sandbox that their owner, their binary or the node's operator chooses. */
class SandboxChoiceTest {
  /** The text format's empty module, and a memory. */
  private static final byte[] NO_FUNCTION = {0, 'a', 's', 'm', 1, 0, 0, 0, 5, 3, 1, 0, 1};

  @TempDir Path folder;

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private static void deploy(TestNode node, String name, String query, byte[] binary)
      throws Exception {
    HttpResponse<byte[]> answer = node.admin("PUT", "/v1/functions/" + name + query, binary);
    assertThat(answer.statusCode()).as(text(answer)).isEqualTo(201);
  }

  private static String greeted(TestNode node, String name) throws Exception {
    HttpResponse<byte[]> answer =
        node.invoke("/function/" + name, "World".getBytes(StandardCharsets.UTF_8));
    TestNode.assertOk(answer);
    return text(answer);
  }

  private static String described(TestNode node, String name) throws Exception {
    return text(node.admin("GET", "/v1/functions/" + name, new byte[0]));
  }

  @Test
  void theSameFunctionRunsAsItsOwnerWantsAndAgainAfterARestart() throws Exception {
    Path module = Path.of(System.getProperty("pappus.guest.build"), "greet.wasm");
    boolean hasModule = Files.exists(module);
    try (TestNode node = new TestNode(folder, _ -> {})) {
      deploy(node, "any", "", TestNode.guest("greet"));
      deploy(node, "locked", "?sandbox=process", TestNode.guest("greet"));
      if (hasModule) {
        deploy(node, "module", "", Files.readAllBytes(module));
      }
      assertThat(greeted(node, "any")).isEqualTo("Hello, World!\n");
      assertThat(greeted(node, "locked")).isEqualTo("Hello, World!\n");
      assertThat(described(node, "locked")).contains("\"sandbox\":\"process\"");
    }
    try (TestNode node = new TestNode(folder, all -> all.sandbox("process"))) {
      assertThat(greeted(node, "any")).isEqualTo("Hello, World!\n");
      assertThat(greeted(node, "locked")).isEqualTo("Hello, World!\n");
      assertThat(described(node, "any")).contains("\"sandbox\":\"process\"");
      if (hasModule) {
        assertThat(greeted(node, "module")).isEqualTo("Hello, World!\n");
        assertThat(described(node, "module")).contains("\"sandbox\":\"wasm\"");
      }
      ProblemAnswer.of(node.admin("PUT", "/v1/functions/bare?sandbox=kvm", TestNode.guest("greet")))
          .is(503, "sandbox_unavailable", "platform");
    }
  }

  @Test
  void aNodeForWebAssemblyAloneKeepsNativeFunctionsWithoutRunningThem() throws Exception {
    try (TestNode node = new TestNode(folder, all -> all.sandbox("wasm"))) {
      deploy(node, "any", "", TestNode.guest("greet"));
      ProblemAnswer.of(node.invoke("/function/any", new byte[] {'x'}))
          .is(503, "sandbox_unavailable", "platform");
      ProblemAnswer.of(node.admin("PUT", "/v1/functions/no?in=a&out=b", NO_FUNCTION))
          .is(400, "bad_binary", "caller");
      ProblemAnswer.of(node.admin("PUT", "/v1/functions/no?sandbox=wasm", TestNode.guest("greet")))
          .is(400, "bad_binary", "caller");
    }
    try (TestNode node = new TestNode(folder, all -> all.sandbox("process"))) {
      assertThat(greeted(node, "any")).isEqualTo("Hello, World!\n");
    }
  }

  @Test
  void programsForTheReferencesProcessesRunInProcesses() throws Exception {
    FunctionSpec spec =
        TestNode.spec("probe", List.of("data", "empty"), List.of("data", "stdio", "log"));
    BsonDocument document = Documents.function(spec, TestNode.guest("probe-call"));
    document.put("engine_type", new BsonString("Process"));
    try (TestNode node = new TestNode(folder, _ -> {})) {
      TestNode.assertOk(node.invoke("/register/function", Documents.encode(document)));
      List<DataSet> sets =
          node.run(
              "probe", new DataSet("data", List.of(Item.ofText("x", "y"))), DataSet.empty("empty"));
      assertThat(sets.getFirst().items()).extracting(Item::text).containsExactly("y");
    }
  }
}
