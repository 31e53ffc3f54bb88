package dev.pappus.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Looks at the machine; all but KVM itself. Reads files and tries ports, changes nothing. */
final class HostChecks {
  private static final long MEMORY_WANTED_KIB = 2L << 20;
  private static final long FILES_WANTED = 4096;

  private final Path root;

  /** Checks of the machine whose {@code /proc} and {@code /sys} lie below {@code root}. */
  HostChecks(Path root) {
    this.root = root;
  }

  List<HostCheck> all() {
    List<HostCheck> checks = new ArrayList<>();
    checks.add(java());
    checks.add(processor());
    checks.add(hugePages());
    checks.add(openFiles());
    checks.add(memory());
    checks.add(clock());
    checks.add(port("invoke port", 8080));
    checks.add(port("admin port", 9080));
    checks.add(compiler());
    checks.add(
        tool(
            "wasm2c",
            "wabt",
            "WebAssembly modules cannot be built to native code (build --native)"));
    checks.add(tool("clang", "clang", "C cannot be compiled to WebAssembly"));
    checks.add(tool("wasm-ld", "lld", "C cannot be linked to WebAssembly"));
    checks.add(wasiLibc());
    return checks;
  }

  private static HostCheck java() {
    return HostCheck.ok(
        "java", System.getProperty("java.version") + " in " + System.getProperty("java.home"));
  }

  HostCheck processor() {
    String info = text("proc/cpuinfo");
    Set<String> flags = new HashSet<>(List.of(field(info, "flags").split(" ", -1)));
    String detail =
        Runtime.getRuntime().availableProcessors()
            + " CPUs, "
            + field(info, "model name")
            + (flags.contains("avx512f") ? ", AVX-512" : flags.contains("avx2") ? ", AVX2" : "");
    return flags.contains("avx2")
        ? HostCheck.ok("processor", detail)
        : HostCheck.warning(
            "processor",
            detail + " without AVX2",
            "functions built with -march=x86-64-v3 will not run; build for x86-64-v2");
  }

  HostCheck hugePages() {
    String mode = text("sys/kernel/mm/transparent_hugepage/enabled");
    Matcher chosen = Pattern.compile("\\[(\\w+)]").matcher(mode);
    String value = chosen.find() ? chosen.group(1) : "unknown";
    return switch (value) {
      case "always", "madvise" -> HostCheck.ok("huge pages", "transparent, " + value);
      default ->
          HostCheck.warning(
              "huge pages",
              "transparent huge pages are " + value + ": large functions start slower",
              "echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled");
    };
  }

  HostCheck openFiles() {
    Matcher limit = Pattern.compile("Max open files\\s+(\\w+)").matcher(text("proc/self/limits"));
    String soft = limit.find() ? limit.group(1) : "0";
    boolean enough = soft.equals("unlimited") || number(soft) >= FILES_WANTED;
    return enough
        ? HostCheck.ok("open files", soft)
        : HostCheck.warning("open files", soft + " at most", "ulimit -n " + FILES_WANTED);
  }

  HostCheck memory() {
    long available = number(field(text("proc/meminfo"), "MemAvailable").replace(" kB", ""));
    String detail = String.format(Locale.ROOT, "%d MiB available", available >> 10);
    return available >= MEMORY_WANTED_KIB
        ? HostCheck.ok("memory", detail)
        : HostCheck.warning(
            "memory",
            detail,
            "lower limits.warm_sandboxes and limits.code_cache, or give the machine more");
  }

  HostCheck clock() {
    String source = text("sys/devices/system/clocksource/clocksource0/current_clocksource").strip();
    boolean fast = source.equals("tsc") || source.equals("kvm-clock");
    return fast
        ? HostCheck.ok("clock", source)
        : HostCheck.warning(
            "clock",
            (source.isEmpty() ? "unknown" : source) + ": reading the time is slow",
            "boot with clocksource=tsc if the processor's clock is stable");
  }

  static HostCheck port(String name, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return HostCheck.ok(name, port + " is free");
    } catch (IOException e) {
      return HostCheck.warning(
          name,
          port + " is taken: " + e.getMessage(),
          "a node may be running already; else start it with --port 0 or --admin-port 0");
    }
  }

  private static HostCheck compiler() {
    Path gcc = onPath("gcc");
    return gcc != null
        ? HostCheck.ok("compiler", gcc.toString())
        : HostCheck.warning(
            "compiler", "gcc is not on the PATH", "apt-get install gcc libc6-dev binutils");
  }

  /** An optional tool and what is not possible without it. */
  private static HostCheck tool(String name, String debianPackage, String without) {
    Path tool = onPath(name);
    return tool != null
        ? HostCheck.ok(name, tool.toString())
        : HostCheck.warning(
            name, "not on the PATH: " + without, "apt-get install " + debianPackage);
  }

  private HostCheck wasiLibc() {
    Path header = root.resolve("usr/include/wasm32-wasi/wasi/api.h");
    return Files.exists(header)
        ? HostCheck.ok("wasi-libc", header.toString())
        : HostCheck.warning(
            "wasi-libc",
            "not found: C programs with main cannot be compiled to WebAssembly",
            "apt-get install wasi-libc libclang-rt-14-dev-wasm32");
  }

  private static @Nullable Path onPath(String name) {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      Path file = Path.of(folder, name);
      if (Files.isExecutable(file)) {
        return file;
      }
    }
    return null;
  }

  private String text(String file) {
    try {
      return Files.readString(root.resolve(file));
    } catch (IOException e) {
      return "";
    }
  }

  private static String field(String text, String name) {
    Matcher line =
        Pattern.compile("^" + Pattern.quote(name) + "\\s*:\\s*(.*)$", Pattern.MULTILINE)
            .matcher(text);
    return line.find() ? line.group(1).strip() : "";
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
