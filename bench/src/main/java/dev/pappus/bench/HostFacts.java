package dev.pappus.bench;

import dev.pappus.bench.result.Machine;
import tools.jackson.core.JsonGenerator;

/**
 * What the figures were measured on.
 *
 * @param processor its model
 * @param processors how many this process may use
 * @param kernel the system's version
 * @param java the JVM's version
 */
public record HostFacts(String processor, int processors, String kernel, String java) {
  /** Those of this machine. */
  static HostFacts read() {
    return new HostFacts(
        Machine.processorModel(),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vm.version"));
  }

  /** Adds them to the open object. */
  void writeTo(JsonGenerator json) {
    json.writeStringProperty("processor", processor);
    json.writeNumberProperty("processors", processors);
    json.writeStringProperty("kernel", kernel);
    json.writeStringProperty("java", java);
  }
}
