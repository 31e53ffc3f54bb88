package dev.pappus.bench.pipeline;

import dev.pappus.bench.NodeControl;
import dev.pappus.bench.NodeProcess;
import dev.pappus.bench.OpenLoop;
import dev.pappus.bench.TemporaryFolder;
import dev.pappus.bench.result.RunFolder;
import dev.pappus.linux.Clocks;
import dev.pappus.model.Limit;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What compositions cost, on a node in a process of its own. */
public final class PipelineBench {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long BATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int BATCH_CALLS_MAX = 200;
  private static final int WARM_CALLS = 150;
  private static final int COST_CALLS = 50;
  private static final double SHARE = 0.6;
  private static final long SMALL_CONTEXT = 32 << 20;
  private static final String COPIED_IN = "pappus_copied_in_bytes_total";
  private static final String COPIED_OUT = "pappus_copied_out_bytes_total";

  private final Path guestBuild;
  private final Options options;
  private final Consumer<String> tell;

  /**
   * What is asked for.
   *
   * @param itemBytesMax largest item
   * @param repetitions of each case; the cases take turns
   * @param mixSeconds how long the mix runs
   * @param sealFrom {@link Limit#SEAL_FROM} of the node; the other, with which it is compared,
   *     copies all results
   * @param rate factor on the paper's rates; empty chooses what 60 % of this host bears
   * @param seed of the order, the schedule and the contents
   */
  public record Options(
      long itemBytesMax,
      int repetitions,
      double mixSeconds,
      long sealFrom,
      OptionalDouble rate,
      long seed) {}

  /**
   * A benchmark.
   *
   * @param tell gets a line now and then
   */
  public PipelineBench(Path guestBuild, Options options, Consumer<String> tell) {
    this.guestBuild = guestBuild;
    this.options = options;
    this.tell = tell;
  }

  /**
   * Measures, and writes what came out into {@code results}.
   *
   * @throws IOException if the node does not come up or answers wrongly
   */
  public PipelineReport run(RunFolder results) throws IOException {
    try (ContentServer contents = new ContentServer(options.seed());
        Node node = new Node(contents, options.sealFrom())) {
      Map<PipelineCase, Compared> cases;
      try (Node copying = new Node(contents, Long.MAX_VALUE)) {
        cases = measureCases(node, copying);
      }
      PipelineReport report =
          new PipelineReport(
              cases, measureMix(node.process, contents), options.mixSeconds(), options.seed());
      report.writeTo(results);
      return report;
    }
  }

  /** A node that has what is measured. */
  private final class Node implements AutoCloseable {
    private final TemporaryFolder folder = new TemporaryFolder();
    private final NodeProcess process;
    private final NodeControl control;

    Node(ContentServer contents, long sealFrom) throws IOException {
      process =
          NodeProcess.start(
              guestBuild,
              folder.path(),
              contents.port(),
              Map.of(Limit.OUTPUT_BYTES, 2 * PipelineCase.SET_BYTES_MAX, Limit.SEAL_FROM, sealFrom),
              null);
      control = new NodeControl(process.administration());
      boolean complete = false;
      try {
        deploy(control);
        complete = true;
      } finally {
        if (!complete) {
          close();
        }
      }
    }

    @Override
    public void close() throws IOException {
      control.close();
      process.close();
      folder.close();
    }
  }

  private void deploy(NodeControl control) throws IOException {
    // What goes in, what goes out, and room for the rest.
    long context = SMALL_CONTEXT + 3 * PipelineCase.SET_BYTES_MAX;
    control.deploy("make_items", binary("make_items"), context);
    control.deploy("sum_items", binary("sum_items"), context);
    control.deploy("pass", binary("copy"), context, List.of("items"), List.of("copies"));
    for (String name : List.of("make_requests", "count_lines", "sum", "compress_image")) {
      control.deploy(name, binary(name), SMALL_CONTEXT);
    }
    control.compose(PipelineCase.compositions());
    control.compose(Mix.compositions());
  }

  private byte[] binary(String name) throws IOException {
    return Files.readAllBytes(guestBuild.resolve(name + ".elf"));
  }

  // Chains and fan-outs.

  private Map<PipelineCase, Compared> measureCases(Node staying, Node copying) throws IOException {
    List<PipelineCase> order = new ArrayList<>(PipelineCase.all(options.itemBytesMax()));
    Map<PipelineCase, Compared> measured = new LinkedHashMap<>();
    order.forEach(each -> measured.put(each, new Compared()));
    Random random = new Random(options.seed());
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      for (int i = 0; i <= options.repetitions(); i++) {
        tell.accept(
            i == 0 ? "warming up" : "repetition %d of %d".formatted(i, options.repetitions()));
        Collections.shuffle(order, random);
        for (PipelineCase each : order) {
          Compared into = i == 0 ? new Compared() : Objects.requireNonNull(measured.get(each));
          if (random.nextBoolean()) {
            batch(each, client, staying, into.staying());
            batch(each, client, copying, into.copying());
          } else {
            batch(each, client, copying, into.copying());
            batch(each, client, staying, into.staying());
          }
        }
      }
    }
    return measured;
  }

  private static void batch(PipelineCase each, HttpClient client, Node node, Measured into)
      throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(
                node.process
                    .invocation()
                    .resolve("/composition/" + each.composition() + "?output=sum/sum"))
            .timeout(PATIENCE)
            .POST(BodyPublishers.ofString(each.plan()))
            .build();
    Histogram nanos = new Histogram(Measured.HIGHEST_NANOS, 3);
    double before = copied(node.control);
    long start = System.nanoTime();
    int calls = 0;
    while (calls == 0 || (System.nanoTime() - start < BATCH_NANOS && calls < BATCH_CALLS_MAX)) {
      long sent = System.nanoTime();
      String answer = text(client, request);
      nanos.recordValue(Math.min(System.nanoTime() - sent, Measured.HIGHEST_NANOS));
      if (!answer.equals(each.sum())) {
        throw new IOException(
            "%s of %d bytes answers '%s' instead of '%s'"
                .formatted(each.series(), each.itemBytes(), answer, each.sum()));
      }
      calls++;
    }
    double own = each.plan().length() + each.sum().length();
    into.add(nanos, (copied(node.control) - before) / calls - own);
  }

  private static double copied(NodeControl control) throws IOException {
    return control.metric(COPIED_IN).orElseThrow() + control.metric(COPIED_OUT).orElseThrow();
  }

  private static String text(HttpClient client, HttpRequest request) throws IOException {
    try {
      HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
      return answer.statusCode() == 200 ? answer.body() : answer.statusCode() + " " + answer.body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  // The mix.

  private PipelineReport.MixRun measureMix(NodeProcess node, ContentServer contents)
      throws IOException {
    byte[] image = ContentServer.image(options.seed());
    byte[] pixels =
        Arrays.copyOfRange(
            image,
            image.length - 3 * ContentServer.IMAGE_SIDE * ContentServer.IMAGE_SIDE,
            image.length);
    Map<Mix.Application, Double> costs = new EnumMap<>(Mix.Application.class);
    for (Mix.Application each : Mix.Application.values()) {
      costs.put(each, cpuSeconds(each, node, contents, pixels));
    }
    double highest = 0;
    for (double part = 0; part < 1; part += 0.01) {
      double cores = 0;
      for (Mix.Application each : Mix.Application.values()) {
        cores += each.rateAt(part) * Objects.requireNonNull(costs.get(each));
      }
      highest = Math.max(highest, cores);
    }
    double factor =
        options.rate().orElse(SHARE * Runtime.getRuntime().availableProcessors() / highest);
    tell.accept("mix at %.3f of the paper's rates".formatted(factor));
    List<OpenLoop.Planned<Mix.Due>> planned =
        Mix.schedule(options.mixSeconds(), factor, options.seed()).stream()
            .map(due ->
                new OpenLoop.Planned<>(
                    due,
                    due.dueNanos(),
                    () -> request(due.application(), node, contents),
                    answer -> check(due.application(), answer, pixels)))
            .toList();
    long cpu = Clocks.processCpuNanos((int) node.pid());
    List<OpenLoop.Answered<Mix.Due>> answers =
        OpenLoop.run(planned, System.nanoTime() + BATCH_NANOS);
    double busy = (Clocks.processCpuNanos((int) node.pid()) - cpu) / 1e9;
    return new PipelineReport.MixRun(factor, costs, answers, busy);
  }

  /** Processor time of the node for an invocation, without any other. */
  private static double cpuSeconds(
      Mix.Application each, NodeProcess node, ContentServer contents, byte[] pixels)
      throws IOException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      long before = 0;
      for (int i = -WARM_CALLS; i < COST_CALLS; i++) {
        if (i == 0) {
          before = Clocks.processCpuNanos((int) node.pid());
        }
        HttpResponse<byte[]> answer =
            client.send(request(each, node, contents), BodyHandlers.ofByteArray());
        String wrong =
            answer.statusCode() == 200
                ? check(each, answer.body(), pixels)
                : new String(answer.body(), StandardCharsets.UTF_8);
        if (wrong != null) {
          throw new IOException(each.composition() + ": " + wrong);
        }
      }
      return (Clocks.processCpuNanos((int) node.pid()) - before) / 1e9 / COST_CALLS;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static HttpRequest request(
      Mix.Application application, NodeProcess node, ContentServer contents) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(
                node.invocation().resolve("/composition/" + application.composition()))
            .timeout(PATIENCE);
    return switch (application) {
      case LOGS ->
          builder
              .header("Content-Type", "application/vnd.pappus.sets+json")
              .POST(
                  BodyPublishers.ofString(
                      """
                      {"sets":[{"name":"servers","items":[{"name":"s","text":"%s"}]},
                               {"name":"pattern","items":[{"name":"p","text":"%s"}]}]}
                      """
                          .formatted(
                              contents.logList().replace("\n", "\\n"), ContentServer.pattern())))
              .build();
      case IMAGE -> builder.POST(BodyPublishers.ofString(contents.imageList())).build();
    };
  }

  private static @Nullable String check(Mix.Application application, byte[] answer, byte[] pixels) {
    return switch (application) {
      case LOGS -> {
        String count = new String(answer, StandardCharsets.UTF_8);
        yield count.equals(ContentServer.expectedCount()) ? null : "wrong count " + count;
      }
      case IMAGE -> {
        try {
          yield Arrays.equals(QoiImage.decode(answer), pixels) ? null : "another image";
        } catch (RuntimeException e) {
          yield "no image: " + e.getMessage();
        }
      }
    };
  }
}
