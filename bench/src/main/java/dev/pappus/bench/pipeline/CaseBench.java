package dev.pappus.bench.pipeline;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * Chains and fan-outs on two nodes, in batches that take turns.
 *
 * @param options which, and how often
 * @param tell gets a line now and then
 */
record CaseBench(PipelineBench.Options options, Consumer<String> tell) {
  private static final long BATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int BATCH_CALLS_MAX = 200;

  /**
   * Measures each case.
   *
   * @param staying results stay in its sandboxes as its settings say
   * @param copying copies all out
   * @throws IOException if one answers wrongly
   */
  Map<PipelineCase, Compared> run(PipelineNode staying, PipelineNode copying) throws IOException {
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

  private static void batch(PipelineCase each, HttpClient client, PipelineNode node, Measured into)
      throws IOException {
    HttpRequest request =
        node.request(each.composition() + "?output=sum/sum")
            .POST(BodyPublishers.ofString(each.plan()))
            .build();
    Histogram nanos = new Histogram(Measured.HIGHEST_NANOS, 3);
    double before = node.copiedBytes();
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
    into.add(nanos, (node.copiedBytes() - before) / calls - own);
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
}
