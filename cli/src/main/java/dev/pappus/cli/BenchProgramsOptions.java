package dev.pappus.cli;

import dev.pappus.bench.BenchProgram;
import dev.pappus.bench.ProgramBench;
import dev.pappus.bench.ProgramReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pappus bench programs}. */
@Command
final class BenchProgramsOptions {
  @Mixin private OutputOption output = new OutputOption();

  @Option(names = "--quick", description = "3 seconds for each program instead of 20.")
  private boolean quick;

  /**
   * An interpreter as it is measured.
   *
   * @param name shown in reports
   * @param goal of a run from its template, as a share of a process's
   * @param script what it runs
   */
  private record Interpreter(String name, RuntimeRecipe recipe, double goal, String script) {
    BenchProgram program(InstalledRuntime runtime, Path scripts) {
      Map<String, Path> library = new HashMap<>();
      runtime.library().forEach((file, each) -> library.put(file, each.path()));
      library.put(script, scripts.resolve(script));
      List<String> arguments = new ArrayList<>(runtime.arguments());
      arguments.add("/" + Script.LIBRARY + "/" + script);
      return new BenchProgram(
          name, OptionalDouble.of(goal), runtime.binary().path(), arguments, library);
    }
  }

  private static final List<Interpreter> INTERPRETERS =
      List.of(
          new Interpreter("MicroPython", RuntimeRecipe.MICROPYTHON, 0.5, "words.py"),
          new Interpreter("QuickJS", RuntimeRecipe.QUICKJS, 0.3, "words.js"),
          new Interpreter("CPython, json and re", RuntimeRecipe.PYTHON, 0.12, "words.py"));

  int run(Terminal terminal) throws IOException {
    long nanos = TimeUnit.SECONDS.toNanos(quick ? 3 : 20);
    Map<String, String> absent = new LinkedHashMap<>();
    List<BenchProgram> interpreters = new ArrayList<>();
    for (Interpreter each : INTERPRETERS) {
      InstalledRuntime runtime = Runtimes.of(terminal).find(each.recipe());
      if (runtime == null) {
        absent.put(each.name(), "not built: pappus runtime add " + each.recipe().text());
      } else {
        interpreters.add(each.program(runtime, terminal.home().resolve("runtimes/bench")));
      }
    }
    ProgramReport report =
        BenchCommand.measured(() ->
            new ProgramBench(
                    terminal.guestBuild(),
                    interpreters,
                    absent,
                    nanos,
                    what -> BenchCommand.tell(terminal, what))
                .run());
    if (output.json()) {
      Json.write(terminal.out(), report::writeTo);
    } else {
      terminal.out().print(report.text());
    }
    return ExitCode.OK;
  }
}
