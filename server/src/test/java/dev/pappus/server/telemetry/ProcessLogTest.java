package dev.pappus.server.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessLogTest {
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  /** A log whose console is {@link #said}. */
  private LoggerContext log(Configurator configurator) {
    PrintStream before = System.err;
    System.setErr(new PrintStream(said, true, UTF_8));
    try {
      LoggerContext context = new LoggerContext();
      context.setMDCAdapter(new LogbackMDCAdapter());
      assertThat(configurator.configure(context))
          .isEqualTo(Configurator.ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY);
      return context;
    } finally {
      System.setErr(before);
    }
  }

  private void speak(LoggerContext context) {
    PrintStream before = System.err;
    System.setErr(new PrintStream(said, true, UTF_8));
    try {
      for (String name : new String[] {"dev.pappus.Here", "io.netty.There"}) {
        context.getLogger(name).info("small talk");
        context.getLogger(name).warn("a warning");
        context.getLogger(name).error("a failure");
      }
    } finally {
      System.setErr(before);
    }
  }

  @Test
  void nodesTellWhatTheyDoAndWhatLibrariesWarnOf() {
    for (Configurator each :
        new Configurator[] {new ProcessLogConfigurator(), new EmbeddedLogConfigurator()}) {
      said.reset();
      speak(log(each));
      assertThat(said.toString(UTF_8).lines().map(line -> line.replaceFirst("^\\S+ ", "")))
          .containsExactly(
              "INFO  Here - small talk",
              "WARN  Here - a warning",
              "ERROR Here - a failure",
              "WARN  There - a warning",
              "ERROR There - a failure");
    }
  }

  @Test
  void aNodesProviderIsTheSameLog() {
    assertThat(provided()).containsExactly("INFO  Here - small talk");
  }

  @Test
  void aFileThatSomebodyNamesComesFirst(@TempDir Path folder) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("log.xml"),
            """
            <configuration>
              <appender name="own" class="ch.qos.logback.core.ConsoleAppender">
                <target>System.err</target>
                <encoder><pattern>mine: %msg%n</pattern></encoder>
              </appender>
              <root level="info"><appender-ref ref="own"/></root>
            </configuration>
            """);
    System.setProperty(ClassicConstants.CONFIG_FILE_PROPERTY, file.toString());
    try {
      assertThat(provided()).containsExactly("mine: small talk");
    } finally {
      System.clearProperty(ClassicConstants.CONFIG_FILE_PROPERTY);
    }
  }

  /** What a log of {@link ProcessLogProvider} says, but for the time. */
  private List<String> provided() {
    PrintStream before = System.err;
    System.setErr(new PrintStream(said, true, UTF_8));
    try {
      ProcessLogProvider provider = new ProcessLogProvider();
      provider.initialize();
      provider.getLoggerFactory().getLogger("dev.pappus.Here").info("small talk");
    } finally {
      System.setErr(before);
    }
    return said.toString(UTF_8).lines().map(line -> line.replaceFirst("^\\d\\S+ ", "")).toList();
  }

  @Test
  void whoeverRunsOneFunctionHearsOfErrorsAlone() {
    LoggerContext context = log(new ProcessLogConfigurator());
    ProcessLog.errorsOnly(context);
    speak(context);
    assertThat(said.toString(UTF_8).lines())
        .containsExactly("ERROR Here - a failure", "ERROR There - a failure");
  }
}
