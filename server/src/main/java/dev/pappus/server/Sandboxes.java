package dev.pappus.server;

import dev.pappus.model.Limit;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.SandboxChoice;
import dev.pappus.sandbox.Backends;
import dev.pappus.sandbox.BinaryKind;
import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.Libos;
import dev.pappus.sandbox.ResidentBudget;
import dev.pappus.sandbox.kvm.EntryVariant;
import dev.pappus.sandbox.kvm.KvmDriver;
import dev.pappus.sandbox.kvm.KvmSettings;
import dev.pappus.sandbox.process.ProcessDriver;
import dev.pappus.sandbox.process.ProcessSettings;
import dev.pappus.sandbox.wasm.WasmDriver;
import dev.pappus.sandbox.wasm.WasmSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the backends that a node's configuration and its host allow. */
final class Sandboxes {
  private static final Logger LOG = LoggerFactory.getLogger(Sandboxes.class);
  private static final String AUTO = "auto";

  /** Of compiled modules in the data folder. */
  private static final long WASM_CODE_BYTES_MAX = 256L << 20;

  private final Configuration configuration;
  private final NodeProcessors processors;

  /** For what the node's sandboxes keep resident, and theirs together. */
  private final ResidentBudget budget;

  private Sandboxes(Configuration configuration, NodeProcessors processors) {
    this.configuration = configuration;
    this.processors = processors;
    this.budget = new ResidentBudget(configuration.limits().get(Limit.RESIDENT_BYTES));
  }

  /**
   * Offers what the configuration asks for, and opens what native programs get by themselves; what
   * else there is, is opened when somebody asks for it. What the host does not give is missing,
   * with the reason.
   *
   * @throws ConfigurationException if it asks for an entry variant that does not exist
   */
  static Backends open(Configuration configuration, NodeProcessors processors) {
    Sandboxes sandboxes = new Sandboxes(configuration, processors);
    Backends backends =
        new Backends(
            List.of(
                sandboxes.offer(SandboxChoice.KVM, sandboxes::kvm),
                sandboxes.offer(SandboxChoice.PROCESS, sandboxes::process),
                new Backends.Offer(
                    SandboxChoice.WASM.text(),
                    BinaryKind.WASM,
                    true,
                    () -> sandboxes.open(SandboxChoice.WASM, sandboxes::wasm))),
            sandboxes.budget);
    try {
      String _ = backends.nameFor(SandboxChoice.AUTO, BinaryKind.ELF);
      return backends;
    } catch (RuntimeException | Error e) {
      backends.close();
      throw e;
    }
  }

  private Backends.Offer offer(SandboxChoice sandbox, Supplier<ComputeDriver> opener) {
    return new Backends.Offer(
        sandbox.text(), BinaryKind.ELF, false, () -> openIfOffered(sandbox, opener));
  }

  private ComputeDriver openIfOffered(SandboxChoice sandbox, Supplier<ComputeDriver> opener) {
    SandboxChoice setting = configuration.sandbox();
    if (setting != SandboxChoice.AUTO && setting != sandbox) {
      throw new ProblemException(
          Problem.of(
              ProblemCode.SANDBOX_UNAVAILABLE,
              "sandbox.backend = \"%s\" leaves it out",
              setting.text()));
    }
    return open(sandbox, opener);
  }

  /**
   * On a platform thread of its own, as whoever asks may be on a thread that is none. What nobody
   * foresaw is a refusal as well: the node has other sandboxes to serve with.
   */
  private ComputeDriver open(SandboxChoice sandbox, Supplier<ComputeDriver> opener) {
    try {
      return Opening.of(
              sandbox.text(), () -> processors.openAmongUntrusted(opener), ComputeDriver::close)
          .take();
    } catch (ProblemException | ConfigurationException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      LOG.error("the sandbox {} cannot be opened", sandbox.text(), e);
      throw new ProblemException(
          Problem.of(ProblemCode.SANDBOX_UNAVAILABLE, "the sandbox backend failed: %s", e)
              .withHint("run 'pappus doctor' on the node"),
          e);
    }
  }

  /**
   * Which sandbox native programs get and why, which there are, and why others are not; opens what
   * is not certain.
   */
  static List<String> describe(SandboxChoice setting, Backends backends) {
    List<String> lines = new ArrayList<>();
    String chosen = backends.nameFor(SandboxChoice.AUTO, BinaryKind.ELF);
    if (!chosen.equals(Backends.NONE)) {
      lines.add(
          "native programs run in sandbox %s, %s"
              .formatted(
                  chosen,
                  setting == SandboxChoice.AUTO
                      ? "the first of kvm and process that works here"
                      : "as sandbox.backend says"));
    }
    lines.add("functions may name one of these sandboxes: " + String.join(", ", backends.names()));
    backends.missing().forEach((name, why) -> lines.add("no sandbox " + name + ": " + why));
    return lines;
  }

  private ComputeDriver kvm() {
    EntryVariant variant = variant(configuration.sandboxEntry());
    KvmSettings settings =
        KvmSettings.DEFAULTS
            .withLimits(configuration.limits())
            .withSandboxesPerEngine(sandboxesPerEngine())
            .withSandboxesMax(sandboxesMax());
    if (variant != null) {
      settings = settings.withVariant(variant);
    }
    Libos libos = libos();
    if (libos != null) {
      settings = settings.withLibos(libos);
    }
    KvmDriver driver = new KvmDriver(settings, budget);
    driver.selfTest().findings().forEach(finding -> LOG.info("KVM self-test: {}", finding));
    return driver;
  }

  private ComputeDriver process() {
    return new ProcessDriver(
        ProcessSettings.of(guestBuild())
            .withLimits(configuration.limits())
            .withSandboxesPerEngine(Math.min(sandboxesPerEngine(), ProcessSettings.PER_ENGINE_MAX))
            .withSandboxesMax(sandboxesMax())
            .withLibos(libos()),
        budget);
  }

  /** Its guests live on the Java heap. */
  private ComputeDriver wasm() {
    return new WasmDriver(
        WasmSettings.DEFAULTS
            .withLimits(configuration.limits())
            .withCache(configuration.dataFolder().resolve("wasm-code"), WASM_CODE_BYTES_MAX));
  }

  private int sandboxesMax() {
    return Math.max(1, configuration.limits().count(Limit.WARM_SANDBOXES));
  }

  private int sandboxesPerEngine() {
    return Math.max(1, sandboxesMax() / configuration.engines());
  }

  /** The library OS; null if it cannot be had, and then this node runs no programs. */
  private static @Nullable Libos libos() {
    try {
      return Libos.in(guestBuild());
    } catch (ProblemException e) {
      LOG.warn("no programs for Linux: {}", e.getMessage());
      return null;
    }
  }

  /** Where the launcher says that the programs of the installation lie. */
  private static Path guestBuild() {
    String folder = System.getProperty("pappus.guest.build");
    if (folder == null) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.SANDBOX_UNAVAILABLE,
                  "the programs of the installation are not to be found (pappus.guest.build)")
              .withHint("start the node with the launcher, ./pappus server"));
    }
    return Path.of(folder);
  }

  private static @Nullable EntryVariant variant(String name) {
    if (name.equals(AUTO)) {
      return null;
    }
    for (EntryVariant each : EntryVariant.values()) {
      if (each.text().equals(name)) {
        return each;
      }
    }
    String known =
        Arrays.stream(EntryVariant.values())
            .map(EntryVariant::text)
            .collect(Collectors.joining(" or "));
    throw new ConfigurationException(
        "sandbox.entry must be " + AUTO + ", " + known + ", not '" + name + "'");
  }
}
