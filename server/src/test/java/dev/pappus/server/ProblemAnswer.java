package dev.pappus.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A problem as a client sees it.
 *
 * @param status of the answer
 * @param members the plain members of its body, as text
 */
record ProblemAnswer(int status, Map<String, String> members) {
  private static final JsonFactory JSON = new JsonFactory();

  static ProblemAnswer of(HttpResponse<byte[]> answer) {
    return of(
        answer.statusCode(), answer.headers().firstValue("content-type").orElse(""), answer.body());
  }

  static ProblemAnswer of(int status, String contentType, byte[] body) {
    assertThat(contentType)
        .as(new String(body, StandardCharsets.UTF_8))
        .isEqualTo("application/problem+json");
    Map<String, String> members = new LinkedHashMap<>();
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body)) {
      assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        if (parser.nextToken().isScalarValue()) {
          members.put(name, parser.getString());
        } else {
          parser.skipChildren();
        }
      }
    }
    return new ProblemAnswer(status, members);
  }

  @Nullable String member(String name) {
    return members.get(name);
  }

  /** That it is this problem, and complete: who has to act, and what to do. */
  ProblemAnswer is(int expectedStatus, String code, String source) {
    assertThat(member("code")).as("%s", this).isEqualTo(code);
    assertThat(status).as("%s", this).isEqualTo(expectedStatus);
    assertThat(member("status")).isEqualTo(Integer.toString(expectedStatus));
    assertThat(member("type")).isEqualTo("urn:pappus:problem:" + code);
    assertThat(member("source")).isEqualTo(source);
    assertThat(member("node")).isEqualTo("testnode");
    assertThat(member("detail")).isNotBlank();
    assertThat(member("hint")).as("hint of %s", this).isNotBlank();
    return this;
  }
}
