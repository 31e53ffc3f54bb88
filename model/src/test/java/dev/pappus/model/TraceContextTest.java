package dev.pappus.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TraceContextTest {
  private static final String EXAMPLE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  @Test
  void readsAndWritesTheSpecificationsExample() {
    TraceContext context = TraceContext.parse(EXAMPLE).orElseThrow();
    assertThat(context.traceId()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
    assertThat(context.spanId()).isEqualTo("b7ad6b7169203331");
    assertThat(context.sampled()).isTrue();
    assertThat(context.toHeader()).isEqualTo(EXAMPLE);
  }

  @Test
  void takesWhatItKnowsOfALaterVersion() {
    assertThat(TraceContext.parse("cc" + EXAMPLE.substring(2) + "-more")).isPresent();
  }

  @Test
  void aChildKeepsTheTraceAndTheDecision() {
    TraceContext context = TraceContext.parse(EXAMPLE).orElseThrow();
    TraceContext child = context.child();
    assertThat(child.traceId()).isEqualTo(context.traceId());
    assertThat(child.sampled()).isTrue();
    assertThat(child.span()).isNotEqualTo(context.span());
    assertThat(child.parent()).isEqualTo(context.span());
    assertThat(context.parent()).isZero();
  }

  @Test
  void newTracesDifferAndAreNotRecorded() {
    TraceContext one = TraceContext.begin();
    assertThat(TraceContext.begin().traceId()).isNotEqualTo(one.traceId());
    assertThat(one.sampled()).isFalse();
    assertThat(TraceContext.parse(one.toHeader())).contains(one);
  }

  @Test
  void textKeepsTheParentToo() {
    TraceContext context = TraceContext.parse(EXAMPLE).orElseThrow();
    assertThat(TraceContext.ofText(context.toText())).contains(context);
    assertThat(TraceContext.ofText(context.child().child().toText()))
        .hasValueSatisfying(read -> assertThat(read.parent()).isNotZero());
    TraceContext child = context.child();
    assertThat(TraceContext.ofText(child.toText())).contains(child);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "00", EXAMPLE + " x", EXAMPLE + " 12345678901234567"})
  void damagedTextIsNone(String text) {
    assertThat(TraceContext.ofText(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01"
      })
  void malformedFieldsCountAsNone(String field) {
    assertThat(TraceContext.parse(field)).isEmpty();
  }
}
