package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Bars of instances on one scale. */
class TimelineTest {
  private static JsonObject instance(double ready, double queue, double load, double run) {
    return new JsonObject(
        Map.of("readyMicros", ready, "queueMicros", queue, "loadMicros", load, "runMicros", run));
  }

  @Test
  void phasesStandWhereTheyWere() {
    JsonObject first = instance(0, 10, 10, 20);
    JsonObject second = instance(40, 0, 20, 20);
    JsonObject invocation = new JsonObject(Map.of("durationMicros", 80.0));
    Timeline timeline = Timeline.of(invocation, List.of(first, second));
    assertThat(timeline.bar(first)).isEqualTo(".....lllll##########" + " ".repeat(20));
    assertThat(timeline.bar(second)).isEqualTo(" ".repeat(20) + "llllllllll##########");
  }

  @Test
  void aShortRunIsSeen() {
    JsonObject tiny = instance(1_000_000, 0, 0, 1);
    Timeline timeline = Timeline.of(new JsonObject(Map.of("durationMicros", 5.0)), List.of(tiny));
    assertThat(timeline.bar(tiny)).hasSize(40).endsWith("#");
  }

  @Test
  void noTimeAtAllIsNoError() {
    JsonObject nothing = instance(0, 0, 0, 0);
    assertThat(Timeline.of(JsonObject.EMPTY, List.of(nothing)).bar(nothing)).isBlank();
  }
}
