package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The node as a process of its own: its one line, its end, its size. */
class ServerProcessTest {
  private static final Pattern LISTENING =
      Pattern.compile(
          "listening invoke=(http://127\\.0\\.0\\.1:\\d+) admin=(http://127\\.0\\.0\\.1:\\d+)");
  private static final long RESIDENT_MAX_KIB = 150 << 10;

  /**
   * Threads of the node itself; sandboxes have some, too, and KVM, which are where functions are.
   */
  private static final Pattern NODES_OWN =
      Pattern.compile("java|http-.*|timeouts|VM Thread|C[12] Compiler.*");

  @TempDir Path folder;

  @Test
  void itSaysWhereItListensStaysSmallAndEndsOnSigterm() throws Exception {
    Path log = folder.resolve("stderr");
    Process process = start(log);
    try (BufferedReader out = process.inputReader(UTF_8)) {
      String line = out.readLine();
      assertThat(line).as("stderr: %s", Files.readString(log)).matches(LISTENING);
      Matcher addresses = LISTENING.matcher(line);
      assertThat(addresses.matches()).isTrue();
      assertThat(get(addresses.group(2) + "/readyz")).isEqualTo(200);
      assertThat(get(addresses.group(1) + "/none")).isEqualTo(404);
      assertThat(residentKib(process)).as("resident KiB, idle").isLessThan(RESIDENT_MAX_KIB);
      process.toHandle().destroy(); // SIGTERM; Process.destroy would close the streams too
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
      assertThat(Files.readAllLines(log))
          .as("the log, off a terminal")
          .isNotEmpty()
          .allMatch(each -> each.startsWith("{\"ts\":\"") && each.endsWith("}"))
          .anyMatch(each -> each.contains("ignoring") && each.contains("PAPPUS_SERVICE_HOST"))
          .last(STRING)
          .contains("\"level\":\"INFO\"", "\"msg\":\"stopping\"");
      assertThat(out.readLine()).as("a second line on stdout").isNull();
    } finally {
      process.destroyForcibly();
    }
  }

  private Process start(Path log, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(NodeJvm.OPTIONS);
    command.addAll(
        List.of(
            "-Dpappus.guest.build=" + System.getProperty("pappus.guest.build", ""),
            "-cp",
            System.getProperty("java.class.path"),
            ServerProcessMain.class.getName(),
            folder.resolve("data").toString()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(log.toFile()).start();
  }

  @Test
  void coresThatAreKeptForTheNodeRunNoFunctions() throws Exception {
    Path log = folder.resolve("stderr");
    int cores = Runtime.getRuntime().availableProcessors();
    assumeTrue(cores > 1, "there is one core only");
    Process process = start(log, "1");
    try (BufferedReader out = process.inputReader(UTF_8)) {
      String line = out.readLine();
      assertThat(line).as("stderr: %s", Files.readString(log)).matches(LISTENING);
      Matcher addresses = LISTENING.matcher(line);
      assertThat(addresses.matches()).isTrue();
      assertThat(get(addresses.group(1) + "/none")).isEqualTo(404);
      Map<String, String> places = places(process);
      String kept = places.get("java");
      assertThat(kept).matches("\\d+");
      places.forEach((thread, place) -> {
        if (thread.startsWith("engine-")) {
          assertThat(place).as(thread).doesNotMatch("(.*[,-])?" + kept + "([,-].*)?");
        } else if (NODES_OWN.matcher(thread).matches()) {
          assertThat(place).as(thread).isEqualTo(kept);
        }
      });
      assertThat(places.keySet()).anyMatch(name -> name.startsWith("http-"));
      assertThat(places.keySet()).filteredOn(name -> name.startsWith("engine-")).hasSize(cores - 1);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void keepingAllCoresIsRefused() throws Exception {
    Path log = folder.resolve("stderr");
    Process process = start(log, "4096");
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isNotZero();
    assertThat(Files.readString(log)).contains("io_cores must leave a processor for functions");
  }

  /** The processors that each thread may use, as /proc has them; some end while it is read. */
  private static Map<String, String> places(Process process) throws IOException {
    Map<String, String> places = new HashMap<>();
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
      for (Path thread : threads.toList()) {
        try {
          String status = Files.readString(thread.resolve("status"));
          Matcher allowed = Pattern.compile("Cpus_allowed_list:\\s+(\\S+)").matcher(status);
          assertThat(allowed.find()).isTrue();
          places.put(Files.readString(thread.resolve("comm")).strip(), allowed.group(1));
        } catch (IOException e) {
          assertThat(thread).doesNotExist();
        }
      }
    }
    return places;
  }

  private static int get(String url) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create(url)).build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }

  private static long residentKib(Process process) throws IOException {
    String status = Files.readString(Path.of("/proc/" + process.pid() + "/status"));
    Matcher resident = Pattern.compile("VmRSS:\\s+(\\d+) kB").matcher(status);
    assertThat(resident.find()).isTrue();
    System.out.println("idle node: " + resident.group(1) + " KiB resident");
    return Long.parseLong(resident.group(1));
  }
}
