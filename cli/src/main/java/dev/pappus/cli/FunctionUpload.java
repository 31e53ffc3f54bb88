package dev.pappus.cli;

import dev.pappus.model.ItemPath;
import dev.pappus.model.Limit;
import java.io.IOException;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Registers functions with a node. */
final class FunctionUpload {
  private final Terminal terminal;
  private final NodeClient client;

  FunctionUpload(Terminal terminal, NodeClient client) {
    this.terminal = terminal;
    this.client = client;
  }

  /**
   * Registers a function.
   *
   * @param dryRun only asks what would become of it
   * @return the node's answer
   */
  JsonObject send(String name, SourceFile source, FunctionDescription description, boolean dryRun)
      throws IOException {
    NodeRequest request =
        NodeRequest.of(
            "PUT", "/v1/functions/" + NodeClient.encode(name) + query(description, dryRun));
    if (description.isPlain()) {
      request =
          request.with(
              "application/octet-stream", Progress.of(terminal, "deploying", source.bytes()));
    } else {
      MultipartBody body = new MultipartBody();
      body.part("spec", "application/json", spec(description, source));
      body.part("binary", "application/octet-stream", source.bytes());
      request = request.with(body.contentType(), Progress.of(terminal, "deploying", body));
    }
    return client.exchange(request).json();
  }

  /**
   * Has a node compile sources, and register the program.
   *
   * @param dryRun compiles, and only asks what would become of it
   * @return the node's answer
   * @throws ProblemReply with the compiler's messages if they do not compile
   */
  JsonObject compile(String name, CSources sources, FunctionDescription description, boolean dryRun)
      throws IOException {
    List<String> inputs = description.inputs();
    MultipartBody body = new MultipartBody();
    body.part(
        "spec",
        "application/json",
        spec(description, inputs == null ? programInputs(description.statics()) : inputs));
    sources.files().forEach((file, bytes) -> body.part("source/" + file, "text/x-c", bytes));
    NodeRequest request =
        NodeRequest.of(
                "PUT", "/v1/functions/" + NodeClient.encode(name) + (dryRun ? "?dryRun=true" : ""))
            .with(body.contentType(), Progress.of(terminal, "deploying", body));
    JsonObject answer = client.exchange(request).json();
    ProblemText.sayDiagnostics(terminal, answer, "warnings", sources.path().toString());
    return answer;
  }

  private static String query(FunctionDescription description, boolean dryRun) {
    StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");
    if (description.isPlain()) {
      addAll(query, "in", description.inputs());
      addAll(query, "out", description.outputs());
      add(query, "memory", description.memory());
      add(query, "timeout", description.timeout());
      add(query, "sandbox", description.sandbox());
      addAll(query, "arg", description.arguments());
      add(query, "snapshot", text(description.snapshot()));
    }
    add(query, "dryRun", dryRun ? "true" : null);
    return query.toString();
  }

  private static void addAll(StringJoiner query, String name, @Nullable List<String> values) {
    if (values != null) {
      values.forEach(value -> add(query, name, value));
    }
  }

  private static void add(StringJoiner query, String name, @Nullable String value) {
    if (value != null) {
      query.add(name + "=" + NodeClient.encode(value));
    }
  }

  private static @Nullable String text(@Nullable Boolean flag) {
    return flag == null ? null : flag.toString();
  }

  private static byte[] spec(FunctionDescription description, SourceFile source) {
    List<String> inputs = description.inputs();
    if (inputs == null) {
      inputs = source.isProgram() ? programInputs(description.statics()) : source.inputs();
    }
    return spec(description, inputs);
  }

  private static byte[] spec(FunctionDescription description, List<String> sets) {
    requireSets(description.statics(), sets);
    return Json.bytes(json -> {
      json.writeStartObject();
      json.writeArrayPropertyStart("inputs");
      sets.forEach(set -> input(json, set, description.statics()));
      json.writeEndArray();
      if (description.outputs() != null) {
        json.writeName("outputs");
        Json.writeValue(json, description.outputs());
      }
      property(json, "memory", description.memory());
      property(json, "timeout", description.timeout());
      property(json, "sandbox", description.sandbox());
      if (description.arguments() != null) {
        json.writeName("arguments");
        Json.writeValue(json, description.arguments());
      }
      if (description.snapshot() != null) {
        json.writeBooleanProperty("snapshot", description.snapshot());
      }
      json.writeObjectPropertyStart("minSetBytes");
      description
          .minSetBytes()
          .forEach((set, size) -> json.writeNumberProperty(set, Limit.CONTEXT_DEFAULT.parse(size)));
      json.writeEndObject();
      json.writeEndObject();
    });
  }

  /** {@code stdio}, and what is static. */
  private static List<String> programInputs(Map<String, byte[]> statics) {
    Set<String> sets = new LinkedHashSet<>(Set.of("stdio"));
    statics.keySet().forEach(path -> sets.add(ItemPath.parse(path).set()));
    return List.copyOf(sets);
  }

  private static void requireSets(Map<String, byte[]> statics, List<String> inputs) {
    for (String path : statics.keySet()) {
      String set = ItemPath.parse(path).set();
      if (!inputs.contains(set)) {
        throw new CliException(
            ExitCode.USAGE,
            "the static item " + path + " is in no input set of the function",
            inputs.isEmpty()
                ? "name its input sets with --in"
                : "its input sets are: " + String.join(", ", inputs));
      }
    }
  }

  private static void input(JsonGenerator json, String set, Map<String, byte[]> statics) {
    json.writeStartObject();
    json.writeStringProperty("name", set);
    json.writeArrayPropertyStart("static");
    statics.forEach((text, bytes) -> {
      ItemPath path = ItemPath.parse(text);
      if (path.set().equals(set)) {
        json.writeStartObject();
        json.writeStringProperty("name", path.item());
        json.writeNumberProperty("key", path.key().value());
        json.writeStringProperty("base64", Base64.getEncoder().encodeToString(bytes));
        json.writeEndObject();
      }
    });
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void property(JsonGenerator json, String name, @Nullable String value) {
    if (value != null) {
      json.writeStringProperty(name, value);
    }
  }
}
