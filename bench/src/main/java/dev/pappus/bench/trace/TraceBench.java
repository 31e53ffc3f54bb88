package dev.pappus.bench.trace;

import dev.pappus.bench.ControlGroup;
import dev.pappus.bench.NodeControl;
import dev.pappus.bench.NodeMemory;
import dev.pappus.bench.NodeProcess;
import dev.pappus.bench.TemporaryFolder;
import dev.pappus.bench.model.Demand;
import dev.pappus.bench.result.RunFolder;
import dev.pappus.model.Limit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Replays a trace on a node in a process of its own, and feeds the same invocations to the model of
 * a platform that keeps instances alive.
 */
public final class TraceBench {
  private static final int CALLS_MAX = 1_000_000;
  private static final long LEAD_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long ROOM_BYTES = 16 << 20;
  private static final long CONTEXT_STEP = 2 << 20;

  private final Path guestBuild;
  private final TraceOptions options;
  private final Consumer<String> tell;

  /**
   * A replay.
   *
   * @param tell gets a line now and then
   */
  public TraceBench(Path guestBuild, TraceOptions options, Consumer<String> tell) {
    this.guestBuild = guestBuild;
    this.options = options;
    this.tell = tell;
  }

  /**
   * Replays, and writes what came out into {@code results}.
   *
   * @throws TraceException if the trace cannot be used
   * @throws IOException if the node does not come up, or a file cannot be read
   */
  public TraceReport run(RunFolder results) throws IOException {
    AzureTrace trace =
        AzureTrace.read(
            options.folder(), options.sample(), options.fromMinute(), options.toMinute());
    byte[] binary = Files.readAllBytes(guestBuild.resolve("trace_work.elf"));
    HostSize host = HostSize.read();
    ControlGroup group = ControlGroup.make();
    // Closed in the reverse order: the group when no process is in it any more.
    try (AutoCloseableGroup _ = new AutoCloseableGroup(group);
        TemporaryFolder folder = new TemporaryFolder();
        WaitServer waits = new WaitServer();
        NodeProcess node =
            NodeProcess.start(guestBuild, folder.path(), waits.port(), limits(), group);
        NodeControl control = new NodeControl(node.administration())) {
      HostSpeed speed = HostSpeed.measure(node.invocation(), control, binary);
      TraceScale scale = ScaleChoice.choose(trace, options, host, speed.touchNanosPerByte());
      TraceReport.Setting setting =
          new TraceReport.Setting(
              trace,
              scale,
              host,
              speed,
              OfferedLoad.of(trace, scale.withRate(1).withMemory(1), speed.touchNanosPerByte()),
              OfferedLoad.of(trace, scale, speed.touchNanosPerByte()));
      setting.lines().forEach(tell);
      List<Demand> demands = DemandSchedule.of(trace, scale, CALLS_MAX);
      deploy(trace, scale, binary, control);
      NodeMemory memory = new NodeMemory(group, node.pid());
      long start = System.nanoTime() + LEAD_NANOS;
      try (MemorySampler sampler = new MemorySampler(memory, control, start)) {
        tell.accept(
            "replaying %d invocations in %d s"
                .formatted(
                    demands.size(),
                    TimeUnit.NANOSECONDS.toSeconds(trace.minutes() * scale.minuteNanos())));
        List<TraceReplay.Call> calls =
            new TraceReplay(
                    node.invocation(),
                    TraceBench::composition,
                    waits,
                    speed,
                    TraceReplay.patienceFor(scale.maxDurationNanos()))
                .run(demands, start);
        TraceReport report = TraceReport.of(setting, calls, sampler.samples(), memory.from());
        report.writeTo(results);
        return report;
      }
    }
  }

  /** A group that there may not be. */
  private record AutoCloseableGroup(@org.jspecify.annotations.Nullable ControlGroup group)
      implements AutoCloseable {
    @Override
    public void close() {
      if (group != null) {
        group.close();
      }
    }
  }

  /** Of the node: no invocation of the trace may meet one. */
  private Map<Limit, Long> limits() {
    long longest = 10 * options.rest().maxDurationNanos();
    return Map.of(
        Limit.FUNCTION_RUN, Math.max(Limit.FUNCTION_RUN.defaultValue(), longest),
        Limit.HTTP_TIMEOUT, Math.max(Limit.HTTP_TIMEOUT.defaultValue(), longest),
        Limit.INVOCATION_WALL, Math.max(Limit.INVOCATION_WALL.defaultValue(), 3 * longest));
  }

  private static String composition(int function) {
    return "run_" + function;
  }

  /** Each function with code of its own: what is behind an ELF file's end is not looked at. */
  private static void deploy(AzureTrace trace, TraceScale scale, byte[] binary, NodeControl control)
      throws IOException {
    StringBuilder text = new StringBuilder("function HTTP (requests) => (headers, bodies);\n");
    for (int i = 0; i < trace.functions().size(); i++) {
      TraceFunction function = trace.functions().get(i);
      byte[] mark = ("\n" + i + " " + function.id()).getBytes(StandardCharsets.UTF_8);
      byte[] own = Arrays.copyOf(binary, binary.length + mark.length);
      System.arraycopy(mark, 0, own, binary.length, mark.length);
      long bytes = (long) (function.memoryMegabytes() * scale.memory() * (1 << 20));
      long context = Math.ceilDiv(bytes + bytes / 8 + ROOM_BYTES, CONTEXT_STEP) * CONTEXT_STEP;
      if (context > Limit.CONTEXT_MAX.defaultValue()) {
        throw new TraceException(
            "a function of %d MiB is more than a context may have: choose a smaller --scale-memory"
                .formatted(bytes >> 20));
      }
      control.deploy("work_" + i, own, context);
      text.append(
          """
          function work_%1$d (task) => (result, requests);
          composition %2$s (task) => (result, waited) {
            work_%1$d (task = all task) => (result = result, requests = requests);
            HTTP (requests = each requests) => (waited = bodies);
          }
          """
              .formatted(i, composition(i)));
    }
    control.compose(text.toString());
  }
}
