package dev.pappus.bench.pipeline;

import dev.pappus.bench.NodeControl;
import dev.pappus.bench.NodeProcess;
import dev.pappus.bench.TemporaryFolder;
import dev.pappus.linux.Clocks;
import dev.pappus.model.Limit;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A node, in a process of its own, that has what is measured. One thread; its opener closes it. */
final class PipelineNode implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long SMALL_CONTEXT = 32 << 20;
  private static final String COPIED_IN = "pappus_copied_in_bytes_total";
  private static final String COPIED_OUT = "pappus_copied_out_bytes_total";

  private final Path guestBuild;
  private final TemporaryFolder folder = new TemporaryFolder();
  private final NodeProcess process;
  private final NodeControl control;

  /**
   * Starts a node.
   *
   * @param guestBuild holds the functions' programs
   * @param contents what its compositions may ask for
   * @param sealFrom its {@link Limit#SEAL_FROM}
   * @throws IOException if it does not come up
   */
  PipelineNode(Path guestBuild, ContentServer contents, long sealFrom) throws IOException {
    this.guestBuild = guestBuild;
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
      deploy();
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  private void deploy() throws IOException {
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

  /** A request to {@code composition}, which may have a query; it lacks its body. */
  HttpRequest.Builder request(String composition) {
    return HttpRequest.newBuilder(process.invocation().resolve("/composition/" + composition))
        .timeout(PATIENCE);
  }

  /** Bytes that it has copied into and out of sandboxes. */
  double copiedBytes() throws IOException {
    return control.metric(COPIED_IN).orElseThrow() + control.metric(COPIED_OUT).orElseThrow();
  }

  /** Processor time that it has had. */
  long cpuNanos() {
    return Clocks.processCpuNanos((int) process.pid());
  }

  @Override
  public void close() throws IOException {
    control.close();
    process.close();
    folder.close();
  }
}
