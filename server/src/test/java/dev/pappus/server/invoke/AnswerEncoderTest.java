package dev.pappus.server.invoke;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.dispatcher.OutputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.server.http.Response;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What answers are made of outputs. */
class AnswerEncoderTest {
  private static final OutputSet STDIO =
      set("stdio", Item.ofText("stderr", "oops"), Item.ofText("stdout", "hi"));

  private static OutputSet set(String name, Item... items) {
    return new OutputSet(name, "made_by_" + name, List.of(items));
  }

  private static Response answer(String format, OutputSet... outputs) {
    return AnswerEncoder.encode(List.of(outputs), AnswerFormat.parse(format));
  }

  private static byte[] bytes(Response response) {
    byte[] bytes = new byte[(int) response.bodyBytes()];
    int at = 0;
    for (MemorySegment piece : response.body()) {
      MemorySegment.copy(piece, ValueLayout.JAVA_BYTE, 0, bytes, at, (int) piece.byteSize());
      at += (int) piece.byteSize();
    }
    return bytes;
  }

  private static String text(Response response) {
    return new String(bytes(response), UTF_8);
  }

  private static @Nullable String header(Response response, String name) {
    return response.headers().stream()
        .filter(header -> header.name().equals(name))
        .map(Response.Header::value)
        .findFirst()
        .orElse(null);
  }

  @Test
  void theOnlyItemIsSentAsItIs() {
    Response answer = answer("auto", STDIO, set("out", Item.ofText("a/Photo.PNG", "x")));
    assertThat(text(answer)).isEqualTo("x");
    assertThat(header(answer, "content-type")).isEqualTo("image/png");
    Response octets = answer("auto", set("out", Item.ofText("a.b/c", "x")));
    assertThat(header(octets, "content-type")).isEqualTo("application/octet-stream");
    assertThat(header(answer, "x-content-type-options")).isEqualTo("nosniff");
    Response page = answer("auto", set("out", Item.ofText("index.html", "x")));
    assertThat(header(page, "content-security-policy")).startsWith("sandbox");
    assertThat(header(answer("octets", set("out", Item.ofText("a.png", "x"))), "content-type"))
        .isEqualTo("application/octet-stream");
  }

  @Test
  void whatWasPrintedIsTheResultWhereThereIsNoOther() {
    Response answer = answer("auto", STDIO);
    assertThat(text(answer)).isEqualTo("hi");
    assertThat(header(answer, "content-type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(text(answer("auto", set("stdio")))).isEmpty();
    assertThat(text(answer("octets", STDIO))).isEqualTo("hi");
  }

  @Test
  void everythingElseIsAnEnvelope() {
    Response answer =
        answer(
            "auto",
            set("none"),
            set("out", new Item("a\"b", Key.of(Key.MAX), Item.ofText("", "12").data())));
    assertThat(header(answer, "content-type")).isEqualTo("application/vnd.pappus.sets+json");
    assertThat(text(answer))
        .isEqualTo(
            "{\"sets\":[{\"name\":\"none\",\"items\":[]},{\"name\":\"out\",\"items\":["
                + "{\"name\":\"a\\\"b\",\"key\":4294967295,\"base64\":\"MTI=\"}]}]}\n");
    assertThat(text(answer("auto", set("out")))).contains("\"items\":[]");
    assertThat(text(answer("auto"))).isEqualTo("{\"sets\":[]}\n");
    assertThat(header(answer("json", STDIO), "content-type")).isEqualTo("application/json");
  }

  @Test
  void largeItemsComeWhole() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocate(3_000_001);
      for (long i = 0; i < data.byteSize(); i++) {
        data.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 31));
      }
      OutputSet set = set("out", new Item("a", Key.ZERO, data), Item.ofText("b", ""));
      byte[] plain = data.toArray(ValueLayout.JAVA_BYTE);
      assertThat(text(answer("sets", set)))
          .isEqualTo(
              "{\"sets\":[{\"name\":\"out\",\"items\":[{\"name\":\"a\",\"key\":0,\"base64\":\"%s\"},{\"name\":\"b\",\"key\":0,\"base64\":\"\"}]}]}\n"
                  .formatted(Base64.getEncoder().encodeToString(plain)));
      Response multipart = answer("multipart", set);
      assertThat(multipart.body()).contains(data);
      assertThat(multipart.bodyBytes()).isBetween(3_000_001L, 3_001_000L);
    }
  }

  @Test
  void oneItemIsPicked() {
    OutputSet set =
        set("out", Item.ofText("a.txt", "0"), Item.of("a.txt", Key.of(7), new byte[] {'7'}));
    assertThat(text(answer("auto out:7/a.txt", set, STDIO))).isEqualTo("7");
    assertThat(text(answer("auto stdio/stderr", set, STDIO))).isEqualTo("oops");
    assertThat(text(answer("sets out/a.txt", set, STDIO)))
        .isEqualTo(
            "{\"sets\":[{\"name\":\"out\",\"items\":["
                + "{\"name\":\"a.txt\",\"key\":0,\"base64\":\"MA==\"}]}]}\n");
    assertThatThrownBy(() -> answer("auto out:7/a.tx", set))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.problem().code()).isEqualTo(ProblemCode.UNKNOWN_ITEM);
              assertThat(e.problem().detail()).contains("did you mean 'out:7/a.txt'?");
            });
    assertThatThrownBy(() -> answer("octets", set))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.NOT_ACCEPTABLE));
  }

  @Test
  void functionsWriteTheirOwnAnswers() {
    OutputSet http =
        set(
            "http",
            Item.ofText("status", "201\n"),
            Item.ofText("headers", "Location: /x\r\nset-cookie: a=1\nSet-Cookie: b=2\n"));
    Response answer = answer("auto", http, set("out", Item.ofText("a.json", "{}")), STDIO);
    assertThat(answer.status()).isEqualTo(201);
    assertThat(text(answer)).isEqualTo("{}");
    assertThat(answer.headers())
        .contains(
            new Response.Header("location", "/x"),
            new Response.Header("set-cookie", "a=1"),
            new Response.Header("set-cookie", "b=2"),
            new Response.Header("content-type", "application/json"));
    assertThat(header(answer, "content-security-policy")).startsWith("sandbox");
    OutputSet typed = set("http", Item.ofText("headers", "content-type: a/b"));
    assertThat(
            answer("auto", typed, set("out", Item.ofText("a.json", "{}"))).headers().stream()
                .filter(header -> header.name().equals("content-type")))
        .containsExactly(new Response.Header("content-type", "a/b"));
    assertThat(answer("auto", http, set("out")).bodyBytes()).isZero();
    assertThat(answer("auto", set("http")).status()).isEqualTo(200);
    assertThat(text(answer("auto", set("http", Item.ofText("body", "b")), set("out"))))
        .isEqualTo("b");
    assertThat(text(answer("auto", http, STDIO))).isEqualTo("hi");
    OutputSet renamed = new OutputSet("http_answer", "http", http.items());
    assertThat(answer("auto", renamed, set("out")).status()).isEqualTo(201);
    assertThat(text(answer("auto", renamed, http))).startsWith("{\"sets\"");
    assertThat(text(answer("sets", http))).contains("\"name\":\"status\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "status|199",
        "status|600",
        "status|2000",
        "status|+20",
        "status|x",
        "status|''",
        "state|200",
        "headers|no colon",
        "headers|: x",
        "headers|a b: x",
        "headers|ä: x",
        "headers|a: ä",
        "headers|Content-Length: 5",
        "headers|Transfer-Encoding: chunked",
        "headers|Connection: close",
        "headers|X-Pappus-Start: bound",
        "headers|Server-Timing: x",
      })
  void answersThatAreNone(String item, String value) {
    assertThatThrownBy(() -> answer("auto", set("http", Item.ofText(item, value))))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.problem().code()).isEqualTo(ProblemCode.GUEST_BAD_OUTPUT);
              assertThat(e.problem().item()).isEqualTo("http/" + item);
            });
  }

  @Test
  void answersAreBounded() {
    for (OutputSet bad :
        List.of(
            set("http", Item.ofText("status", "200"), Item.ofText("status", "200")),
            set("http", Item.ofText("headers", "a: x\u0000y")),
            set("http", Item.ofText("headers", "a: x\ry")),
            set("http", Item.ofText("headers", "a: b\n".repeat(101))),
            set("http", Item.ofText("headers", "a: " + "b".repeat(20_000))),
            set("http", Item.ofText("status", "204"), Item.ofText("body", "b")))) {
      assertThatThrownBy(() -> answer("auto", bad))
          .isInstanceOfSatisfying(
              ProblemException.class,
              e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.GUEST_BAD_OUTPUT));
    }
  }
}
