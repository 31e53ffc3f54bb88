package dev.pappus.server.telemetry;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.prometheus.metrics.config.PrometheusProperties;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where there is a faulty file of settings for the library of the metrics, which reads it once: so
 * each test has classes of its own.
 */
class MetricsSettingsTest {
  @TempDir private Path folder;

  private final ClassLoader before = Thread.currentThread().getContextClassLoader();
  private URLClassLoader classes;

  @BeforeEach
  void aFaultyFileBeforeAllClasses() throws Exception {
    Files.writeString(
        folder.resolve("prometheus.properties"),
        "io.prometheus.metrics.histogram_classic_only = perhaps\n");
    List<URL> path = new ArrayList<>(List.of(url(folder)));
    for (String each : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      path.add(url(Path.of(each)));
    }
    classes = new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    Thread.currentThread().setContextClassLoader(classes);
  }

  private static URL url(Path part) throws MalformedURLException {
    return part.toUri().toURL();
  }

  @AfterEach
  void close() throws Exception {
    Thread.currentThread().setContextClassLoader(before);
    classes.close();
  }

  @Test
  void theLibraryReadsIt() throws Exception {
    var get = classes.loadClass(PrometheusProperties.class.getName()).getMethod("get");
    assertThatThrownBy(() -> get.invoke(null)).rootCause().hasMessageContaining("perhaps");
  }

  @Test
  void aNodeDoesNot() throws Exception {
    Class<?> settings = classes.loadClass(TelemetrySettings.class.getName());
    Object usual = settings.getField("DEFAULT").get(null);
    var make = classes.loadClass(Telemetry.class.getName()).getConstructor(String.class, settings);
    assertThatCode(() -> make.newInstance("node", usual)).doesNotThrowAnyException();
  }
}
