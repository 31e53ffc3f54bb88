package dev.pappus.cli;

import dev.pappus.model.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Everything that a machine with only a JDK needs: jar, launcher, guest headers, runtime and
 * examples, documents. The same build gives the same archive.
 */
final class Distribution {
  /** Time of every entry: that of the reproducible build. */
  static final long MODIFIED_SECONDS = 1_767_225_600L;

  private static final List<String> LAUNCHER_PARTS = List.of("jdk.sh", "cache.sh", "start.sh");

  private final Path home;
  private final Path guestBuild;
  private final SortedMap<String, Entry> entries = new TreeMap<>();

  /** A file of the archive. */
  private record Entry(Content content, boolean executable) {}

  /** Bytes that are read when they are needed. */
  private interface Content {
    byte[] read() throws IOException;
  }

  private Distribution(Path home, Path guestBuild) {
    this.home = home;
    this.guestBuild = guestBuild;
  }

  /**
   * Looks for all parts.
   *
   * @param classPath of the running command
   * @throws CliException NOT_FOUND if this is no source tree
   */
  static Distribution of(Terminal terminal, String classPath) throws IOException {
    Distribution distribution = new Distribution(terminal.home(), terminal.guestBuild());
    Path scripts = distribution.home.resolve("cli/src/main/sh");
    if (!Files.isRegularFile(scripts.resolve("dist-pappus.sh"))) {
      throw new CliException(
          ExitCode.NOT_FOUND,
          distribution.home + " is no source tree of Pappus",
          "an archive is made from a source tree; this one can be copied as it is");
    }
    distribution.add("pappus", scripts.resolve("dist-pappus.sh"), true);
    for (String part : LAUNCHER_PARTS) {
      distribution.add("sh/" + part, scripts.resolve(part), false);
    }
    distribution.addJar(classPath);
    // The launcher's caches belong to one jar, and those of two builds may look alike.
    distribution.entries.put("sh/build", new Entry(distribution::build, false));
    distribution.addGuest();
    distribution.addDocuments();
    distribution.addFolder("bench/systems", distribution.home.resolve("bench/systems"));
    return distribution;
  }

  private void add(String name, Path file, boolean executable) {
    if (!Files.exists(file)) {
      throw new CliException(ExitCode.NOT_FOUND, file + " is missing", null);
    }
    entries.put(name, new Entry(() -> Files.readAllBytes(file), executable));
  }

  /** A line that tells this jar from all others. */
  private byte[] build() throws IOException {
    Entry jar = Objects.requireNonNull(entries.get("lib/" + OneJar.NAME));
    return (digest(jar.content().read()).substring(0, 16) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static String digest(byte... content) {
    return Digest.of(MemorySegment.ofArray(content)).hex();
  }

  /** The one of the running command; where that runs from several parts, as in tests, of those. */
  private void addJar(String classPath) throws IOException {
    List<Path> parts =
        Stream.of(classPath.split(":"))
            .filter(each -> !each.isEmpty())
            .map(each -> Path.of(each).toAbsolutePath().normalize())
            .filter(Files::exists)
            .toList();
    String name = "lib/" + OneJar.NAME;
    if (parts.size() == 1 && Files.isRegularFile(parts.getFirst())) {
      add(name, parts.getFirst(), false);
    } else {
      ByteArrayOutputStream jar = new ByteArrayOutputStream();
      OneJar.write(parts, jar);
      entries.put(name, new Entry(jar::toByteArray, false));
    }
  }

  private void addGuest() throws IOException {
    Path guest = home.resolve("guest");
    add("guest/pappus.flags", guest.resolve("pappus.flags"), false);
    add("guest/pappus-wasm.flags", guest.resolve("pappus-wasm.flags"), false);
    addFolder("guest/include", guest.resolve("include"));
    addFolder("guest/examples", guest.resolve("examples"));
    // WebAssembly modules, and native code of them, are compiled together with the runtime.
    addFolder("guest/runtime", guest.resolve("runtime"));
    addFolder("guest/files", guest.resolve("files"));
    addFolder("guest/wasi", guest.resolve("wasi"));
    addFolder("guest/wasm", guest.resolve("wasm"));
    addFolder("runtimes", home.resolve("runtimes"));
    // What examples and benchmarks need; hostile guests stay with their tests.
    List<String> built =
        new ArrayList<>(
            List.of("libpappus.a", "libpappus-wasm.a", "libpappus-native.so", "libos.elf"));
    for (Path source : files(guest.resolve("examples"))) {
      String name = String.valueOf(source.getFileName());
      if (name.endsWith(".c")) {
        String stem = name.substring(0, name.length() - 2);
        built.add(stem + Target.NATIVE.ending());
        // Where clang was when the archive's maker built; else the demonstration compiles its own.
        if (Files.exists(guestBuild.resolve(stem + Target.WASM.ending()))) {
          built.add(stem + Target.WASM.ending());
        }
      }
    }
    for (String name : built) {
      add("guest/build/" + name, guestBuild.resolve(name), false);
    }
    for (String name : List.of("zygote", "launcher", "matmul_process")) {
      add("guest/build/" + name, guestBuild.resolve(name), true);
    }
    for (String name : List.of("programs/shout-glibc", "programs/shout-musl")) {
      // The second where musl-gcc was when the archive's maker built.
      if (Files.exists(guestBuild.resolve(name))) {
        add("guest/build/" + name, guestBuild.resolve(name), true);
      }
    }
  }

  private void addDocuments() throws IOException {
    add("LICENSE", home.resolve("LICENSE"), false);
    for (Path file : files(home)) {
      String name = String.valueOf(file.getFileName());
      if (name.endsWith(".md")) {
        add(name, file, false);
      }
    }
    addFolder("docs", home.resolve("docs"));
  }

  private void addFolder(String name, Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        add(name + "/" + folder.relativize(file), file, Files.isExecutable(file));
      }
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  /** Number of files. */
  int size() {
    return entries.size();
  }

  /**
   * Writes the archive; everything in it lies below the folder {@code top}.
   *
   * @param written told how many files have been, after each
   */
  void write(OutputStream out, String top, IntConsumer written) throws IOException {
    GZIPOutputStream compressed =
        new GZIPOutputStream(out, 1 << 16) {
          {
            def.setLevel(Deflater.BEST_COMPRESSION);
          }
        };
    try (TarWriter tar = new TarWriter(compressed, MODIFIED_SECONDS)) {
      TreeSet<String> folders = new TreeSet<>(Set.of(top));
      for (String name : entries.keySet()) {
        for (int at = name.indexOf('/'); at > 0; at = name.indexOf('/', at + 1)) {
          folders.add(top + "/" + name.substring(0, at));
        }
      }
      for (String each : folders) {
        tar.folder(each);
      }
      int count = 0;
      for (Map.Entry<String, Entry> each : entries.entrySet()) {
        Entry entry = each.getValue();
        tar.file(top + "/" + each.getKey(), entry.executable(), entry.content().read());
        written.accept(++count);
      }
    }
  }
}
