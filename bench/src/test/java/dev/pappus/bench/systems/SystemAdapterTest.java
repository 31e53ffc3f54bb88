package dev.pappus.bench.systems;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The contract of the scripts, and that ours keep it. */
class SystemAdapterTest {
  private static final Path ROOT = Path.of(System.getProperty("pappus.root"));

  @TempDir private Path folder;

  private SystemAdapter adapter(Map<String, String> scripts) throws IOException {
    for (String script : SystemAdapter.SCRIPTS) {
      Path file = folder.resolve(script);
      Files.writeString(file, "#!/bin/sh\n" + scripts.getOrDefault(script, "exit 0") + "\n");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }
    return new SystemAdapter(folder, environment());
  }

  private SystemAdapter.Environment environment() throws IOException {
    Path state = folder.resolve("state");
    Files.createDirectories(state);
    return new SystemAdapter.Environment(
        Path.of("/bin/true"), Path.of("/nowhere"), state, "kvm", 7, 128);
  }

  @Test
  void scriptsAreToldWhatTheyNeed() throws IOException {
    SystemAdapter adapter =
        adapter(
            Map.of(
                "describe",
                "echo title=$BENCH_BACKEND; echo cold=$BENCH_COLD; echo size=$BENCH_SIZE;"
                    + " echo guest=$BENCH_GUEST; echo pappus=$BENCH_PAPPUS; echo no pair"));
    assertThat(adapter.describe())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "title",
                "kvm",
                "cold",
                "7",
                "size",
                "128",
                "guest",
                "/nowhere",
                "pappus",
                "/bin/true"));
  }

  @Test
  void aSystemThatCannotRunSaysWhy() throws IOException {
    assertThat(adapter(Map.of()).check()).isEmpty();
    assertThat(adapter(Map.of("check", "echo it is not here; exit 1")).check())
        .isEqualTo(Optional.of("it is not here"));
    assertThat(adapter(Map.of("check", "exit 3")).check().orElseThrow()).contains("exit code 3");
  }

  /** A server that a script leaves behind does not hold the script's caller up. */
  @Test
  void whatIsStartedIsStopped() throws Exception {
    SystemAdapter adapter =
        adapter(
            Map.of(
                "start",
                "sleep 600 & echo $! >\"$BENCH_STATE/pid\"; echo url=http://127.0.0.1:1",
                "stop",
                "kill \"$(cat \"$BENCH_STATE/pid\")\""));
    SystemAdapter.Running running = adapter.start();
    assertThat(running.url()).isEqualTo("http://127.0.0.1:1");
    ProcessHandle server = ProcessHandle.of(running.process().orElseThrow()).orElseThrow();
    assertThat(ProcessTree.cpuNanos(server.pid())).isNotNegative();
    adapter.stop();
    server.onExit().get(10, TimeUnit.SECONDS);
  }

  /** Ctrl-C while a system comes up: the script and its server end, and no other one begins. */
  @Test
  @Timeout(60)
  void aStartThatIsUnderWayIsAbandoned() throws Exception {
    SystemAdapter adapter =
        adapter(
            Map.of(
                "start",
                "sleep 600 & echo $! >\"$BENCH_STATE/pid\"; touch \"$BENCH_STATE/begun\";"
                    + " sleep 600; echo url=http://127.0.0.1:1",
                "stop",
                "touch \"$BENCH_STATE/stopped\""));
    CompletableFuture<Throwable> failure =
        CompletableFuture.supplyAsync(() -> assertThrows(IOException.class, adapter::start));
    while (!Files.exists(folder.resolve("state/begun"))) {
      Thread.onSpinWait();
    }
    long process = Long.parseLong(Files.readString(folder.resolve("state/pid")).strip());
    ProcessHandle server = ProcessHandle.of(process).orElseThrow();
    adapter.abandon();
    assertThat(failure.get(10, TimeUnit.SECONDS)).hasMessageContaining("start failed");
    server.onExit().get(30, TimeUnit.SECONDS);
    assertThat(folder.resolve("state/stopped")).exists();
    assertThat(assertThrows(IOException.class, adapter::start))
        .hasMessageContaining("not started any more");
  }

  /** A server has written who it is before it is one, whatever becomes of the script. */
  @Test
  void serversWriteTheirIdentifiersThemselves() throws Exception {
    String library = ROOT.resolve("bench/systems/lib.sh").toString();
    SystemAdapter adapter =
        adapter(
            Map.of(
                "start",
                "set -eu; . "
                    + library
                    + "; in_background 'pid ' sh -c 'echo pid $$; sleep 600' |"
                    + " sed 's/pid /url=/'",
                "stop",
                ". " + library + "; stop_server"));
    SystemAdapter.Running running = adapter.start();
    assertThat(running.process()).contains(Long.parseLong(running.url()));
    Optional<ProcessHandle> server = ProcessHandle.of(Long.parseLong(running.url()));
    adapter.stop();
    server.orElseThrow().onExit().get(30, TimeUnit.SECONDS);
  }

  @Test
  void aStartWithoutAnAddressIsStoppedAgain() throws IOException {
    SystemAdapter silent = adapter(Map.of("stop", "touch \"$BENCH_STATE/stopped\""));
    assertThat(assertThrows(IOException.class, silent::start)).hasMessageContaining("no url=");
    assertThat(folder.resolve("state/stopped")).exists();
    SystemAdapter failing = adapter(Map.of("start", "echo no luck >&2; exit 1"));
    assertThat(assertThrows(IOException.class, failing::start)).hasMessageContaining("no luck");
  }

  @Test
  void ourAdaptersAreComplete() throws IOException {
    Path systems = ROOT.resolve("bench/systems");
    assertThat(SystemAdapter.names(systems))
        .contains("pappus", "pappus-io-cores", "in-process", "fork-exec", "crun", "runc", "gvisor");
    for (String name : SystemAdapter.names(systems)) {
      SystemAdapter adapter = new SystemAdapter(systems.resolve(name), environment());
      assertThat(adapter.describe()).as(name).containsKeys("title", "protocol", "isolation");
      if (!name.startsWith("pappus")) {
        assertThat(adapter.check()).as("nothing is built at /nowhere: %s", name).isPresent();
      }
    }
    assertThat(
            assertThrows(IOException.class, () -> new SystemAdapter(folder, environment()).check()))
        .hasMessageContaining("is no program");
  }
}
