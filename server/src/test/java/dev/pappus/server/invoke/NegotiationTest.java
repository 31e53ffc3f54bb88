package dev.pappus.server.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Signature;
import dev.pappus.server.invoke.AnswerFormat.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which form an answer takes. */
class NegotiationTest {
  private static final InvokeTarget PLAIN =
      new InvokeTarget("f", "", new Signature(List.of("in"), List.of("out", "counts")));
  private static final InvokeTarget WEB =
      new InvokeTarget("f", "", new Signature(List.of("http"), List.of("http")));

  private static Kind kind(InvokeTarget target, String... accept) {
    return Negotiation.negotiate(List.of(accept), Map.of(), target).kind();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*/*|AUTO",
        "*|AUTO",
        "application/vnd.pappus.sets+json|SETS",
        "Application/JSON|JSON",
        "application/bson|BSON",
        "multipart/form-data|MULTIPART",
        "multipart/*|MULTIPART",
        "application/*|SETS",
        "application/octet-stream|OCTETS",
        "application/json, text/plain, */*|AUTO",
        "application/json, */*;q=0.8|JSON",
        "application/json;q=0.5, */*|AUTO",
        "application/json;q=0, */*;q=0.1|AUTO",
        "text/html,application/xhtml+xml,*/*;q=0.8|AUTO",
        "application/json;q=0.1,application/bson;q=0.2|BSON",
        "text/html; level=\"1,2\", application/json;Q=.5|JSON",
        "image/png;q=x, application/bson|BSON",
        "\"|AUTO",
      })
  void theClosestAndHeaviestFormIsTaken(String accept, Kind kind) {
    assertThat(kind(PLAIN, accept)).isEqualTo(kind);
  }

  @ParameterizedTest
  @ValueSource(strings = {"image/png", "*/*;q=0", "text/*", "application/json;q=0"})
  void otherTypesAreNotToBeHad(String accept) {
    assertThatThrownBy(() -> kind(PLAIN, accept))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.NOT_ACCEPTABLE));
  }

  @Test
  void severalFieldsAreOneList() {
    assertThat(kind(PLAIN)).isEqualTo(Kind.AUTO);
    assertThat(kind(PLAIN, "text/html", "application/bson")).isEqualTo(Kind.BSON);
  }

  @Test
  void functionsThatWriteTheirAnswerAreLeftToIt() {
    assertThat(kind(WEB, "image/png")).isEqualTo(Kind.AUTO);
    assertThat(kind(WEB, "application/json")).isEqualTo(Kind.AUTO);
    assertThat(kind(WEB, "application/vnd.pappus.sets+json")).isEqualTo(Kind.SETS);
    assertThat(kind(WEB, "application/bson, */*;q=0.1")).isEqualTo(Kind.BSON);
  }

  @Test
  void oneItemCanBePicked() {
    AnswerFormat format =
        Negotiation.negotiate(
            List.of("application/bson"), Map.of("output", List.of("counts:7/a b")), PLAIN);
    assertThat(format).hasToString("bson counts:7/a b");
    assertThat(AnswerFormat.parse(format.toString())).isEqualTo(format);
    assertThat(AnswerFormat.parse("auto")).isEqualTo(AnswerFormat.DEFAULT);
    assertThatThrownBy(
            () -> Negotiation.negotiate(List.of(), Map.of("output", List.of("count/a")), PLAIN))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("did you mean 'counts'?");
    assertThatThrownBy(
            () -> Negotiation.negotiate(List.of(), Map.of("output", List.of("out")), PLAIN))
        .isInstanceOf(ProblemException.class);
    assertThatThrownBy(() ->
            Negotiation.negotiate(List.of(), Map.of("output", List.of("out/a", "out/b")), PLAIN))
        .isInstanceOf(ProblemException.class);
  }
}
