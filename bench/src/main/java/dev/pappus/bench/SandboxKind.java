package dev.pappus.bench;

import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.Libos;
import dev.pappus.sandbox.kvm.EntryVariant;
import dev.pappus.sandbox.kvm.KvmDriver;
import dev.pappus.sandbox.kvm.KvmSettings;
import dev.pappus.sandbox.process.ProcessDriver;
import dev.pappus.sandbox.process.ProcessSettings;
import dev.pappus.sandbox.wasm.WasmDriver;
import dev.pappus.sandbox.wasm.WasmSettings;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A sandbox of this platform as it is measured: a backend and, of KVM, an entry variant. */
enum SandboxKind {
  KVM_NO_IDT("kvm", EntryVariant.NO_IDT, ".elf"),
  KVM_IDT("kvm", EntryVariant.IDT, ".elf"),
  PROCESS("process", null, ".elf"),
  WASM("wasm", null, ".wasm");

  private static final long WASM_CODE_BYTES_MAX = 64L << 20;

  private final String backend;
  private final @Nullable EntryVariant entry;
  private final String ending;

  SandboxKind(String backend, @Nullable EntryVariant entry, String ending) {
    this.backend = backend;
    this.entry = entry;
    this.ending = ending;
  }

  /** The backend's name. */
  String backend() {
    return backend;
  }

  /** The entry variant; only KVM has them. */
  @Nullable EntryVariant entry() {
    return entry;
  }

  /** Its name, or nothing. */
  String variant() {
    return entry == null ? "" : entry.text();
  }

  /** Both, for people. */
  String text() {
    return entry == null ? backend : backend + " " + entry.text();
  }

  /** The start levels that there are. A WebAssembly engine keeps no blank sandboxes. */
  List<StartKind> starts() {
    return switch (this) {
      case KVM_NO_IDT, KVM_IDT, PROCESS -> List.of(StartKind.values());
      case WASM -> List.of(StartKind.BOUND, StartKind.LOADED, StartKind.FILE);
    };
  }

  /** Whether a function stays bound however many others are, until it is forgotten. */
  boolean keepsAllBound() {
    return this == WASM;
  }

  /** The file of a function. */
  Path file(Path guestBuild, String function) {
    return guestBuild.resolve(function + ending);
  }

  /** The variant of KVM that a node would take here. */
  static SandboxKind preferredKvm() {
    try (KvmDriver driver = new KvmDriver(KvmSettings.DEFAULTS.withWarmBlanks(0))) {
      return switch (driver.selfTest().variant()) {
        case NO_IDT -> KVM_NO_IDT;
        case IDT -> KVM_IDT;
      };
    } catch (ProblemException e) {
      // Whoever opens it will see why it cannot be had.
      return KVM_NO_IDT;
    }
  }

  /**
   * Opens the backend; its threads inherit the calling thread's processors.
   *
   * @param scratch a folder for compiled modules
   * @param sandboxes most sandboxes of an engine
   * @param warmBlanks blank sandboxes to keep ready, where the backend does that
   * @throws ProblemException SANDBOX_UNAVAILABLE
   */
  ComputeDriver open(Path guestBuild, Path scratch, int sandboxes, int warmBlanks) {
    return switch (this) {
      case KVM_NO_IDT -> kvm(EntryVariant.NO_IDT, sandboxes, warmBlanks);
      case KVM_IDT -> kvm(EntryVariant.IDT, sandboxes, warmBlanks);
      case PROCESS ->
          new ProcessDriver(ProcessSettings.of(guestBuild).withSandboxesPerEngine(sandboxes));
      case WASM ->
          new WasmDriver(
              WasmSettings.DEFAULTS.withCache(scratch.resolve("wasm-code"), WASM_CODE_BYTES_MAX));
    };
  }

  /**
   * Opens the backend for Linux programs, with one sandbox for each engine.
   *
   * @throws ProblemException SANDBOX_UNAVAILABLE
   */
  ComputeDriver openForPrograms(Path guestBuild) {
    Libos libos = Libos.in(guestBuild);
    return switch (this) {
      case KVM_NO_IDT -> new KvmDriver(kvmSettings(EntryVariant.NO_IDT, 1, 0).withLibos(libos));
      case KVM_IDT -> new KvmDriver(kvmSettings(EntryVariant.IDT, 1, 0).withLibos(libos));
      case PROCESS ->
          new ProcessDriver(
              ProcessSettings.of(guestBuild).withSandboxesPerEngine(1).withLibos(libos));
      case WASM -> throw new IllegalArgumentException("WebAssembly has no Linux programs");
    };
  }

  private static KvmDriver kvm(EntryVariant variant, int sandboxes, int warmBlanks) {
    return new KvmDriver(kvmSettings(variant, sandboxes, warmBlanks));
  }

  private static KvmSettings kvmSettings(EntryVariant variant, int sandboxes, int warmBlanks) {
    return KvmSettings.DEFAULTS
        .withVariant(variant)
        .withSandboxesPerEngine(sandboxes)
        .withWarmBlanks(warmBlanks);
  }
}
