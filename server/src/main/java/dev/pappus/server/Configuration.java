package dev.pappus.server;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemException;
import dev.pappus.model.SandboxChoice;
import dev.pappus.server.access.AccessSettings;
import dev.pappus.server.compile.CompilerSource;
import dev.pappus.server.telemetry.TelemetrySettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be said of a node before it starts. Immutable.
 *
 * @param nodeName shown in problems
 * @param host address or name to listen on for invocations
 * @param port port for invocations; 0 is a free one
 * @param adminHost address or name to listen on for administration
 * @param adminPort port for administration; 0 is a free one
 * @param dataFolder holds what is registered; made if absent
 * @param engines compute engines; at least 1
 * @param ioCores processors that the node keeps for itself; 0 shares all with functions
 * @param sandbox which sandboxes the node offers: all that the host has, or one kind
 * @param sandboxEntry which entry variant KVM sandboxes use: {@code auto} or a variant's name
 * @param egressAllow rules {@code HOST|CIDR[:PORT]} that communication functions may connect to
 * @param egressPublic whether they may connect to public addresses besides
 * @param access who may do what
 * @param localPathFolder the folder from which clients may deploy by path; null is none
 * @param telemetry log and traces
 * @param compilers where the compiler of sources comes from
 * @param limits the limits
 */
public record Configuration(
    String nodeName,
    String host,
    int port,
    String adminHost,
    int adminPort,
    Path dataFolder,
    int engines,
    int ioCores,
    SandboxChoice sandbox,
    String sandboxEntry,
    List<String> egressAllow,
    boolean egressPublic,
    AccessSettings access,
    @Nullable Path localPathFolder,
    TelemetrySettings telemetry,
    CompilerSource compilers,
    Limits limits) {
  /** Port for invocations where nothing is configured. */
  public static final int DEFAULT_PORT = 8080;

  /** Port for administration where nothing is configured. */
  public static final int DEFAULT_ADMIN_PORT = 9080;

  public Configuration {
    egressAllow = List.copyOf(egressAllow);
  }

  /** A builder that holds the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Collects values: first those of files and environment, then those of the command line, so that
   * the latter win. One thread uses it.
   */
  public static final class Builder {
    private @Nullable String nodeName;
    private String host = "127.0.0.1";
    private int port = DEFAULT_PORT;
    private String adminHost = "127.0.0.1";
    private int adminPort = DEFAULT_ADMIN_PORT;
    private @Nullable Path dataFolder;
    private int engines;
    private int ioCores;
    private SandboxChoice sandbox = SandboxChoice.AUTO;
    private String sandboxEntry = "auto";
    private final List<String> egressAllow = new ArrayList<>();
    private boolean egressPublic = true;
    private final AccessSettings.Builder access = AccessSettings.builder();
    private @Nullable Path localPathFolder;
    private TelemetrySettings telemetry = TelemetrySettings.DEFAULT;
    private CompilerSource compilers = CompilerSource.NONE;
    private final Map<Limit, Long> limits = new EnumMap<>(Limit.class);

    private Builder() {}

    /** Name of the node; the machine's by default. */
    public Builder nodeName(String value) {
      nodeName = requireText(value, "a name");
      return this;
    }

    /** Where to listen for invocations. */
    public Builder host(String value) {
      host = requireText(value, "an address or a host name");
      return this;
    }

    /** Port for invocations; 0 is a free one. */
    public Builder port(long value) {
      port = requirePort(value);
      return this;
    }

    /** Where to listen for administration. */
    public Builder adminHost(String value) {
      adminHost = requireText(value, "an address or a host name");
      return this;
    }

    /** Port for administration; 0 is a free one. */
    public Builder adminPort(long value) {
      adminPort = requirePort(value);
      return this;
    }

    /** Folder for what is registered. */
    public Builder dataFolder(Path value) {
      dataFolder = value;
      return this;
    }

    /** Number of compute engines. */
    public Builder engines(long value) {
      if (value < 1 || value > 4096) {
        throw new IllegalArgumentException("must be a number from 1 to 4096, not " + value);
      }
      engines = (int) value;
      return this;
    }

    /** Number of processors that the node keeps for itself; 0 shares all with functions. */
    public Builder ioCores(long value) {
      if (value < 0 || value > 4096) {
        throw new IllegalArgumentException("must be a number from 0 to 4096, not " + value);
      }
      ioCores = (int) value;
      return this;
    }

    /** Compute engines where their number is not said: one for each processor that they may use. */
    private int defaultEngines() {
      return Math.max(1, Runtime.getRuntime().availableProcessors() - ioCores);
    }

    /** Which sandboxes it offers: {@code auto}, {@code kvm}, {@code process} or {@code wasm}. */
    public Builder sandbox(String value) {
      try {
        sandbox = SandboxChoice.parse(value);
      } catch (ProblemException e) {
        throw new IllegalArgumentException(
            "must be " + SandboxChoice.known() + ", not '" + value + "'", e);
      }
      return this;
    }

    /** Entry variant of KVM sandboxes. */
    public Builder sandboxEntry(String value) {
      sandboxEntry = requireText(value, "auto or the name of a variant");
      return this;
    }

    /** Adds a destination that communication functions may connect to. */
    public Builder allowEgress(String rule) {
      egressAllow.add(requireText(rule, "HOST or CIDR, with or without :PORT"));
      return this;
    }

    /** Whether communication functions may connect to public addresses. */
    public Builder egressPublic(boolean value) {
      egressPublic = value;
      return this;
    }

    /** Changes who may use the node. */
    public Builder access(Consumer<AccessSettings.Builder> change) {
      change.accept(access);
      return this;
    }

    /** The folder from which clients may deploy by path. */
    public Builder localPathFolder(Path value) {
      localPathFolder = value;
      return this;
    }

    /** Form of the log's lines: {@code auto}, {@code text} or {@code json}. */
    public Builder logFormat(String value) {
      telemetry = telemetry.withLog(TelemetrySettings.format(value), telemetry.logLevel());
      return this;
    }

    /** The least level that is logged, {@code trace} to {@code error}. */
    public Builder logLevel(String value) {
      telemetry = telemetry.withLog(telemetry.logFormat(), TelemetrySettings.level(value));
      return this;
    }

    /** Base URL of the OTLP/HTTP receiver that traces are sent to. */
    public Builder otlp(String value) {
      telemetry = telemetry.withOtlp(TelemetrySettings.receiver(value));
      return this;
    }

    /** Where the compiler of sources comes from; nowhere by default. */
    public Builder compilers(CompilerSource value) {
      compilers = value;
      return this;
    }

    /** Sets a limit, in its unit. */
    public Builder limit(Limit limit, long value) {
      if (value < 0) {
        throw new IllegalArgumentException("must not be negative");
      }
      limits.put(limit, value);
      return this;
    }

    /** The configuration. */
    public Configuration build() {
      return new Configuration(
          nodeName == null ? NodeDefaults.name() : nodeName,
          host,
          port,
          adminHost,
          adminPort,
          dataFolder == null ? NodeDefaults.dataFolder() : dataFolder,
          engines == 0 ? defaultEngines() : engines,
          ioCores,
          sandbox,
          sandboxEntry,
          egressAllow,
          egressPublic,
          accessSettings(),
          localPathFolder,
          NodeDefaults.withReceiver(telemetry),
          compilers,
          new Limits(limits));
    }

    private AccessSettings accessSettings() {
      try {
        return access.build();
      } catch (IllegalArgumentException e) {
        throw new ConfigurationException(String.valueOf(e.getMessage()), e);
      }
    }

    private static String requireText(String value, String expected) {
      if (value.isBlank()) {
        throw new IllegalArgumentException("must be " + expected + ", not empty");
      }
      return value;
    }

    private static int requirePort(long value) {
      if (value < 0 || value > 65_535) {
        throw new IllegalArgumentException("must be a port from 0 to 65535, not " + value);
      }
      return (int) value;
    }
  }
}
