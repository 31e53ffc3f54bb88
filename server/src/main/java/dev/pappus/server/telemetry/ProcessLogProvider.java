package dev.pappus.server.telemetry;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.LogbackServiceProvider;
import ch.qos.logback.classic.util.ContextInitializer;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.status.ErrorStatus;
import ch.qos.logback.core.status.StatusUtil;
import ch.qos.logback.core.util.StatusPrinter2;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Logback as {@link ProcessLogConfigurator} sets it up, without Logback's search for what could set
 * it up, unless the person who starts the process has asked for a log of their own. Launchers name
 * it ({@code slf4j.provider}): that search is a twentieth of a node's start.
 */
public final class ProcessLogProvider implements SLF4JServiceProvider {
  private final LoggerContext context = new LoggerContext();
  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final MDCAdapter diagnosticContext = new LogbackMDCAdapter();

  /** For SLF4J. */
  public ProcessLogProvider() {}

  @Override
  public void initialize() {
    context.setName("default");
    context.setMDCAdapter(diagnosticContext);
    ProcessLogConfigurator configurator = new ProcessLogConfigurator();
    configurator.setContext(context);
    if (configurator.configure(context) == Configurator.ExecutionStatus.INVOKE_NEXT_IF_ANY) {
      configureByFile();
    }
    context.start();
  }

  private void configureByFile() {
    try {
      new ContextInitializer(context).autoConfig();
    } catch (JoranException e) {
      context.getStatusManager().add(new ErrorStatus("the log's file is not understood", this, e));
    }
    if (!StatusUtil.contextHasStatusListener(context)) {
      new StatusPrinter2().printInCaseOfErrorsOrWarnings(context);
    }
  }

  @Override
  public ILoggerFactory getLoggerFactory() {
    return context;
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    return diagnosticContext;
  }

  @Override
  public String getRequestedApiVersion() {
    return LogbackServiceProvider.REQUESTED_API_VERSION;
  }
}
