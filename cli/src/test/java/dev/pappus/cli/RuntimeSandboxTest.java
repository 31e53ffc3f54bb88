package dev.pappus.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.kvm.KvmDriver;
import dev.pappus.sandbox.kvm.KvmSettings;
import dev.pappus.sandbox.process.ProcessDriver;
import dev.pappus.sandbox.process.ProcessSettings;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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

  private static Stream<Arguments> ways() {
    return Stream.of("python", "micropython", "quickjs")
        .flatMap(runtime -> Stream.of(Arguments.of(runtime, true), Arguments.of(runtime, false)));
  }

  @NeedsKvm
  @ParameterizedTest
  @MethodSource("ways")
  void handlersRunInVirtualMachines(String runtime, boolean template) throws Exception {
    run(runtime, "kvm", template);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void handlersRunInProcesses(String runtime, boolean template) throws Exception {
    run(runtime, "process", template);
  }

  private void run(String runtime, String sandbox, boolean template) throws Exception {
    ProgramTools.requireRuntime(runtime);
    try (DemoNode node = DemoNode.start("127.0.0.1:1")) {
      deploy(node, runtime, sandbox, template);
      if (template) {
        var _ = templateOfAnInvocation(node);
      }
      invoke(node);
      invoke(node);
      if (!template) {
        assertThat(templates(node)).isEmptyDirectory();
      }
    }
  }

  /** Of hosts whose KVM hides features of the processor, each sandbox keeps its own templates. */
  @NeedsKvm
  @ParameterizedTest
  @ValueSource(strings = {"python", "micropython", "quickjs"})
  void templatesServeInEverySandboxThatShowsTheSameProcessor(String runtime) throws Exception {
    ProgramTools.requireRuntime(runtime);
    boolean shared = bothShowTheSameProcessor();
    for (List<String> sandboxes : List.of(List.of("kvm", "process"), List.of("process", "kvm"))) {
      try (DemoNode node = DemoNode.start("127.0.0.1:1")) {
        deploy(node, runtime, sandboxes.getFirst(), true);
        Path file = templateOfAnInvocation(node);
        Files.setLastModifiedTime(file, FileTime.fromMillis(0));
        deploy(node, runtime, sandboxes.getLast(), true);
        invoke(node);
        invoke(node);
        assertThat(Files.getLastModifiedTime(file).toMillis() > 0)
            .as("used by %s", sandboxes.getLast())
            .isEqualTo(shared);
        if (shared) {
          try (Stream<Path> all = Files.list(templates(node))) {
            assertThat(all).containsExactly(file);
          }
        }
      }
    }
  }

  private static boolean bothShowTheSameProcessor() {
    Path guests = Objects.requireNonNull(Guests.file("libos.elf").getParent());
    try (KvmDriver kvm = new KvmDriver(KvmSettings.DEFAULTS.withWarmBlanks(0));
        ProcessDriver process = new ProcessDriver(ProcessSettings.of(guests))) {
      return kvm.processor().equals(process.processor());
    }
  }

  private CommandRun command(DemoNode node, List<String> words) {
    Map<String, String> environment = new HashMap<>(ProgramTools.environment());
    environment.put("PAPPUS_SERVER", node.adminAddress().toString());
    CommandRun run = CommandRun.in(folder, environment, new byte[0], words.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.err()).isZero();
    return run;
  }

  private void deploy(DemoNode node, String runtime, String sandbox, boolean template)
      throws IOException {
    boolean python = !runtime.equals("quickjs");
    String file = python ? "handler.py" : "handler.js";
    Files.writeString(folder.resolve(file), python ? PYTHON : JAVASCRIPT);
    List<String> words = new ArrayList<>(List.of("deploy", file, "--runtime", runtime));
    words.addAll(List.of("--sandbox", sandbox));
    if (!template) {
      words.add("--no-snapshot");
    }
    var _ = command(node, words);
  }

  private void invoke(DemoNode node) throws IOException {
    Path out = Files.createTempDirectory(folder, "out").resolve("made");
    List<String> words = new ArrayList<>(List.of("invoke", "handler", "--out-dir", out.toString()));
    words.addAll(List.of("--set", "rows/one=abc", "--set", "rows:9/two=de"));
    var _ = command(node, words);
    assertThat(out.resolve("made/deep/table.json"))
        .content(UTF_8)
        .satisfiesAnyOf(
            text -> assertThat(text).isEqualTo("{\"a\": 1, \"n\": 5}"),
            text -> assertThat(text).isEqualTo("{\"n\": 5, \"a\": 1}"));
    byte[] bytes = Files.readAllBytes(out.resolve("made:5/b"));
    assertThat(bytes).hasSize(256_000);
    assertThat(bytes[255_999]).isEqualTo((byte) 255);
  }

  private static Path templates(DemoNode node) {
    return node.folder().resolve("data/templates");
  }

  /** Invokes the function for the first time, and waits for the file that its template becomes. */
  private Path templateOfAnInvocation(DemoNode node) throws Exception {
    try (WatchService changes = FileSystems.getDefault().newWatchService()) {
      var _ = templates(node).register(changes, StandardWatchEventKinds.ENTRY_CREATE);
      invoke(node);
      while (true) {
        WatchKey change = changes.poll(1, TimeUnit.MINUTES);
        assertThat(change).as("a template is written").isNotNull();
        // In this order: what comes after the look signals again.
        change.pollEvents();
        change.reset();
        try (Stream<Path> all = Files.list(templates(node))) {
          List<Path> whole = all.filter(file -> !file.endsWith("incoming")).toList();
          if (!whole.isEmpty()) {
            return whole.getFirst();
          }
        }
      }
    }
  }
}
