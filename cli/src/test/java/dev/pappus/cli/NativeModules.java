package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.sandbox.Guests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Native programs of WebAssembly modules, built once each by {@code pappus build --native}. */
final class NativeModules {
  private static final Map<String, byte[]> BUILT = new HashMap<>();
  private static final Path FOLDER = folder();

  private NativeModules() {}

  private static Path folder() {
    try {
      Path folder = Files.createTempDirectory("pappus-native-test-");
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(() -> {
                try {
                  Folders.delete(folder);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              }));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of a module that {@code make -C guest} builds. */
  static MemorySegment ofGuest(String guest, WasmCompiler.Checks checks) {
    return MemorySegment.ofArray(
        BUILT.computeIfAbsent(
            guest + " " + checks, _ -> build(Guests.file(guest + ".wasm"), checks)));
  }

  /** Of a module in text form. */
  static MemorySegment ofText(String text, WasmCompiler.Checks checks) {
    return MemorySegment.ofArray(
        BUILT.computeIfAbsent(text + " " + checks, _ -> build(assemble(text), checks)));
  }

  /** A module of its text form. */
  static Path assemble(String text) {
    try {
      Path source = Files.createTempFile(FOLDER, "module", ".wat");
      Files.writeString(source, text);
      Path module = Path.of(source.toString().replaceFirst("t$", "sm"));
      return run(module, "wat2wasm", "--debug-names", source.toString(), "-o", module.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A module of a C program for WASI. */
  static Path compile(String program) {
    try {
      Path source = Files.createTempFile(FOLDER, "program", ".c");
      Files.writeString(source, program);
      Path module = Path.of(source.toString().replaceFirst("c$", "wasm"));
      return run(
          module,
          "clang",
          "--target=wasm32-wasi",
          "-O1",
          "-o",
          module.toString(),
          source.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A module of an example for the low-level entry, linked with further options. */
  static Path compileGuest(String guest, String... options) {
    try {
      Path home = CommandRun.ROOT.resolve("guest");
      Path module = Files.createTempFile(FOLDER, guest, ".wasm");
      List<String> line =
          new ArrayList<>(List.of("clang", "@" + home.resolve("pappus-wasm.flags")));
      line.addAll(List.of("-O3", "-I" + home.resolve("include")));
      line.addAll(List.of(options));
      line.add(home.resolve("examples").resolve(guest + ".c").toString());
      for (String part : List.of("start", "heap", "item", "text", "print", "leave")) {
        line.add(home.resolve("runtime").resolve(part + ".c").toString());
      }
      line.addAll(List.of("-o", module.toString()));
      return run(module, line.toArray(String[]::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path run(Path result, String... line) {
    try {
      Process process = new ProcessBuilder(List.of(line)).redirectErrorStream(true).start();
      String messages = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(messages).isZero();
      return result;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** What the command makes of a module. */
  static byte[] build(Path module, WasmCompiler.Checks checks) {
    return build(module, checks, List.of());
  }

  /** The same with further options. */
  static byte[] build(Path module, WasmCompiler.Checks checks, List<String> options) {
    try {
      Path binary = Files.createTempFile(FOLDER, "program", ".elf");
      List<String> line = new ArrayList<>(List.of("build", "--native", module.toString()));
      line.addAll(List.of("--checks", checks.name().toLowerCase(Locale.ROOT)));
      line.addAll(List.of("-o", binary.toString()));
      line.addAll(options);
      CommandRun run = CommandRun.of(line.toArray(String[]::new));
      assertThat(run.exitCode()).as(run.err()).isZero();
      byte[] bytes = Files.readAllBytes(binary);
      Files.delete(binary);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
