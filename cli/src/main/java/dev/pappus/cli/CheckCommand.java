package dev.pappus.cli;

import dev.pappus.language.CompositionCompiler;
import dev.pappus.model.Diagnostic;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.FunctionNote;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JsonGenerator;

/** Checks files as a node would, without one. */
@Command(name = "check", description = "Check compositions and binaries; nothing is sent anywhere.")
final class CheckCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private final OutputOption output = new OutputOption();

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "Binaries and texts.")
  private final List<Path> files = new ArrayList<>();

  /** What was found in one file. */
  private record Finding(
      Path file, List<Diagnostic> diagnostics, String error, String hint, String good) {
    boolean failed() {
      return !error.isEmpty()
          || diagnostics.stream().anyMatch(d -> d.severity() == Diagnostic.Severity.ERROR);
    }
  }

  CheckCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    List<Finding> findings = new ArrayList<>();
    for (Path file : files) {
      Path place = terminal.folder().resolve(file);
      Script script = Script.read(file, place);
      if (script != null) {
        findings.add(checkScript(script));
        continue;
      }
      SourceFile source = SourceFile.read(file, place);
      findings.add(
          switch (source.kind()) {
            case FUNCTION -> checkFunction(source);
            case COMPOSITION -> checkText(source);
          });
    }
    if (output.json()) {
      Json.write(terminal.out(), json -> write(json, findings));
    } else {
      findings.forEach(this::say);
    }
    return findings.stream().anyMatch(Finding::failed) ? ExitCode.FAILED : ExitCode.OK;
  }

  private static Finding checkFunction(SourceFile source) {
    try {
      FunctionNote note = source.checkedNote();
      String good =
          source.isProgram()
              ? "a Linux program; it reads and prints, [stdio] => [stdio], where nothing else is said"
              : note == null
                  ? "a function; it names no sets, deploy it with --in and --out"
                  : "function " + note.name() + " " + note.inputs() + " => " + note.outputs();
      return new Finding(source.path(), List.of(), "", "", good);
    } catch (ProblemException e) {
      String hint = e.problem().hint();
      return new Finding(
          source.path(), List.of(), e.problem().detail(), hint == null ? "" : hint, "");
    }
  }

  private static Finding checkScript(Script script) {
    try {
      ScriptHeader header = script.header();
      List<String> stdio = List.of(ProgramRun.STDIO);
      List<String> in = header.description().inputs();
      List<String> out = header.description().outputs();
      String good =
          "a function in "
              + script.language()
              + ", "
              + (in == null ? stdio : in)
              + " => "
              + (out == null ? stdio : out)
              + "; only its header was read";
      return new Finding(script.path(), List.of(), "", "", good);
    } catch (CliException e) {
      String hint = e.hint();
      return new Finding(script.path(), List.of(), e.text(), hint == null ? "" : hint, "");
    }
  }

  private static Finding checkText(SourceFile source) {
    CompositionCompiler.Compiled compiled = CompositionCompiler.check(source.text());
    List<String> names = compiled.compositions().stream().map(c -> c.name()).toList();
    return new Finding(
        source.path(), compiled.diagnostics(), "", "", "compositions " + String.join(", ", names));
  }

  private void say(Finding finding) {
    for (Diagnostic each : finding.diagnostics()) {
      terminal.out().println(finding.file() + ":" + ProblemText.printableLines(each.render()));
    }
    if (!finding.error().isEmpty()) {
      terminal.out().println(finding.file() + ": error: " + finding.error());
      if (!finding.hint().isEmpty()) {
        terminal.sayHint(finding.hint());
      }
    } else if (!finding.failed()) {
      terminal.out().println(finding.file() + ": ok: " + finding.good());
    }
  }

  private static void write(JsonGenerator json, List<Finding> findings) {
    json.writeStartArray();
    for (Finding finding : findings) {
      json.writeStartObject();
      json.writeStringProperty("file", finding.file().toString());
      json.writeBooleanProperty("ok", !finding.failed());
      if (!finding.error().isEmpty()) {
        json.writeStringProperty("error", finding.error());
      }
      json.writeArrayPropertyStart("diagnostics");
      for (Diagnostic each : finding.diagnostics()) {
        json.writeStartObject();
        json.writeStringProperty(
            "severity", each.severity() == Diagnostic.Severity.ERROR ? "error" : "warning");
        json.writeNumberProperty("line", each.line());
        json.writeNumberProperty("column", each.column());
        json.writeStringProperty("message", each.message());
        json.writeStringProperty("excerpt", each.excerpt());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
