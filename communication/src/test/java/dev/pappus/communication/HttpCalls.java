package dev.pappus.communication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Short forms of calls of HTTP for tests. Texts stand for bytes (ISO 8859-1). */
final class HttpCalls {
  private HttpCalls() {}

  /** Status line and headers, and the body, of one answer. */
  record Answer(String head, String body) {
    String statusLine() {
      return head.substring(0, head.indexOf('\n'));
    }
  }

  /** A function that may reach loopback. */
  static HttpFunction onLoopback(Limits limits) {
    return new HttpFunction(EgressPolicy.parse(List.of("127.0.0.0/8", "::1"), true), limits);
  }

  static long in(long seconds) {
    return System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
  }

  static List<Answer> call(HttpFunction http, String... requests) throws InterruptedException {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < requests.length; i++) {
      items.add(Item.of("item" + i, Key.of(i), requests[i].getBytes(StandardCharsets.ISO_8859_1)));
    }
    List<DataSet> outputs = http.invoke(List.of(new DataSet("requests", items)), in(30));
    assertThat(outputs).extracting(DataSet::name).containsExactly("headers", "bodies");
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < requests.length; i++) {
      Item head = outputs.get(0).items().get(i);
      Item body = outputs.get(1).items().get(i);
      assertThat(List.of(head.name(), body.name())).containsOnly("item" + i);
      assertThat(List.of(head.key(), body.key())).containsOnly(Key.of(i));
      answers.add(new Answer(text(head), text(body)));
    }
    return answers;
  }

  static Answer callOne(HttpFunction http, String request) throws InterruptedException {
    return call(http, request).getFirst();
  }

  static Problem problemOf(HttpFunction http, String... requests) {
    ProblemException e = catchThrowableOfType(ProblemException.class, () -> call(http, requests));
    assertThat(e).as("the call fails").isNotNull();
    assertThat(e.problem().hint()).as("every problem has a hint").isNotBlank();
    return e.problem();
  }

  static String text(Item item) {
    return new String(item.toBytes(), StandardCharsets.ISO_8859_1);
  }
}
