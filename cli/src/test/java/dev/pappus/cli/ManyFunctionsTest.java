package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * 10 000 functions on a node of the archive, with the launcher's caches: prints how long the node
 * takes to start, how much more memory it has then, and how long {@code ls} takes.
 */
@Tag("stress")
class ManyFunctionsTest {
  private static final int COUNT = 10_000;
  private static final int AT_ONCE = 16;
  private static final int STARTS = 5;
  private static final int LISTS = 15;

  /** What the node may have more than an empty one. */
  private static final long MORE_KIB_MAX = 60 << 10;

  @TempDir private Path folder;

  /** A node that runs. */
  private record Server(Process process, URI administration, long startMillis)
      implements AutoCloseable {
    long residentKib() throws IOException {
      Path status = Path.of("/proc", Long.toString(process.pid()), "status");
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElseThrow();
    }

    @Override
    public void close() {
      process.destroy();
      process.onExit().orTimeout(60, TimeUnit.SECONDS).join();
    }
  }

  private Server start(UnpackedArchive archive) throws Exception {
    long began = System.nanoTime();
    Process process =
        archive.start(
            Map.of("PATH", System.getenv("PATH")),
            "server",
            "--port=0",
            "--admin-port=0",
            "--data=" + folder.resolve("data"));
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String line = String.valueOf(out.readLine());
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    assertThat(line).contains("admin=");
    return new Server(process, URI.create(line.replaceFirst(".* admin=", "")), millis);
  }

  private static void fill(Server server) throws Exception {
    byte[] elf = Files.readAllBytes(CommandRun.GUEST_BUILD.resolve("greet.elf"));
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      for (int i = 0; i < COUNT; i++) {
        String path = "/v1/functions/function_%05d".formatted(i);
        all.add(
            threads.submit(() ->
                new NodeClient(server.administration(), 60_000)
                    .send("PUT", path, "application/octet-stream", elf)));
      }
    }
    for (Future<?> each : all) {
      each.get();
    }
  }

  @Test
  void theyCostLittleMemory() throws Exception {
    UnpackedArchive archive = UnpackedArchive.in(folder);
    Map<String, String> making = Map.of("PATH", System.getenv("PATH"), "PAPPUS_CACHE", "now");
    assertThat(archive.pappus(archive.home(), making, "version").exitCode()).isZero();
    long emptyKib;
    try (Server server = start(archive)) {
      emptyKib = server.residentKib();
      fill(server);
    }
    List<Long> starts = new ArrayList<>();
    List<Long> kib = new ArrayList<>();
    for (int i = 0; i < STARTS; i++) {
      try (Server server = start(archive)) {
        starts.add(server.startMillis());
        kib.add(server.residentKib());
      }
    }
    List<Long> lists;
    try (Server server = start(archive)) {
      lists = lists(archive, server);
    }
    long moreKib = kib.stream().sorted().toList().get(STARTS / 2) - emptyKib;
    System.out.printf(
        Locale.ROOT,
        "%d functions: node starts in %s ms, has %+.1f MiB more than an empty one; ls takes %s ms%n",
        COUNT,
        minAndMedian(starts),
        moreKib / 1024.0,
        minAndMedian(lists));
    assertThat(moreKib).isLessThan(MORE_KIB_MAX);
  }

  private List<Long> lists(UnpackedArchive archive, Server server) throws Exception {
    Map<String, String> environment =
        Map.of("PATH", System.getenv("PATH"), "PAPPUS_SERVER", server.administration().toString());
    List<Long> millis = new ArrayList<>();
    for (int i = 0; i < LISTS; i++) {
      long began = System.nanoTime();
      UnpackedArchive.Run run = archive.pappus(archive.home(), environment, "ls");
      millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
      assertThat(run.exitCode()).as(run.text()).isZero();
      assertThat(run.text().lines().filter(line -> line.startsWith("function_"))).hasSize(COUNT);
    }
    return millis;
  }

  private static String minAndMedian(List<Long> millis) {
    List<Long> sorted = millis.stream().sorted().toList();
    return "%d (min), %d (p50)".formatted(sorted.getFirst(), sorted.get(sorted.size() / 2));
  }
}
