package dev.pappus.sandbox.kvm;

import static dev.pappus.linux.Mapping.HUGE_PAGE;

import dev.pappus.linux.KvmSystem;
import dev.pappus.linux.KvmVcpu;
import dev.pappus.linux.KvmVm;
import dev.pappus.linux.Mapping;
import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.ResidentBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Takes apart what a machine occupies: what each step of making one adds to a control group of its
 * own (version 1, for its account of kernel memory), by the growth that many cause. Not a test: run
 * its main method, as root and with {@code -XX:+UseSerialGC -Xms256m -Xmx256m -XX:+AlwaysPreTouch},
 * so that the JVM takes no memory meanwhile.
 */
final class MemoryMeasure {
  private static final int MACHINES = Integer.getInteger("machines", 64);
  private static final int ROUNDS = 3;
  private static final long FAR_NANOS = 10_000_000_000L;

  private final Path group;
  private long usage;
  private long kernel;

  private MemoryMeasure(Path group) {
    this.group = group;
  }

  /** Prints KiB for each machine. */
  public static void main(String[] arguments) throws IOException {
    Path root = Path.of("/sys/fs/cgroup/memory");
    String own =
        Files.readAllLines(Path.of("/proc/self/cgroup")).stream()
            .map(line -> line.split(":", 3))
            .filter(line -> List.of(line[1].split(",", -1)).contains("memory"))
            .map(line -> line[2].substring(1))
            .findFirst()
            .orElseThrow();
    Path parent = root.resolve(own);
    Path group = parent.resolve("memory-measure-" + ProcessHandle.current().pid());
    Files.createDirectory(group);
    String process = Long.toString(ProcessHandle.current().pid());
    Files.writeString(group.resolve("cgroup.procs"), process);
    try {
      MemoryMeasure measure = new MemoryMeasure(group);
      for (int round = 1; round <= ROUNDS; round++) {
        System.out.printf(Locale.ROOT, "KiB for each of %d, round %d%n", MACHINES, round);
        measure.steps();
        measure.sandboxes();
      }
    } finally {
      Files.writeString(parent.resolve("cgroup.procs"), process);
      Files.deleteIfExists(group);
    }
  }

  private long read(String name) throws IOException {
    return Long.parseLong(Files.readString(group.resolve(name)).strip());
  }

  private void begin() throws IOException {
    usage = read("memory.usage_in_bytes");
    kernel = read("memory.kmem.usage_in_bytes");
  }

  private void print(String step) throws IOException {
    long usageBefore = usage;
    long kernelBefore = kernel;
    begin();
    System.out.printf(
        Locale.ROOT,
        "  %-44s %8.1f, of which kernel memory %8.1f%n",
        step,
        (usage - usageBefore) / 1024.0 / MACHINES,
        (kernel - kernelBefore) / 1024.0 / MACHINES);
  }

  /** What the parts of a machine cost, without and with a first run. */
  private void steps() throws IOException {
    try (KvmSystem system = KvmSystem.open()) {
      List<AutoCloseable> made = new ArrayList<>();
      List<KvmVm> vms = new ArrayList<>();
      begin();
      for (int i = 0; i < MACHINES; i++) {
        vms.add(system.createVm());
      }
      print("machine without memory");
      long hotAndSystem = Backing.HOT_BYTES + Backing.systemBytes(HeapSize.SMALLEST_BYTES);
      slot(vms, made, 0, Backing.HOT, hotAndSystem);
      slot(vms, made, 1, Backing.CODE, Backing.CODE_BYTES);
      slot(vms, made, 2, Backing.HEAP, HeapSize.SMALLEST_BYTES);
      List<KvmVcpu> processors = new ArrayList<>();
      for (KvmVm vm : vms) {
        processors.add(vm.createVcpu());
      }
      print("processor");
      processors.forEach(KvmVcpu::close);
      vms.forEach(KvmVm::close);
      for (AutoCloseable each : made) {
        ((Mapping) each).close();
      }
      whole(system);
    }
  }

  private void slot(
      List<KvmVm> vms, List<AutoCloseable> made, int number, Backing backing, long bytes)
      throws IOException {
    for (KvmVm vm : vms) {
      Mapping mapping = Mapping.anonymous(bytes, HUGE_PAGE);
      made.add(mapping);
      vm.setMemory(number, mapping.segment(), backing.physical(), false);
    }
    print("slot " + backing + " of " + (bytes >> 10) + " KiB, untouched");
  }

  private void whole(KvmSystem system) throws IOException {
    MachineType type =
        new MachineType(
            system,
            HostFeatures.of(system),
            EntryVariant.NO_IDT,
            WipeMethod.DIRTY_BITS,
            new ResidentBudget(1L << 40));
    List<VirtualMachine> machines = new ArrayList<>();
    begin();
    for (int i = 0; i < MACHINES; i++) {
      machines.add(new VirtualMachine(type, HeapSize.SMALLEST_BYTES));
    }
    print("machine with memory and processor");
    machines.forEach(vm -> vm.bind(TinyGuest.EXIT));
    print("bound to a tiny guest");
    machines.forEach(WarmUp::run);
    print("run");
    machines.forEach(WarmUp::run);
    print("run again");
    machines.forEach(VirtualMachine::close);
  }

  /** Sandboxes as engines have them. */
  private void sandboxes() throws IOException {
    KvmSettings settings =
        KvmSettings.DEFAULTS
            .withWarmBlanks(0)
            .withSandboxesMax(MACHINES + 1)
            .withSandboxesPerEngine(MACHINES + 1);
    try (KvmDriver driver = new KvmDriver(settings);
        KvmEngine engine = driver.openEngine(0)) {
      List<PreparedFunction> functions = new ArrayList<>();
      for (int i = 0; i <= MACHINES; i++) {
        functions.add(driver.prepare(Guests.binary("matmul_n"), Guests.CONTEXT_BYTES));
      }
      run(engine, functions.getLast());
      begin();
      for (int i = 0; i < MACHINES; i++) {
        run(engine, functions.get(i));
      }
      print("sandbox that has multiplied 128×128");
      for (int i = 0; i < MACHINES; i++) {
        run(engine, functions.get(i));
      }
      print("again");
    }
  }

  private static void run(KvmEngine engine, PreparedFunction function) {
    DataSet input = new DataSet("n", List.of(Item.ofText("", "128")));
    var result =
        new InstanceRunner(engine, MonotonicClock.SYSTEM)
            .run(
                function,
                Guests.spec("matmul_n"),
                List.of(input),
                Deadline.in(FAR_NANOS),
                Limits.DEFAULTS);
    if (!result.succeeded()) {
      throw new IllegalStateException(String.valueOf(result.problem()));
    }
  }
}
