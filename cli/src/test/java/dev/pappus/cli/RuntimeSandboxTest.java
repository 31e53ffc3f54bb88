package dev.pappus.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every runtime in every sandbox, from its template and from its start. */
class RuntimeSandboxTest {
  private static final String PYTHON =
      """
      # pappus: in=rows out=made
      import json
      table = json.loads('{"a": 1}')
      def handler(inputs):
          table["n"] = sum(len(item.data) for item in inputs["rows"])
          return {"made": [("deep/table.json", json.dumps(table)), ("b", 5, bytes(range(256)) * 1000)]}
      """;
  private static final String JAVASCRIPT =
      """
      // pappus: in=rows out=made
      const table = JSON.parse('{"a": 1}');
      export function handler(inputs) {
        table.n = inputs.rows.map((item) => item.data.length).reduce((a, b) => a + b);
        return { made: [
          { name: "deep/table.json", data: JSON.stringify(table).replaceAll(":", ": ").replaceAll(",", ", ") },
          { name: "b", key: 5, data: new Uint8Array(256000).map((_, at) => at) }] };
      }
      """;

  @TempDir private Path folder;

  @NeedsKvm
  @ParameterizedTest
  @CsvSource({
    "python, true",
    "python, false",
    "micropython, true",
    "micropython, false",
    "quickjs, true",
    "quickjs, false"
  })
  void handlersRunInVirtualMachines(String runtime, boolean template) throws IOException {
    run(runtime, "kvm", template);
  }

  @ParameterizedTest
  @CsvSource({
    "python, true",
    "python, false",
    "micropython, true",
    "micropython, false",
    "quickjs, true",
    "quickjs, false"
  })
  void handlersRunInProcesses(String runtime, boolean template) throws IOException {
    run(runtime, "process", template);
  }

  private void run(String runtime, String sandbox, boolean template) throws IOException {
    ProgramTools.requireRuntime(runtime);
    boolean python = !runtime.equals("quickjs");
    String file = python ? "handler.py" : "handler.js";
    Files.writeString(folder.resolve(file), python ? PYTHON : JAVASCRIPT);
    Map<String, String> environment = new HashMap<>(ProgramTools.environment());
    environment.put("XDG_DATA_HOME", folder.resolve("data").toString());
    List<String> words = new ArrayList<>(List.of("run", file, "--runtime", runtime));
    words.addAll(List.of("--sandbox", sandbox, "--out-dir", "out"));
    words.addAll(List.of("--set", "rows/one=abc", "--set", "rows:9/two=de"));
    if (!template) {
      words.add("--no-snapshot");
    }
    CommandRun run = CommandRun.in(folder, environment, new byte[0], words.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(folder.resolve("out/made/deep/table.json"))
        .content(UTF_8)
        .satisfiesAnyOf(
            text -> assertThat(text).isEqualTo("{\"a\": 1, \"n\": 5}"),
            text -> assertThat(text).isEqualTo("{\"n\": 5, \"a\": 1}"));
    byte[] bytes = Files.readAllBytes(folder.resolve("out/made:5/b"));
    assertThat(bytes).hasSize(256_000);
    assertThat(bytes[255_999]).isEqualTo((byte) 255);
  }
}
