package dev.pappus.server.api;

import dev.pappus.language.graph.InstancePlan;
import java.util.OptionalLong;
import tools.jackson.core.JsonGenerator;

/** Plans as JSON; docs/graph.md has the schema. */
final class PlanJson {
  private PlanJson() {}

  /**
   * The document of {@code plan}.
   *
   * @param instancesMax what one invocation may start
   */
  static byte[] document(InstancePlan plan, int instancesMax) {
    return Json.object(json -> {
      json.writeStringProperty("composition", plan.composition());
      numbers(json, plan.least(), plan.most());
      json.writeNumberProperty("instancesMax", instancesMax);
      json.writeBooleanProperty("exceedsLimit", plan.least() > instancesMax);
      json.writeName("applications");
      json.writeStartArray();
      for (InstancePlan.Forecast each : plan.applications()) {
        json.writeStartObject();
        json.writeNumberProperty("index", each.index());
        json.writeStringProperty("callee", each.callee());
        numbers(json, each.least(), each.most());
        json.writeStringProperty("rule", each.rule());
        json.writeEndObject();
      }
      json.writeEndArray();
    });
  }

  /** What is not known is the word, so that nobody takes it for a number. */
  private static void numbers(JsonGenerator json, long least, OptionalLong most) {
    json.writeNumberProperty("least", least);
    if (most.isPresent()) {
      json.writeNumberProperty("most", most.getAsLong());
    } else {
      json.writeStringProperty("most", "unknown");
    }
  }
}
