package dev.pappus.server.telemetry;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ConfiguratorRank;

/**
 * The same log for a process that embeds a node, unless it has a file for a log of its own. Looking
 * for that takes a while: it opens every jar.
 */
@ConfiguratorRank(ConfiguratorRank.FALLBACK)
public final class EmbeddedLogConfigurator extends ProcessLogConfigurator {
  /** For {@link java.util.ServiceLoader}. */
  public EmbeddedLogConfigurator() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    return isThere(ClassicConstants.TEST_AUTOCONFIG_FILE)
            || isThere(ClassicConstants.AUTOCONFIG_FILE)
        ? ExecutionStatus.INVOKE_NEXT_IF_ANY
        : super.configure(context);
  }

  private static boolean isThere(String resource) {
    return ClassLoader.getSystemResource(resource) != null;
  }
}
