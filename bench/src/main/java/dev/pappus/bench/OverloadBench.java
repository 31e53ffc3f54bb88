package dev.pappus.bench;

import dev.pappus.bench.load.LoadFlow;
import dev.pappus.bench.load.LoadGenerator;
import dev.pappus.bench.load.Requests;
import dev.pappus.bench.load.Schedule;
import dev.pappus.bench.load.Target;
import dev.pappus.model.Limit;
import dev.pappus.server.Configuration;
import dev.pappus.server.PappusNode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * A whole node under ten times the load it can bear, and a quiet namespace beside a noisy one. The
 * load comes over loopback from one thread of this process, so it shares the node's cores; parts
 * take turns in slices, against slow phases.
 */
public final class OverloadBench {
  private static final long SLICE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int PARTS = 4;

  /**
   * About twenty milliseconds of work: a node then bears so few requests that ten times as many
   * cost their generator and their refusals, on the same cores, little.
   */
  private static final String WORK = "20000000";

  private static final String PATH = "/function/busy";
  private static final int CONNECTIONS_MAX = 512;
  private static final long ANSWER_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);
  private static final int OVERLOAD = 10;
  private static final double QUIET_SHARE = 0.25;

  /** Far below the default, so that a slice is long against the queue. */
  private static final long QUEUE_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Target target;
  private final LoadGenerator generator;
  private final Histogram refusals = new Histogram(Invoker.HIGHEST_NANOS, 3);
  private final Histogram quietAloneTimes = new Histogram(Invoker.HIGHEST_NANOS, 3);
  private final Histogram quietBesideTimes = new Histogram(Invoker.HIGHEST_NANOS, 3);
  private double peak;
  private double goodput;
  private double quietAlone;
  private double quietBeside;
  private long sent;
  private long refused;
  private long unsent;
  private long failed;
  private long heapBefore;
  private long heapAfter;

  private OverloadBench(Target target, LoadGenerator generator) {
    this.target = target;
    this.generator = generator;
  }

  /**
   * Measures for about {@code nanos}.
   *
   * @throws IOException if the guest program cannot be read, or the node cannot be reached
   * @throws IllegalStateException if this host cannot run guests
   */
  public static OverloadResult run(Path guestBuild, long nanos) throws IOException {
    try (TemporaryFolder data = new TemporaryFolder();
        PappusNode node =
            PappusNode.start(
                Configuration.builder()
                    .port(0)
                    .adminPort(0)
                    .dataFolder(data.path())
                    .limit(Limit.QUEUE_WAIT, QUEUE_WAIT_NANOS)
                    .build())) {
      String unavailable = node.sandboxes().whyNoNativePrograms();
      if (unavailable != null) {
        throw new IllegalStateException(unavailable);
      }
      for (String namespace : List.of("default", "quiet", "noisy")) {
        deploy(node.addresses().administration(), namespace, guestBuild.resolve("busy.elf"));
      }
      Target target = Target.parse(node.addresses().invocation() + PATH);
      try (LoadGenerator generator = new LoadGenerator(target.address(), CONNECTIONS_MAX)) {
        return new OverloadBench(target, generator).measure(nanos);
      }
    }
  }

  private static void deploy(String administration, String namespace, Path elf) throws IOException {
    URI target = URI.create(administration + "/v1/functions/busy");
    HttpURLConnection connection = (HttpURLConnection) target.toURL().openConnection();
    connection.setRequestMethod("PUT");
    connection.setRequestProperty("Pappus-Namespace", namespace);
    connection.setDoOutput(true);
    try (OutputStream out = connection.getOutputStream()) {
      Files.copy(elf, out);
    }
    if (connection.getResponseCode() != 201) {
      throw new IOException("the node does not take " + elf + ": " + connection.getResponseCode());
    }
  }

  private OverloadResult measure(long nanos) {
    peakSlice();
    overloadSlice(peakSlice());
    reset();
    heapBefore = usedHeap();
    int rounds = Math.toIntExact(Math.max(1, nanos / (PARTS * SLICE_NANOS)));
    for (int i = 0; i < rounds; i++) {
      double sustainable = peakSlice();
      peak += sustainable / rounds;
      goodput += overloadSlice(sustainable) / rounds;
      quietAlone += quietSlice(sustainable, false, quietAloneTimes) / rounds;
      quietBeside += quietSlice(sustainable, true, quietBesideTimes) / rounds;
    }
    heapAfter = usedHeap();
    return new OverloadResult(
        peak,
        goodput,
        sent * 1e9 / SLICE_NANOS / (2.0 * rounds),
        refused,
        refusals.getValueAtPercentile(50) / 1e6,
        refusals.getValueAtPercentile(99) / 1e6,
        quietAlone,
        quietBeside,
        quietAloneTimes.getValueAtPercentile(99) / 1e6,
        quietBesideTimes.getValueAtPercentile(99) / 1e6,
        unsent,
        failed,
        heapBefore >> 20,
        heapAfter >> 20);
  }

  private void reset() {
    refusals.reset();
    sent = 0;
    refused = 0;
    unsent = 0;
    failed = 0;
  }

  /** Results a second with as many clients as keep every engine busy. */
  private double peakSlice() {
    int clients = 4 * Runtime.getRuntime().availableProcessors();
    LoadFlow flow = LoadFlow.closed(requests("default"), clients);
    run(List.of(flow));
    return perSecond(flow);
  }

  private double overloadSlice(double sustainable) {
    LoadFlow flow = LoadFlow.open(requests("default"), new Schedule.Fixed(OVERLOAD * sustainable));
    run(List.of(flow));
    count(flow);
    return perSecond(flow);
  }

  private double quietSlice(double sustainable, boolean noise, Histogram times) {
    LoadFlow quiet =
        LoadFlow.open(requests("quiet"), new Schedule.Fixed(QUIET_SHARE * sustainable));
    LoadFlow noisy = LoadFlow.open(requests("noisy"), new Schedule.Fixed(OVERLOAD * sustainable));
    run(noise ? List.of(quiet, noisy) : List.of(quiet));
    if (noise) {
      count(noisy);
    }
    failed += quiet.failed();
    unsent += quiet.unsent();
    times.add(quiet.served());
    return perSecond(quiet);
  }

  private Requests requests(String namespace) {
    return Requests.repeat(
        target.post(
            List.of("Pappus-Namespace: " + namespace),
            WORK.getBytes(StandardCharsets.US_ASCII),
            (_, length) -> length > 0));
  }

  private void run(List<LoadFlow> flows) {
    generator.run(flows, SLICE_NANOS, ANSWER_NANOS_MAX);
  }

  private void count(LoadFlow flow) {
    sent += flow.sent();
    refused += flow.refused().getTotalCount();
    unsent += flow.unsent();
    failed += flow.failed();
    refusals.add(flow.refused());
  }

  private static double perSecond(LoadFlow flow) {
    return flow.servedInWindow() * 1e9 / SLICE_NANOS;
  }

  private static long usedHeap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
