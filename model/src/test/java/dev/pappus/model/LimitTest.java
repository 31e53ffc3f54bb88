package dev.pappus.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LimitTest {
  @ParameterizedTest
  @EnumSource(Limit.class)
  void defaultSurvivesPrintingAndParsing(Limit limit) {
    assertThat(limit.parse(limit.format(limit.defaultValue()))).isEqualTo(limit.defaultValue());
  }

  @Test
  void keysAreDistinct() {
    assertThat(Arrays.stream(Limit.values()).map(Limit::key)).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource({
    "FUNCTION_RUN, 1500ms, 1500000000",
    "FUNCTION_RUN, 2 min, 120000000000",
    "CONTEXT_DEFAULT, 64MiB, 67108864",
    "CONTEXT_DEFAULT, 4096, 4096",
    "SET_ITEMS, 12, 12"
  })
  void parses(Limit limit, String text, long value) {
    assertThat(limit.parse(text)).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({
    "FUNCTION_RUN, 10",
    "FUNCTION_RUN, ten seconds",
    "CONTEXT_DEFAULT, 64MB",
    "CONTEXT_DEFAULT, -1",
    "CONTEXT_DEFAULT, 999999999999999999GiB",
    "SET_ITEMS, 1k"
  })
  void refusalShowsHowToWriteIt(Limit limit, String text) {
    assertThatThrownBy(() -> limit.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("limits." + limit.key());
  }

  @Test
  void limitErrorNamesLimitValueAndKey() {
    Limits limits = new Limits(Map.of(Limit.REQUEST_BODY, 1L << 20));
    Problem problem =
        limits.exceeded(ProblemCode.PAYLOAD_TOO_LARGE, Limit.REQUEST_BODY, "request body", 3 << 20);
    assertThat(problem.detail())
        .isEqualTo("request body: 3MiB is over the limit of 1MiB (limits.request_body)");
  }
}
