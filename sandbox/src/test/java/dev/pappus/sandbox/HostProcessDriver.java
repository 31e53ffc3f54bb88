package dev.pappus.sandbox;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.GuestState;
import dev.pappus.model.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs each instance as a plain process (guest/native/host_runner.c), so that the guest programs
 * and everything above the SPI can be tested without KVM. It isolates nothing and serves tests
 * only.
 */
final class HostProcessDriver implements ComputeDriver {
  private static final String NAME = "host";

  private final Path folder;
  private final Path runner;

  HostProcessDriver(Path folder) {
    this(folder, Guests.file("host_runner"));
  }

  HostProcessDriver(Path folder, Path runner) {
    this.folder = folder;
    this.runner = runner;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public BinaryKind accepts() {
    return BinaryKind.ELF;
  }

  @Override
  public PreparedFunction prepare(MemorySegment binary, FunctionSpec spec) {
    GuestLayout layout = GuestLayout.of(spec.contextBytes());
    ElfImage image = ElfImage.of(binary, spec, Limits.DEFAULTS, null);
    image.requireOwnChecks(NAME);
    return new Prepared(image, layout);
  }

  @Override
  public ComputeEngine openEngine(int index) {
    return new Engine(folder, runner);
  }

  @Override
  public void close() {}

  private record Prepared(ElfImage image, GuestLayout layout) implements PreparedFunction {
    @Override
    public String sandbox() {
      return NAME;
    }

    @Override
    public long residentBytes() {
      return image.residentBytes();
    }

    @Override
    public long contextBytes() {
      return layout.contextBytes();
    }
  }

  /** The context is a sparse file, mapped here and in the process. */
  private static final class FileContext implements Context, GuestMemory {
    private final Prepared function;
    private final Path file;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory;

    FileContext(Prepared function, Path folder) {
      this.function = function;
      try {
        file = Files.createTempFile(folder, "context", ".bin");
        try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
          memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, sizeBytes(), arena);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      for (ElfImage.Segment segment : function.image.segments()) {
        write(segment.address(), segment.bytes());
      }
    }

    @Override
    public long sizeBytes() {
      return function.contextBytes();
    }

    @Override
    public void write(long address, MemorySegment source) {
      MemorySegment.copy(source, 0, memory, address, source.byteSize());
    }

    @Override
    public void read(long address, MemorySegment target) {
      MemorySegment.copy(memory, address, target, 0, target.byteSize());
    }

    @Override
    public Warmth warmth() {
      return new Warmth(false, true);
    }

    @Override
    public void write(List<DataSet> inputs, List<String> outputs) {
      this.outputs = List.copyOf(outputs);
      InputTables.write(this, function.image, inputs, outputs);
    }

    private List<String> outputs = List.of();

    @Override
    public List<DataSet> readOutputs(Limits limits) {
      return OutputTables.read(this, function.image.controlBlock(), outputs, limits);
    }

    @Override
    public String lastWords() {
      return LogRing.read(this, function.image);
    }

    List<String> command(Path runner) {
      List<String> command = new ArrayList<>();
      command.add(runner.toString());
      command.add(file.toString());
      command.add(Long.toHexString(function.image.entry()));
      command.add(Long.toHexString(function.layout.entryStackPointer()));
      for (ElfImage.Segment segment : function.image.segments()) {
        int protection =
            (segment.readable() ? 1 : 0)
                + (segment.writable() ? 2 : 0)
                + (segment.executable() ? 4 : 0);
        command.add(
            range(
                segment.address() & -GuestLayout.PAGE_BYTES,
                GuestLayout.pageCeiling(segment.endAddress()),
                protection));
      }
      command.add(range(function.image.freeBegin(), function.image.freeEnd(), 3));
      command.add(range(function.layout.stackBottom(), function.contextBytes(), 3));
      return command;
    }

    private static String range(long start, long end, int protection) {
      return Long.toHexString(start) + ":" + Long.toHexString(end) + ":" + protection;
    }

    @Override
    public void close() {
      arena.close();
      try {
        Files.delete(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Starts one process for each run. */
  private record Engine(Path folder, Path runner) implements ComputeEngine, MemoryDomain {
    @Override
    public MemoryDomain domain() {
      return this;
    }

    @Override
    public Context acquire(PreparedFunction function) {
      return new FileContext((Prepared) function, folder);
    }

    @Override
    public void forget(PreparedFunction function) {}

    @Override
    public RunOutcome run(Context context, Deadline deadline) {
      FileContext own = (FileContext) context;
      try {
        Process process = new ProcessBuilder(own.command(runner)).redirectErrorStream(true).start();
        while (!process.waitFor(1, TimeUnit.MILLISECONDS)) {
          if (deadline.hasPassed(System.nanoTime())) {
            process.destroyForcibly().waitFor();
            return new RunOutcome.DeadlineExceeded(GuestState.UNKNOWN);
          }
        }
        String report =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return outcome(own, report);
      } catch (IOException e) {
        return new RunOutcome.SandboxFailed(e.toString());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return new RunOutcome.SandboxFailed("interrupted");
      }
    }

    private static RunOutcome outcome(FileContext context, String report) {
      if (report.equals("exit")) {
        return new RunOutcome.Exited(
            GuestAbi.exitCode(context, context.function.image.controlBlock()));
      }
      String[] words = report.split(" ", -1);
      if (words.length != 5 || !words[0].equals("trap")) {
        return new RunOutcome.SandboxFailed("host_runner said '" + report + "'");
      }
      long instruction = Long.parseUnsignedLong(words[4], 16);
      int vector = Integer.parseUnsignedInt(words[1], 16);
      return GuestFaults.of(
          context.function.image,
          context.function.layout,
          vector,
          Long.parseUnsignedLong(words[2], 16),
          Long.parseUnsignedLong(words[3], 16),
          instruction);
    }

    @Override
    public void nudge() {}

    @Override
    public void idle() {}

    @Override
    public void close() {}
  }
}
