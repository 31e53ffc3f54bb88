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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /** How each backend is opened, the preferred one first. */
  private static final Map<SandboxChoice, Opener> OPENERS = new LinkedHashMap<>();

  /** Opens a backend. */
  private interface Opener {
    /** The budget is for what the node's sandboxes keep resident, and theirs together. */
    ComputeDriver open(Configuration configuration, ResidentBudget budget);
  }

  static {
    OPENERS.put(SandboxChoice.KVM, Sandboxes::kvm);
    OPENERS.put(SandboxChoice.PROCESS, Sandboxes::process);
    OPENERS.put(SandboxChoice.WASM, Sandboxes::wasm);
  }

  private Sandboxes() {}

  /**
   * Opens what the configuration asks for; what the host does not offer is missing, with the
   * reason.
   *
   * @throws ConfigurationException if it asks for an entry variant that does not exist
   */
  static Backends open(Configuration configuration) {
    List<ComputeDriver> drivers = new ArrayList<>();
    Map<String, String> missing = new LinkedHashMap<>();
    ResidentBudget budget = new ResidentBudget(configuration.limits().get(Limit.RESIDENT_BYTES));
    OPENERS.forEach((sandbox, opener) -> {
      if (!offers(configuration.sandbox(), sandbox)) {
        missing.put(
            sandbox.text(),
            "sandbox.backend = \"%s\" leaves it out".formatted(configuration.sandbox().text()));
        return;
      }
      try {
        drivers.add(opener.open(configuration, budget));
      } catch (ProblemException e) {
        missing.put(sandbox.text(), textOf(e.problem()));
      } catch (RuntimeException | Error e) {
        drivers.forEach(ComputeDriver::close);
        throw e;
      }
    });
    return new Backends(drivers, missing, budget);
  }

  /** WebAssembly needs nothing of the host, so it is always there. */
  private static boolean offers(SandboxChoice setting, SandboxChoice sandbox) {
    return setting == SandboxChoice.AUTO || setting == sandbox || sandbox == SandboxChoice.WASM;
  }

  private static String textOf(Problem problem) {
    return problem.detail() + (problem.hint() == null ? "" : "; " + problem.hint());
  }

  /** Which sandbox native programs get and why, which there are, and why others are not. */
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

  private static ComputeDriver kvm(Configuration configuration, ResidentBudget budget) {
    EntryVariant variant = variant(configuration.sandboxEntry());
    KvmSettings settings =
        KvmSettings.DEFAULTS
            .withLimits(configuration.limits())
            .withSandboxesPerEngine(sandboxesPerEngine(configuration))
            .withSandboxesMax(sandboxesMax(configuration));
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

  private static ComputeDriver process(Configuration configuration, ResidentBudget budget) {
    return new ProcessDriver(
        ProcessSettings.of(guestBuild())
            .withLimits(configuration.limits())
            .withSandboxesPerEngine(
                Math.min(sandboxesPerEngine(configuration), ProcessSettings.PER_ENGINE_MAX))
            .withSandboxesMax(sandboxesMax(configuration))
            .withLibos(libos()),
        budget);
  }

  /** Its guests live on the Java heap. */
  private static ComputeDriver wasm(Configuration configuration, ResidentBudget budget) {
    return new WasmDriver(
        WasmSettings.DEFAULTS
            .withLimits(configuration.limits())
            .withCache(configuration.dataFolder().resolve("wasm-code"), WASM_CODE_BYTES_MAX));
  }

  private static int sandboxesMax(Configuration configuration) {
    return Math.max(1, configuration.limits().count(Limit.WARM_SANDBOXES));
  }

  private static int sandboxesPerEngine(Configuration configuration) {
    return Math.max(1, sandboxesMax(configuration) / configuration.engines());
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
