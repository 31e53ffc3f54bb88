package dev.pappus.bench.result;

import dev.pappus.linux.KvmAvailability;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What figures were measured on, as far as the host tells.
 *
 * @param processor its model
 * @param processors how many this process may use
 * @param smt {@code on}, {@code off}, {@code notsupported}, … as the kernel has it
 * @param governor that of the first processor's frequency, or why there is none
 * @param hugePages transparent huge pages: {@code always}, {@code madvise} or {@code never}
 * @param mitigations by weakness
 * @param memoryBytes of the machine
 * @param kernel name and version
 * @param kvm the kind: vendor module and whether it is nested, or why there is none
 * @param java version of the JVM
 * @param javaOptions its options
 * @param compiler of guest and native code
 */
public record Machine(
    String processor,
    int processors,
    String smt,
    String governor,
    String hugePages,
    Map<String, String> mitigations,
    long memoryBytes,
    String kernel,
    String kvm,
    String java,
    List<String> javaOptions,
    String compiler) {
  private static final Path CPU = Path.of("/sys/devices/system/cpu");
  private static final String NOT_TOLD = "not told";

  public Machine {
    mitigations = Map.copyOf(mitigations);
    javaOptions = List.copyOf(javaOptions);
  }

  /** This one. */
  public static Machine read() {
    return new Machine(
        processorModel(),
        Runtime.getRuntime().availableProcessors(),
        text(CPU.resolve("smt/control")),
        text(CPU.resolve("cpu0/cpufreq/scaling_governor")),
        chosen(text(Path.of("/sys/kernel/mm/transparent_hugepage/enabled"))),
        mitigationsOfKernel(),
        memoryOfHost(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        kvmKind(),
        System.getProperty("java.vm.version"),
        ManagementFactory.getRuntimeMXBean().getInputArguments(),
        Commands.firstLine(List.of("gcc", "--version"), Path.of("/")));
  }

  /** The processor's model, or {@code unknown}. */
  public static String processorModel() {
    return field(Path.of("/proc/cpuinfo"), "model name", "unknown");
  }

  private static long memoryOfHost() {
    String kib = field(Path.of("/proc/meminfo"), "MemTotal", "0").replaceAll("\\D", "");
    return kib.isEmpty() ? 0 : Long.parseLong(kib) << 10;
  }

  private static String field(Path file, String name, String otherwise) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(otherwise);
    } catch (IOException e) {
      return otherwise;
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return NOT_TOLD;
    }
  }

  /** {@code madvise} of {@code always [madvise] never}. */
  private static String chosen(String choices) {
    int open = choices.indexOf('[');
    int close = choices.indexOf(']');
    return open < 0 || close < open ? choices : choices.substring(open + 1, close);
  }

  private static Map<String, String> mitigationsOfKernel() {
    Map<String, String> all = new TreeMap<>();
    try (Stream<Path> files = Files.list(CPU.resolve("vulnerabilities"))) {
      files.forEach(file -> all.put(String.valueOf(file.getFileName()), text(file)));
    } catch (IOException e) {
      // Then the kernel does not tell.
    }
    return all;
  }

  private static String kvmKind() {
    return switch (KvmAvailability.probe()) {
      case KvmAvailability.Absent _ -> "absent";
      case KvmAvailability.NotPermitted _ -> "not permitted";
      case KvmAvailability.Broken broken -> "broken: " + broken.reason();
      case KvmAvailability.Present _ -> presentKvm();
    };
  }

  private static String presentKvm() {
    for (String module : List.of("kvm_intel", "kvm_amd", "kvm_pvm")) {
      Path parameters = Path.of("/sys/module", module);
      if (Files.exists(parameters)) {
        return module + (isVirtual() ? " on a virtual machine" : "");
      }
    }
    return isVirtual() ? "built in, on a virtual machine" : "built in";
  }

  private static boolean isVirtual() {
    return (" " + field(Path.of("/proc/cpuinfo"), "flags", "") + " ").contains(" hypervisor ");
  }
}
