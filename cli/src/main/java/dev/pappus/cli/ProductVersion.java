package dev.pappus.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;

/** The version that the build wrote into the jar. */
final class ProductVersion {
  private ProductVersion() {}

  static String read() {
    Properties properties = new Properties();
    try (InputStream in =
        Objects.requireNonNull(ProductVersion.class.getResourceAsStream("version.properties"))) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "unknown");
  }
}
