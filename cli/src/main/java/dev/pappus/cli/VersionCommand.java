package dev.pappus.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Prints what runs. */
@Command(name = "version", description = "Print the version of Pappus, Java and the system.")
final class VersionCommand implements Runnable {
  private final Terminal terminal;

  @Mixin private final OutputOption output = new OutputOption();

  VersionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    String version = ProductVersion.read();
    String java = System.getProperty("java.version") + " (" + System.getProperty("java.home") + ")";
    String system =
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch");
    if (output.json()) {
      Json.write(
          terminal.out(),
          json -> {
            json.writeStartObject();
            json.writeStringProperty("version", version);
            json.writeStringProperty("java", java);
            json.writeStringProperty("system", system);
            json.writeEndObject();
          });
    } else {
      terminal.out().println("pappus " + version);
      terminal.out().println("java   " + java);
      terminal.out().println("system " + system);
    }
  }
}
