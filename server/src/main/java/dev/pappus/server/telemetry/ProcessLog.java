package dev.pappus.server.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;

/** The log of a process whose whole business is a node: its form and its level. */
public final class ProcessLog {
  private static final String BRIEF = "%-5level %logger{0} - %msg%n";

  private ProcessLog() {}

  /**
   * Makes the log what {@code settings} say. Until then it is text from level info on.
   *
   * @param variable value of PAPPUS_LOG, a level that beats the one of the settings; may be null
   * @throws IllegalArgumentException if it is no level
   */
  public static void configure(TelemetrySettings settings, @Nullable String variable) {
    org.slf4j.event.Level level =
        variable == null || variable.isBlank()
            ? settings.logLevel()
            : TelemetrySettings.level(variable.strip());
    ILoggerFactory factory = LoggerFactory.getILoggerFactory();
    if (!(factory instanceof LoggerContext context)) {
      return; // somebody who embeds a node has a log of their own
    }
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.convertAnSLF4JLevel(level));
    Appender<ILoggingEvent> appender = root.getAppender(ProcessLogConfigurator.APPENDER);
    if (json(settings.logFormat()) && appender instanceof ConsoleAppender<ILoggingEvent> console) {
      JsonLineEncoder encoder = new JsonLineEncoder();
      encoder.setContext(context);
      encoder.start();
      console.setEncoder(encoder);
    }
  }

  /**
   * Leaves errors, without times: for a process in which a node is but a means to what its user
   * wants. No effect where that user has configured a log.
   */
  public static void errorsOnly() {
    if (!ProcessLogConfigurator.isConfiguredByFile()
        && LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      errorsOnly(context);
    }
  }

  static void errorsOnly(LoggerContext context) {
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.ERROR);
    ProcessLogConfigurator.LIBRARIES.forEach(name -> context.getLogger(name).setLevel(null));
    if (root.getAppender(ProcessLogConfigurator.APPENDER)
        instanceof ConsoleAppender<ILoggingEvent> console) {
      console.setEncoder(new TextEncoder(context, BRIEF));
    }
  }

  private static boolean json(TelemetrySettings.LogFormat format) {
    return switch (format) {
      case AUTO -> !stderrIsTerminal();
      case TEXT -> false;
      case JSON -> true;
    };
  }

  /** What the kernel calls the file behind standard error; the console class looks at others. */
  private static boolean stderrIsTerminal() {
    try {
      String file = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }
}
