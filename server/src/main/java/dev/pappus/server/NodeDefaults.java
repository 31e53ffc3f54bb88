package dev.pappus.server;

import dev.pappus.server.telemetry.TelemetrySettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the machine and the environment say where a node's configuration says nothing. */
public final class NodeDefaults {
  private NodeDefaults() {}

  /** The machine's name. */
  public static String name() {
    // From the kernel, because asking the resolver may take seconds.
    try {
      String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).trim();
      return name.isEmpty() ? "node" : name;
    } catch (IOException e) {
      return "node";
    }
  }

  /** The folder for a person's data. */
  public static Path dataFolder() {
    String xdg = System.getenv("XDG_DATA_HOME");
    Path base =
        xdg != null && Path.of(xdg).isAbsolute()
            ? Path.of(xdg)
            : Path.of(System.getProperty("user.home", "."), ".local", "share");
    return base.resolve("pappus");
  }

  /** {@code settings}, with the receiver of traces that is named as OpenTelemetry has it. */
  static TelemetrySettings withReceiver(TelemetrySettings settings) {
    String url = System.getenv(TelemetrySettings.OTLP_VARIABLE);
    if (settings.otlp() != null || url == null || url.isEmpty()) {
      return settings;
    }
    try {
      return settings.withOtlp(TelemetrySettings.receiver(url));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(TelemetrySettings.OTLP_VARIABLE + " " + e.getMessage(), e);
    }
  }
}
