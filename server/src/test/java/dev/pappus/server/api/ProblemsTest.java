package dev.pappus.server.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Diagnostic;
import dev.pappus.model.GuestState;
import dev.pappus.model.Phases;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.server.http.Response;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProblemsTest {
  private final Problems problems = new Problems("n1");

  private static String body(Response response) {
    return new String(response.body().getFirst().toArray(ValueLayout.JAVA_BYTE), UTF_8);
  }

  @Test
  void aSmallProblemHasNoEmptyMembers() {
    Response response = problems.response(Problem.of(ProblemCode.UNKNOWN_PATH, "nothing \"here\""));
    assertThat(response.status()).isEqualTo(404);
    assertThat(response.headers())
        .containsExactly(new Response.Header("content-type", "application/problem+json"));
    assertThat(body(response))
        .isEqualTo(
            """
            {"type":"urn:pappus:problem:unknown_path","title":"Nothing is served at this path",\
            "status":404,"detail":"nothing \\"here\\"","code":"unknown_path","source":"caller","node":"n1"}
            """);
  }

  @Test
  void aFaultTellsAllThatWasSeen() {
    Problem problem =
        Problem.of(ProblemCode.GUEST_FAULT, "page fault")
            .withNode("n2")
            .withFunction("f")
            .withApplication("c/3:f")
            .withItem("logs:7/a")
            .withHint("look at f+0x12")
            .withGuest(
                new GuestState(null, 14, 6L, -4096L, 0x401000L, "f+0x12", "last\u0001words"));
    assertThat(body(problems.response(problem, "id-1")))
        .isEqualTo(
            """
            {"type":"urn:pappus:problem:guest_fault",\
            "title":"The function did something its sandbox forbids","status":502,\
            "detail":"page fault","instance":"id-1","code":"guest_fault","source":"function",\
            "node":"n2","function":"f","application":"c/3:f","item":"logs:7/a","vector":14,\
            "errorCode":"0x6","address":"0xfffffffffffff000","instruction":"0x401000",\
            "symbol":"f+0x12","stderrTail":"last\\u0001words","hint":"look at f+0x12"}
            """);
  }

  @Test
  void diagnosticsAreListed() {
    Problem problem =
        Problem.of(ProblemCode.COMPOSITION_INVALID, "2 errors")
            .withDiagnostics(
                List.of(
                    new Diagnostic(Diagnostic.Severity.ERROR, 2, 5, "first", "abc\n  ^"),
                    new Diagnostic(Diagnostic.Severity.WARNING, 9, 1, "second", "")));
    assertThat(body(problems.response(problem)))
        .contains(
            """
            "span":{"line":2,"col":5},"errors":[{"severity":"error","line":2,"column":5,\
            "message":"first","excerpt":"abc\\n  ^"},{"severity":"warning","line":9,"column":1,\
            "message":"second","excerpt":""}]\
            """);
  }

  @Test
  void overloadSaysWhenToTryAgain() {
    for (ProblemCode code : ProblemCode.values()) {
      Response response = problems.response(Problem.of(code, "x"));
      boolean retry = response.headers().stream().anyMatch(h -> h.name().equals("retry-after"));
      assertThat(retry)
          .as(code.text())
          .isEqualTo(code == ProblemCode.OVERLOADED || code == ProblemCode.SHUTTING_DOWN);
    }
  }

  @Test
  void timesAreMillisecondsWithThreeDecimals() {
    Phases phases = new Phases(0, 2_499, 3_500, 12_345_678_901L, 2_000, 1_000);
    assertThat(ResultHeaders.serverTiming(phases, new FrontTimes(1_499, 1_501, 99_000_000)))
        .isEqualTo(
            "accept;dur=0.001, decode;dur=0.002, queue;dur=0.000, bind;dur=0.002, load;dur=0.000,"
                + " enter;dur=0.001, run;dur=0.003, read;dur=12345.679, reply;dur=99.000");
  }
}
