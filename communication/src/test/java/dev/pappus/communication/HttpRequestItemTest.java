package dev.pappus.communication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpRequestItemTest {
  private static final String TOKEN_CHARACTERS =
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  private static final String TARGET_CHARACTERS = "abcXYZ019-._~!$&'()*+,;=:@%/?";

  private static HttpRequestItem parse(String text) {
    return HttpRequestItem.parse(
        Item.of("i", Key.ZERO, text.getBytes(StandardCharsets.ISO_8859_1)), Limits.DEFAULTS);
  }

  private static Problem problemOf(String text) {
    ProblemException e = catchThrowableOfType(ProblemException.class, () -> parse(text));
    assertThat(e).as(text).isNotNull();
    return e.problem();
  }

  private static String body(HttpRequestItem request) {
    return new String(request.body().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/0.9", "HTTP/1.0", "HTTP/1.1", "HTTP/2.0", "HTTP/3.0"})
  void acceptsEveryKnownVersion(String version) {
    assertThat(parse("GET http://h/ " + version).method()).isEqualTo("GET");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST http://h/p HTTP/1.1\nA:1\nB: 2 \n\nbody",
        "POST http://h/p HTTP/1.1\r\nA: 1\r\nB:2\r\n\r\nbody",
        "POST http://h/p HTTP/1.1\r\nA: 1\nB:2\r\n\nbody",
        " POST \t http://h/p   HTTP/1.1 and more words \nA:1\nB:\t2\t\n\nbody",
        "POST http://h/p HTTP/1.1\nA:1\nB:2\nContent-Length: 4\n\nbody",
        "POST http://h/p HTTP/1.1\nKeep-Alive: x\nTE: t\nA:1\nUpgrade: u\nB:2\n\nbody",
      })
  void readsTheSameRequestFromManySpellings(String text) {
    HttpRequestItem request = parse(text);
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.url()).isEqualTo(HttpUrl.parse("http://h/p"));
    assertThat(request.headers())
        .containsExactly(new HttpHeader("A", "1"), new HttpHeader("B", "2"));
    assertThat(body(request)).isEqualTo("body");
    assertThat(request.errorAsItem()).isFalse();
    assertThat(request.expectation().accepts(599)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET http://h/ HTTP/1.1",
        "GET http://h/ HTTP/1.1\n",
        "GET http://h/ HTTP/1.1\r\n\r\n",
        "GET http://h/ HTTP/1.1\n\n",
      })
  void theEndOfTheHeadersMayBeTheEndOfTheItem(String text) {
    assertThat(parse(text).headers()).isEmpty();
    assertThat(body(parse(text))).isEmpty();
  }

  @Test
  void theBodyIsEverythingElse() {
    assertThat(body(parse("PUT http://h/ HTTP/1.1\n\n\r\n\u0000\u00ff\n\n")))
        .isEqualTo("\r\n\u0000\u00ff\n\n");
  }

  @Test
  void valuesKeepColonsInnerBlanksAndHighBytes() {
    assertThat(parse("GET http://h/ HTTP/1.1\nA: b:c  d\t\u00e9\u0080 \nE:\n").headers())
        .containsExactly(new HttpHeader("A", "b:c  d\t\u00e9\u0080"), new HttpHeader("E", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "``;the request line is empty",
        "\\n;the request line is empty",
        "GET;no URL",
        "GET http://h/;no version",
        "GET http://h/ HTTP/1.2;unknown version 'HTTP/1.2'",
        "GET http://h/ http/1.1;unknown version",
        "GET http://h/ HTTP/2;unknown version",
        "G(T http://h/ HTTP/1.1;is not a token",
        "G\\0T http://h/ HTTP/1.1;is not a token",
        "GÉT http://h/ HTTP/1.1;is not a token",
        "CONNECT http://h/ HTTP/1.1;tunnel",
        "GET /path HTTP/1.1;does not start with http:// or https://",
        "GET http://h/\\r HTTP/1.1;control character",
        "GET http://h/\\rX:y HTTP/1.1;control character",
        "GET http://h/ HTTP/1.1\\nno colon;line 2 is a header without ':'",
        "GET http://h/ HTTP/1.1\\nA:1\\n folded: x;line 3: the header name",
        "GET http://h/ HTTP/1.1\\nA :1;is not a token",
        "GET http://h/ HTTP/1.1\\n:1;is not a token",
        "GET http://h/ HTTP/1.1\\nA\\r:1;is not a token",
        "GET http://h/ HTTP/1.1\\nA:1\\rB:2;control character 0x0d",
        "GET http://h/ HTTP/1.1\\nA:1\\0;control character 0x00",
        "GET http://h/ HTTP/1.1\\nA:1\\r;control character 0x0d",
        "GET http://h/ HTTP/1.1\\nHost:a\\nhost:b;line 3: host is given twice",
        "GET http://h/ HTTP/1.1\\nTransfer-Encoding: chunked;cannot be given",
        "GET http://h/ HTTP/1.1\\nTrailer: x;cannot be given",
        "GET http://h/ HTTP/1.1\\nContent-Length: 5\\n\\nfour;Content-Length says '5', but 4 bytes",
        "GET http://h/ HTTP/1.1\\nContent-Length: +4\\n\\nfour;Content-Length says '+4'",
        "GET http://h/ HTTP/1.1\\nContent-Length: 4, 4\\n\\nfour;Content-Length says",
        "GET http://h/ HTTP/1.1\\nContent-Length: 4\\nContent-Length: 4\\n\\nfour;given twice",
        "TRACE http://h/ HTTP/1.1\\n\\nx;TRACE request cannot have a body",
        "OPTIONS http://h/ HTTP/1.1\\n\\nx;needs a Content-Type",
        "GET http://h/ HTTP/1.1\\nPappus-Expect: ok;takes statuses and classes",
        "GET http://h/ HTTP/1.1\\nPappus-Expect:;takes statuses and classes",
        "GET http://h/ HTTP/1.1\\nPappus-Expect: 2xx,;takes statuses and classes",
        "GET http://h/ HTTP/1.1\\nPappus-Expect: 6xx;takes statuses and classes",
        "GET http://h/ HTTP/1.1\\nPappus-Expect: 2xx\\npappus-expect: 2xx;given twice",
        "GET http://h/ HTTP/1.1\\nPappus-On-Error: fail;takes the value item only",
        "GET http://h/ HTTP/1.1\\nPappus-On-Error: item\\nPappus-On-Error: item;given twice",
        "GET http://h/ HTTP/1.1\\nPappus-Expct: 2xx;there is no header 'Pappus-Expct'",
      })
  void saysWhatIsWrong(String escaped, String why) {
    String text = escaped.replace("\\n", "\n").replace("\\r", "\r").replace("\\0", "\0");
    Problem problem = problemOf(text);
    assertThat(problem.code()).isEqualTo(ProblemCode.HTTP_REQUEST_INVALID);
    assertThat(problem.detail()).contains(why);
    assertThat(problem.hint()).contains("METHOD URL HTTP/1.1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "2xx;200 204 299;199 300 404",
        "200;200;201 204",
        "2XX, 304;200 304;303 404",
        "1xx,3xx,4xx,5xx;100 599 404;200 299 600 0",
      })
  void expectationsAreStatusesAndClasses(String value, String accepted, String refused) {
    StatusExpectation expectation =
        parse("GET http://h/ HTTP/1.1\nPappus-Expect: " + value).expectation();
    for (String status : accepted.split(" ", -1)) {
      assertThat(expectation.accepts(Integer.parseInt(status))).as(status).isTrue();
    }
    for (String status : refused.split(" ", -1)) {
      assertThat(expectation.accepts(Integer.parseInt(status))).as(status).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "user:pass,dXNlcjpwYXNz",
    "user,dXNlcjo=",
    "us%65r:p%40:s,dXNlcjpwQDpz",
    "100%:%zz,MTAwJToleno=",
  })
  void userInformationBecomesBasicAuthentication(String userInfo, String encoded) {
    assertThat(parse("GET http://" + userInfo + "@h/ HTTP/1.1").headers())
        .containsExactly(new HttpHeader("Authorization", "Basic " + encoded));
    assertThat(parse("GET http://" + userInfo + "@h/ HTTP/1.1\nauthorization: mine").headers())
        .containsExactly(new HttpHeader("authorization", "mine"));
  }

  @Test
  void theHeadHasALimitAndTheBodyHasNot() {
    Limits limits = Limits.DEFAULTS.with(Limit.HTTP_HEADERS, 40);
    String head = "GET http://h/ HTTP/1.1\nA: 0123456789\n\n";
    assertThat(head).hasSize(38);
    Item fits = Item.ofText("i", head + "x".repeat(1000));
    assertThat(HttpRequestItem.parse(fits, limits).body().byteSize()).isEqualTo(1000);
    Item exceeds = Item.ofText("i", head.replace("A: ", "A: xyz") + "body");
    ProblemException e =
        catchThrowableOfType(ProblemException.class, () -> HttpRequestItem.parse(exceeds, limits));
    assertThat(e.problem().detail()).contains("40 bytes of limits.http_headers");
  }

  @Test
  void readsNativeMemoryWithoutCopyingTheBody() {
    try (Arena arena = Arena.ofConfined()) {
      byte[] bytes = "PUT http://h/ HTTP/1.1\n\nbody".getBytes(StandardCharsets.US_ASCII);
      MemorySegment data = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      HttpRequestItem request =
          HttpRequestItem.parse(new Item("i", Key.ZERO, data), Limits.DEFAULTS);
      assertThat(request.body().address()).isEqualTo(data.address() + bytes.length - 4);
      assertThat(body(request)).isEqualTo("body");
    }
  }

  @Test
  void whatIsWrittenIsWhatIsRead() {
    long seed = Long.getLong("pappus.seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 5000; round++) {
      String method = random(random, TOKEN_CHARACTERS, 1, 12);
      String host = "h" + random.nextInt(1000) + (random.nextBoolean() ? ".example" : "");
      int port = random.nextInt(1, 65536);
      String target = "/" + random(random, TARGET_CHARACTERS, 0, 40);
      List<HttpHeader> headers = new ArrayList<>();
      for (int i = random.nextInt(6); i > 0; i--) {
        headers.add(new HttpHeader("x" + random(random, TOKEN_CHARACTERS, 0, 20), value(random)));
      }
      byte[] body = new byte[random.nextInt(50)];
      random.nextBytes(body);
      boolean asItem = random.nextBoolean();

      ByteArrayOutputStream text = new ByteArrayOutputStream();
      write(text, random, "%s http://%s:%d%s HTTP/1.1".formatted(method, host, port, target));
      if (asItem) {
        write(text, random, "pappus-ON-error:item");
      }
      for (HttpHeader header : headers) {
        write(text, random, header.name() + ":" + blanks(random) + header.value() + blanks(random));
      }
      write(text, random, "");
      text.writeBytes(body);

      if (method.toUpperCase(Locale.ROOT).matches("CONNECT|TRACE|OPTIONS")) {
        continue;
      }
      String context = "pappus.seed=" + seed + " round " + round;
      HttpRequestItem request;
      try {
        request =
            HttpRequestItem.parse(Item.of("i", Key.ZERO, text.toByteArray()), Limits.DEFAULTS);
      } catch (ProblemException e) {
        throw new AssertionError(context, e);
      }
      assertThat(request.method()).as(context).isEqualTo(method);
      assertThat(request.url())
          .as(context)
          .isEqualTo(new HttpUrl("http", null, host, port, target));
      assertThat(request.headers()).as(context).isEqualTo(headers);
      assertThat(request.body().toArray(ValueLayout.JAVA_BYTE)).as(context).isEqualTo(body);
      assertThat(request.errorAsItem()).as(context).isEqualTo(asItem);
    }
  }

  private static void write(ByteArrayOutputStream out, SplittableRandom random, String line) {
    String end = random.nextBoolean() ? "\r\n" : "\n";
    out.writeBytes((line + end).getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String random(
      SplittableRandom random, String characters, int lengthMin, int lengthMax) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(lengthMin, lengthMax + 1); i > 0; i--) {
      text.append(characters.charAt(random.nextInt(characters.length())));
    }
    return text.toString();
  }

  private static String value(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(20); i > 0; i--) {
      int c = random.nextInt(0x20, 0x100);
      text.append(c == 0x7F ? '\t' : (char) c);
    }
    String raw = text.toString();
    return raw.replaceAll("^[ \t]+|[ \t]+$", "");
  }

  private static String blanks(SplittableRandom random) {
    return random(random, " \t", 0, 2);
  }
}
