package dev.pappus.cli;

import dev.pappus.bench.load.Bson;
import dev.pappus.bench.load.LoadBench;
import dev.pappus.bench.load.Rates;
import dev.pappus.bench.load.Request;
import dev.pappus.bench.load.Requests;
import dev.pappus.bench.load.Target;
import dev.pappus.bench.result.RunFolder;
import dev.pappus.bench.result.RunPlan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pappus bench load}. */
@Command
final class BenchLoadOptions {
  /** What the server understands. */
  enum Protocol {
    HTTP,
    BSON
  }

  @Option(
      names = "--target",
      paramLabel = "URL",
      required = true,
      description = "Where to send to.")
  private String target = "";

  @Option(
      names = "--protocol",
      paramLabel = "http|bson",
      description = "Plain HTTP, or the reference's documents (default: http).")
  private Protocol protocol = Protocol.HTTP;

  @Option(names = "--function", paramLabel = "NAME", description = "With bson: what is invoked.")
  private @Nullable String function;

  @Option(
      names = {"-d", "--data"},
      paramLabel = "TEXT|@FILE",
      description = "Body; with bson the only item of the first set.")
  private String data = "";

  @Option(names = "--method", description = "With http (default: POST, without data GET).")
  private @Nullable String method;

  @Option(names = "--header", paramLabel = "'NAME: VALUE'", description = "Repeatable.")
  private final List<String> headers = new ArrayList<>();

  @Option(
      names = "--expect",
      paramLabel = "TEXT|@FILE",
      description = "What each answer must hold (default: what the first one did).")
  private @Nullable String expect;

  @Option(
      names = "--rate",
      paramLabel = "N|A:B:STEP",
      required = true,
      description = "Requests a second, one rate after the other.")
  private String rate = "";

  @Option(
      names = "--schedule",
      paramLabel = "poisson|fixed",
      description = "When requests are due (default: poisson).")
  private LoadBench.Arrival schedule = LoadBench.Arrival.POISSON;

  @Option(names = "--duration", paramLabel = "TIME", description = "Of each rate (default: 10s).")
  private @Nullable String duration;

  @Option(names = "--warm-up", paramLabel = "TIME", description = "Ahead of all (default: 2s).")
  private @Nullable String warmUp;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "Later answers do not count (default: 1s).")
  private @Nullable String timeout;

  @Option(names = "--reps", paramLabel = "N", description = "Of all rates (default: 1).")
  private int repetitions = 1;

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "Opened ahead and kept (default: 64).")
  private int connections = 64;

  @Option(names = "--max-connections", paramLabel = "N", description = "At most (default: 1000).")
  private int connectionsMax = 1000;

  @Option(names = "--seed", paramLabel = "N", description = "Of Poisson schedules (default: 1).")
  private long seed = 1;

  @Option(names = "--out", paramLabel = "DIR", description = "Run folder to make.")
  private @Nullable Path out;

  int run(Terminal terminal) throws IOException {
    if (connections < 1 || connectionsMax < connections || repetitions < 1) {
      throw usage(
          "there must be at least one repetition and one connection, and --max-connections must"
              + " not be below --connections");
    }
    if (protocol == Protocol.HTTP && function != null) {
      throw usage("--function goes with --protocol bson; with http the target's path names it");
    }
    if (protocol == Protocol.BSON && method != null) {
      throw usage("--method goes with --protocol http; the reference's documents are posted");
    }
    LoadBench.Settings settings = settings();
    Target at = Target.parse(target);
    Requests requests = Requests.repeat(request(terminal, at));
    if (out == null) {
      var _ = LoadBench.run(at, requests, settings, null, terminal.out()::println);
      return ExitCode.OK;
    }
    RunPlan plan = new RunPlan("load", command(settings), seed, terminal.home(), List.of(), "");
    try (RunFolder results = RunFolder.create(BenchTimes.folder(terminal, out, "load"), plan)) {
      var _ = LoadBench.run(at, requests, settings, results, terminal.out()::println);
    }
    return ExitCode.OK;
  }

  private LoadBench.Settings settings() {
    List<Double> rates;
    try {
      rates = Rates.parse(rate);
    } catch (IllegalArgumentException e) {
      throw usage("--rate: " + e.getMessage());
    }
    try {
      return new LoadBench.Settings(
          schedule,
          rates,
          BenchTimes.nanos("--duration", duration, TimeUnit.SECONDS.toNanos(10)),
          BenchTimes.nanos("--warm-up", warmUp, TimeUnit.SECONDS.toNanos(2)),
          BenchTimes.nanos("--timeout", timeout, TimeUnit.SECONDS.toNanos(1)),
          repetitions,
          connections,
          connectionsMax,
          seed);
    } catch (IllegalArgumentException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  private static CliException usage(String message) {
    return new CliException(ExitCode.USAGE, message, null);
  }

  private Request request(Terminal terminal, Target at) throws IOException {
    byte[] body = bytes(terminal, data);
    byte[] expected = expect == null ? null : bytes(terminal, expect);
    try {
      return switch (protocol) {
        case BSON -> {
          if (function == null) {
            throw usage("--protocol bson needs --function, what is invoked");
          }
          byte[] document = Bson.invocation(function, "", "body", body);
          yield expected == null
              ? LoadBench.learn(at, check -> at.post(headers, document, check))
              : at.post(headers, document, Bson.onlyItem(expected));
        }
        case HTTP -> {
          String verb = method == null ? body.length == 0 ? "GET" : "POST" : method;
          yield expected == null
              ? LoadBench.learn(at, check -> at.request(verb, headers, body, check))
              : at.request(
                  verb,
                  headers,
                  body,
                  (answer, length) ->
                      Arrays.equals(answer, 0, length, expected, 0, expected.length));
        }
      };
    } catch (IllegalArgumentException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  private static byte[] bytes(Terminal terminal, String text) throws IOException {
    return text.startsWith("@")
        ? Files.readAllBytes(terminal.folder().resolve(text.substring(1)))
        : text.getBytes(StandardCharsets.UTF_8);
  }

  /** What repeats it, every default spelt out. */
  private List<String> command(LoadBench.Settings settings) {
    List<String> words = new ArrayList<>(List.of("bench", "load", "--target", target));
    words.addAll(List.of("--protocol", protocol.name().toLowerCase(Locale.ROOT)));
    if (function != null) {
      words.addAll(List.of("--function", function));
    }
    words.addAll(List.of("--data", data));
    if (method != null) {
      words.addAll(List.of("--method", method));
    }
    headers.forEach(header -> words.addAll(List.of("--header", header)));
    if (expect != null) {
      words.addAll(List.of("--expect", expect));
    }
    words.addAll(List.of("--rate", rate));
    words.addAll(List.of("--schedule", schedule.name().toLowerCase(Locale.ROOT)));
    words.addAll(List.of("--duration", BenchTimes.text(settings.nanos())));
    words.addAll(List.of("--warm-up", BenchTimes.text(settings.warmUpNanos())));
    words.addAll(List.of("--timeout", BenchTimes.text(settings.timeoutNanos())));
    words.addAll(List.of("--reps", Integer.toString(repetitions)));
    words.addAll(List.of("--connections", Integer.toString(connections)));
    words.addAll(List.of("--max-connections", Integer.toString(connectionsMax)));
    words.addAll(List.of("--seed", Long.toString(seed)));
    return words;
  }
}
