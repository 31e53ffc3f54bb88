package dev.pappus.server.telemetry;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.NopStatusListener;
import java.util.List;

/**
 * The log of a process before it has read its settings: text on standard error, from level info on.
 * Logback finds it as a service where the process is the product's own; {@link
 * EmbeddedLogConfigurator} serves others. In code and not in a file, because an eighth of a node's
 * start went into reading that.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_NORMAL_PRIORITY)
public class ProcessLogConfigurator extends ContextAwareBase implements Configurator {
  static final String APPENDER = "stderr";

  /** What tells more than a node's operator wants to know. */
  static final List<String> LIBRARIES = List.of("io.netty", "org.apache.hc");

  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0} - %msg%n";

  /** For {@link java.util.ServiceLoader}. */
  public ProcessLogConfigurator() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (isConfiguredByFile()) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    context.getStatusManager().add(new NopStatusListener());
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setName(APPENDER);
    console.setTarget("System.err");
    console.setEncoder(new TextEncoder(context, PATTERN));
    console.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(console);
    LIBRARIES.forEach(name -> context.getLogger(name).setLevel(Level.WARN));
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /** Whether the person who started this process has asked for a log of their own. */
  static boolean isConfiguredByFile() {
    return System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY) != null;
  }
}
