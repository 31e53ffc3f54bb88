package dev.pappus.cli;

import picocli.CommandLine.Model.CommandSpec;

/** Prints what runs. */
final class VersionCommand implements Runnable {
  private final Terminal terminal;

  private final OutputOption output = new OutputOption();

  VersionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  CommandSpec spec() {
    CommandSpec spec =
        CommandSpec.wrapWithoutInspection(this).name("version").addMixin("output", output.spec());
    spec.usageMessage().description("Print the version of Pappus, Java and the system.");
    return spec;
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
