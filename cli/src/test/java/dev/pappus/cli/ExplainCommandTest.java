package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.ProblemCode;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExplainCommandTest {
  @Test
  void everyCodeIsExplainedOnceInDocsErrors() {
    assertThat(Explanation.all())
        .as("docs/errors.md has Cause, Fix and Example for each code, a line each")
        .extracting(Explanation::code)
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(ProblemCode.values()).map(ProblemCode::text).toList());
  }

  @ParameterizedTest
  @EnumSource
  void eachCodeHasCauseFixAndExample(ProblemCode code) {
    CommandRun run = CommandRun.of("explain", code.text());
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains(code.title(), "cause:   ", "fix:     ", "example: ")
        .doesNotContain("`");
  }

  @Test
  void codesAreFoundAsProblemBodiesWriteThem() {
    assertThat(CommandRun.of("explain", "urn:pappus:problem:guest_fault").out())
        .startsWith("guest_fault: ");
    assertThat(CommandRun.of("explain", "GUEST_FAULT", "-o", "json").json().integer("status"))
        .isEqualTo(502);
  }

  @Test
  void anUnknownCodeIsNotFoundWithASuggestion() {
    CommandRun run = CommandRun.of("explain", "guest_fualt");
    assertThat(run.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(run.err()).contains("did you mean 'guest_fault'?", "pappus explain");
  }

  @Test
  void withoutACodeAllAreListed() {
    assertThat(CommandRun.of("explain").out())
        .contains("CODE")
        .contains(Stream.of(ProblemCode.values()).map(ProblemCode::text).toList());
  }
}
