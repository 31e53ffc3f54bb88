package dev.pappus.cli;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * What became of a test case.
 *
 * @param test the case
 * @param outcome in a word
 * @param differences of what came out from what was expected
 * @param failure why nothing came out, or nothing that can be compared; null if something did
 * @param nanos how long the invocation took, as seen from here
 */
record TestResult(
    TestCase test,
    Outcome outcome,
    List<ItemDifference> differences,
    @Nullable RuntimeException failure,
    long nanos) {
  /** In a word. */
  enum Outcome {
    PASSED,
    FAILED,
    /** Its outputs are the expected ones from now on. */
    UPDATED
  }

  TestResult {
    differences = List.copyOf(differences);
  }

  /** For a person. */
  void print(Terminal terminal) {
    String millis = String.format(Locale.ROOT, " (%.1f ms)", nanos / 1e6);
    switch (outcome) {
      case PASSED -> terminal.out().println("ok      " + test.name() + millis);
      case UPDATED ->
          terminal
              .out()
              .println("updated " + test.name() + ": " + differences.size() + " items changed");
      case FAILED -> {
        terminal
            .out()
            .println(
                "FAILED  "
                    + test.name()
                    + (failure == null ? ": " + differences.size() + " items differ" : ""));
        differences.forEach(each -> each.print(terminal.out()));
      }
    }
    terminal.out().flush();
    switch (failure) {
      case null -> {}
      case ProblemReply reply -> ProblemText.say(terminal, reply);
      case CliException known -> {
        terminal.sayError(known.text());
        String hint = known.hint();
        if (hint != null) {
          terminal.sayHint(hint);
        }
      }
      default -> terminal.sayError(String.valueOf(failure.getMessage()));
    }
  }

  /** As an object. */
  void write(JsonGenerator json) {
    json.writeStartObject();
    json.writeStringProperty("name", test.name());
    json.writeStringProperty("target", test.target());
    json.writeStringProperty("outcome", outcome.name().toLowerCase(Locale.ROOT));
    json.writeNumberProperty("micros", nanos / 1000);
    json.writeArrayPropertyStart("differences");
    for (ItemDifference each : differences) {
      json.writeStartObject();
      json.writeStringProperty("item", each.item());
      json.writeStringProperty("kind", each.kind().name().toLowerCase(Locale.ROOT));
      json.writeArrayPropertyStart("lines");
      each.lines().forEach(json::writeString);
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    switch (failure) {
      case null -> {}
      case ProblemReply reply -> {
        json.writeName("problem");
        Json.writeValue(json, reply.problem().fields());
      }
      default -> json.writeStringProperty("error", String.valueOf(failure.getMessage()));
    }
    json.writeEndObject();
  }
}
