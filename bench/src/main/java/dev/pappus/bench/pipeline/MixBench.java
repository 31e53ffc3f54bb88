package dev.pappus.bench.pipeline;

import dev.pappus.bench.OpenLoop;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Applications that compute and communicate, together on one node. One thread. */
final class MixBench {
  private static final int WARM_CALLS = 150;
  private static final int COST_CALLS = 50;

  /** Of this host's processors, which the mix should keep busy at its highest rate. */
  private static final double SHARE = 0.6;

  private static final long AHEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final PipelineNode node;
  private final ContentServer contents;
  private final PipelineBench.Options options;
  private final Consumer<String> tell;

  /** What the image that compositions compress consists of. */
  private final byte[] pixels;

  /**
   * A mix on {@code node}.
   *
   * @param contents what its applications ask for
   * @param tell gets a line now and then
   */
  MixBench(
      PipelineNode node,
      ContentServer contents,
      PipelineBench.Options options,
      Consumer<String> tell) {
    this.node = node;
    this.contents = contents;
    this.options = options;
    this.tell = tell;
    byte[] image = ContentServer.image(options.seed());
    this.pixels =
        Arrays.copyOfRange(
            image,
            image.length - 3 * ContentServer.IMAGE_SIDE * ContentServer.IMAGE_SIDE,
            image.length);
  }

  /**
   * Measures what each application costs, then all of them on their schedule.
   *
   * @throws IOException if one answers wrongly while it runs alone
   */
  PipelineReport.MixRun run() throws IOException {
    Map<Mix.Application, Double> costs = new EnumMap<>(Mix.Application.class);
    for (Mix.Application each : Mix.Application.values()) {
      costs.put(each, cpuSeconds(each));
    }
    double factor = options.rate().orElseGet(() -> bearable(costs));
    tell.accept("mix at %.3f of the paper's rates".formatted(factor));
    List<OpenLoop.Planned<Mix.Due>> planned =
        Mix.schedule(options.mixSeconds(), factor, options.seed()).stream()
            .map(due ->
                new OpenLoop.Planned<>(
                    due,
                    due.dueNanos(),
                    () -> request(due.application()),
                    answer -> check(due.application(), answer)))
            .toList();
    long cpu = node.cpuNanos();
    List<OpenLoop.Answered<Mix.Due>> answers =
        OpenLoop.run(planned, System.nanoTime() + AHEAD_NANOS);
    double busy = (node.cpuNanos() - cpu) / 1e9;
    return new PipelineReport.MixRun(factor, costs, answers, busy);
  }

  /** The factor on the paper's rates that this host bears. */
  private static double bearable(Map<Mix.Application, Double> costs) {
    double highest = 0;
    for (double part = 0; part < 1; part += 0.01) {
      double cores = 0;
      for (Mix.Application each : Mix.Application.values()) {
        cores += each.rateAt(part) * Objects.requireNonNull(costs.get(each));
      }
      highest = Math.max(highest, cores);
    }
    return SHARE * Runtime.getRuntime().availableProcessors() / highest;
  }

  /** Processor time of the node for an invocation, without any other. */
  private double cpuSeconds(Mix.Application each) throws IOException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      long before = 0;
      for (int i = -WARM_CALLS; i < COST_CALLS; i++) {
        if (i == 0) {
          before = node.cpuNanos();
        }
        HttpResponse<byte[]> answer = client.send(request(each), BodyHandlers.ofByteArray());
        String wrong =
            answer.statusCode() == 200
                ? check(each, answer.body())
                : new String(answer.body(), StandardCharsets.UTF_8);
        if (wrong != null) {
          throw new IOException(each.composition() + ": " + wrong);
        }
      }
      return (node.cpuNanos() - before) / 1e9 / COST_CALLS;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private HttpRequest request(Mix.Application application) {
    HttpRequest.Builder builder = node.request(application.composition());
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

  /** What is wrong with {@code answer}; null is nothing. */
  private @Nullable String check(Mix.Application application, byte[] answer) {
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
