package dev.pappus.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.core.JsonGenerator;

/** Tells what the machine has, and what to do about what it has not. */
@Command(
    name = "doctor",
    description = "Check this machine; exit 1 if native functions cannot run on it.")
final class DoctorCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private final OutputOption output = new OutputOption();

  DoctorCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    List<HostCheck> checks;
    try (Activity _ = Activity.of(terminal, "checking this machine")) {
      checks = new ArrayList<>(SandboxChecks.run(terminal.guestBuild()));
      checks.addAll(new HostChecks(Path.of("/")).all());
      checks.addAll(RuntimeChecks.run(terminal));
    }
    return report(terminal, checks, output.json());
  }

  /** Prints the checks; returns the exit code. */
  static int report(Terminal terminal, List<HostCheck> checks, boolean asJson) {
    boolean broken = checks.stream().anyMatch(each -> each.state() == HostCheck.State.BROKEN);
    if (asJson) {
      Json.write(terminal.out(), json -> write(json, checks, !broken));
    } else {
      TextTable table = new TextTable("CHECK", "STATE", "FOUND");
      for (HostCheck each : checks) {
        table.row(each.name(), state(each), each.detail());
      }
      terminal.out().print(table);
      for (HostCheck each : checks) {
        String fix = each.fix();
        if (fix != null) {
          terminal.out().println("fix " + each.name() + ": " + fix);
        }
      }
      terminal.out().println();
      terminal
          .out()
          .println(broken ? "native functions cannot run here" : "native functions can run here");
      terminal.out().flush();
    }
    return broken ? ExitCode.FAILED : ExitCode.OK;
  }

  private static String state(HostCheck check) {
    return check.state().name().toLowerCase(Locale.ROOT);
  }

  private static void write(JsonGenerator json, List<HostCheck> checks, boolean compute) {
    json.writeStartObject();
    json.writeBooleanProperty("compute", compute);
    json.writeArrayPropertyStart("checks");
    for (HostCheck each : checks) {
      json.writeStartObject();
      json.writeStringProperty("name", each.name());
      json.writeStringProperty("state", state(each));
      json.writeStringProperty("detail", each.detail());
      String fix = each.fix();
      if (fix != null) {
        json.writeStringProperty("fix", fix);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
