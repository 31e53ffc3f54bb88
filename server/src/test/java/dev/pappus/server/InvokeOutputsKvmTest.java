package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Limit;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way to ask for outputs, and for less time, on a real node with real guests. */
class InvokeOutputsKvmTest extends InvokeFixture {
  @Override
  void register() throws Exception {
    deploy("hello", "hello");
    deploy("hostile", "hostile");
    composeSplit();
  }

  @Test
  void whatAFunctionPrintsIsItsAnswer() throws Exception {
    HttpResponse<byte[]> answer = post("/function/hello", "World");
    assertThat(text(answer)).isEqualTo("Hello, World!\n");
    assertThat(type(answer)).isEqualTo("text/plain; charset=utf-8");
    HttpResponse<byte[]> warnings = post("/function/hello?output=stdio/stderr", "World");
    assertThat(text(warnings)).isEqualTo("greeted 5 bytes\n");
  }

  @Test
  void theClientPicksTheForm() throws Exception {
    for (String type :
        List.of(SETS, "application/json", "application/bson", "application/octet-stream")) {
      HttpResponse<byte[]> answer = post("/function/echo", "x", "accept", type);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(type(answer)).isEqualTo(type);
      assertThat(answer.headers().firstValue("x-pappus-start")).isPresent();
    }
    assertThat(type(post("/function/echo", "x", "accept", "application/json;q=0.5, */*")))
        .isEqualTo("application/octet-stream");
    ProblemAnswer.of(post("/function/echo", "x", "accept", "image/png"))
        .is(406, "not_acceptable", "caller");
    ProblemAnswer late =
        ProblemAnswer.of(post("/composition/split", "x", "accept", "application/octet-stream"));
    late.is(406, "not_acceptable", "caller");
    assertThat(late.member("instance")).isNotBlank();
  }

  @Test
  void theClientPicksAnItem() throws Exception {
    String parts = part("left:7/a.csv", "1,2") + part("left/b", "b") + "--XX--";
    HttpResponse<byte[]> picked =
        post("/composition/split?output=a:7/a.csv", parts, "content-type", BOUNDARY);
    assertThat(text(picked)).isEqualTo("1,2");
    assertThat(type(picked)).isEqualTo("text/csv; charset=utf-8");
    ProblemAnswer none =
        ProblemAnswer.of(
            post("/composition/split?output=a/a.csv", parts, "content-type", BOUNDARY));
    none.is(404, "unknown_item", "caller");
    assertThat(none.member("detail")).contains("did you mean 'a:7/a.csv'?");
    ProblemAnswer.of(post("/composition/split?output=c/a", "x")).is(404, "unknown_item", "caller");
    ProblemAnswer.of(post("/composition/split?output=a", "x")).is(400, "bad_name", "caller");
  }

  @Test
  void theClientMayShortenItsTime() throws Exception {
    ProblemAnswer late =
        ProblemAnswer.of(post("/function/hostile", "loop_forever", "pappus-timeout", "100ms"));
    late.is(504, "invocation_deadline", "platform");
    assertThat(text(post("/function/echo", "x", "pappus-timeout", "10m"))).isEqualTo("x");
  }

  @Test
  void theClientCannotExtendItsTime(@TempDir Path other) throws Exception {
    try (TestNode hasty = new TestNode(other, b -> b.limit(Limit.INVOCATION_WALL, 200_000_000L))) {
      hasty.admin("PUT", "/v1/functions/hostile", TestNode.guest("hostile"));
      ProblemAnswer late =
          ProblemAnswer.of(
              hasty.send(
                  "POST",
                  hasty.invocation() + "/function/hostile",
                  "loop_forever".getBytes(UTF_8),
                  "pappus-timeout",
                  "10m"));
      late.is(504, "invocation_deadline", "platform");
      assertThat(late.member("detail")).contains("200ms", "limits.invocation_wall");
    }
  }

  @Test
  void anInvocationIsASpanOfItsClientsTrace() throws Exception {
    String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    String parent = "00-" + trace + "-00f067aa0ba902b7-01";
    HttpResponse<byte[]> answer = post("/function/echo", "x", "traceparent", parent);
    assertThat(answer.headers().firstValue("traceparent").orElseThrow())
        .matches("00-" + trace + "-[0-9a-f]{16}-01")
        .isNotEqualTo(parent);
    assertThat(post("/function/echo", "x").headers().firstValue("traceparent").orElseThrow())
        .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00");
    HttpResponse<byte[]> failed =
        post("/function/hostile", "divide_by_zero", "traceparent", parent);
    assertThat(failed.headers().firstValue("traceparent").orElseThrow()).contains(trace);
  }
}
