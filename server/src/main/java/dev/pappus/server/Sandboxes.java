package dev.pappus.server;

import dev.pappus.model.Limit;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.kvm.EntryVariant;
import dev.pappus.sandbox.kvm.KvmDriver;
import dev.pappus.sandbox.kvm.KvmSettings;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's sandbox backend, or the reason why there is none.
 *
 * @param driver the backend, or null; whoever takes it closes it
 * @param unavailability one sentence or two that say what is the matter and what to do; null if
 *     there is a backend
 */
record Sandboxes(@Nullable ComputeDriver driver, @Nullable String unavailability) {
  private static final Logger LOG = LoggerFactory.getLogger(Sandboxes.class);
  private static final String AUTO = "auto";

  /**
   * Opens the backend that {@code configuration} asks for.
   *
   * @throws ConfigurationException if it asks for an entry variant that does not exist
   */
  static Sandboxes open(Configuration configuration) {
    EntryVariant variant = variant(configuration.sandboxEntry());
    int sandboxesMax = configuration.limits().count(Limit.WARM_SANDBOXES);
    int perEngine = sandboxesMax / configuration.engines();
    KvmSettings settings =
        KvmSettings.DEFAULTS
            .withLimits(configuration.limits())
            .withSandboxesPerEngine(Math.max(1, perEngine))
            .withSandboxesMax(Math.max(1, sandboxesMax));
    try {
      KvmDriver driver = new KvmDriver(variant == null ? settings : settings.withVariant(variant));
      driver.selfTest().findings().forEach(finding -> LOG.info("KVM self-test: {}", finding));
      return new Sandboxes(driver, null);
    } catch (ProblemException e) {
      Problem problem = e.problem();
      String hint = problem.hint() == null ? "" : "; " + problem.hint();
      return new Sandboxes(null, problem.detail() + hint);
    }
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
