package dev.pappus.cli;

import dev.pappus.server.ConfigurationException;
import dev.pappus.server.settings.ProjectFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The rounds of {@code pappus dev}: build what has changed, deploy it, run the input, show what the
 * result changed. A round never runs what is not what was saved: where building fails, nothing
 * runs.
 */
final class DevSession implements AutoCloseable {
  private final Terminal terminal;
  private final DevInput input;
  private final @Nullable String chosenTarget;
  private final NodeStarter starter;
  private Project project;
  private DemoNode node;
  private ProjectNode deployed;

  /** What the last round found; a round that finds the same has nothing to do. */
  private String lastState = "";

  /** What the last run ran; the same again would give the same. */
  private String lastRun = "";

  private @Nullable SortedMap<String, byte[]> lastResult;

  /** Starts the session's node, always at the same addresses. */
  interface NodeStarter {
    DemoNode start() throws IOException;
  }

  DevSession(
      Terminal terminal,
      Project project,
      DevInput input,
      @Nullable String chosenTarget,
      NodeStarter starter)
      throws IOException {
    this.terminal = terminal;
    this.project = project;
    this.input = input;
    this.chosenTarget = chosenTarget;
    this.starter = starter;
    this.node = starter.start();
    this.deployed = new ProjectNode(terminal, node.client());
  }

  DemoNode node() {
    return node;
  }

  /** What its functions read outside of the project, and the input's files. */
  List<Path> outsideFiles() throws IOException {
    List<Path> files = new ArrayList<>(input.files());
    FunctionBuilder builder = new FunctionBuilder(terminal, project, false);
    for (ProjectFunction function : functions()) {
      builder.included(function).stream()
          .filter(each -> !each.startsWith(project.root()))
          .forEach(files::add);
    }
    return files;
  }

  /** The functions; none if the project is faulty just now. */
  private List<ProjectFunction> functions() throws IOException {
    try {
      return project.functions();
    } catch (CliException e) {
      return List.of();
    }
  }

  /**
   * Does what the project's files ask for now; failures are shown.
   *
   * @param savedNanos when they changed
   */
  void round(long savedNanos) throws IOException, InterruptedException {
    try {
      project = project.reread();
      String state = state();
      if (!state.equals(lastState)) {
        lastState = state;
        buildAndRun(savedNanos);
      }
    } catch (CliException e) {
      sayOnce(e.text(), e.hint());
    } catch (ConfigurationException e) {
      sayOnce(String.valueOf(e.getMessage()), null);
    } catch (ProblemReply e) {
      ProblemText.say(terminal, e);
    }
  }

  /** Says why nothing ran, if that is news. */
  private void sayOnce(String error, @Nullable String hint) {
    String state = "error " + error;
    if (!state.equals(lastState)) {
      lastState = state;
      terminal.sayError(error);
      if (hint != null) {
        terminal.sayHint(hint);
      }
      terminal.say("not run");
    }
  }

  /** Everything that decides what a round does. */
  private String state() throws IOException {
    FunctionBuilder builder = new FunctionBuilder(terminal, project, false);
    List<String> parts = new ArrayList<>();
    for (ProjectFunction function : project.functions()) {
      parts.add(function + " " + builder.fingerprint(function));
    }
    List<Path> files = new ArrayList<>(input.files());
    files.add(project.root().resolve(ProjectFile.NAME));
    files.add(project.root().resolve("app.dag"));
    parts.add(
        switch (input) {
          case DevInput.Data _ -> "";
          case DevInput.Folder folder -> DevInput.fingerprint(folder.items(List.of()));
          case DevInput.Case test ->
              test.target(project) + DevInput.fingerprint(test.items(List.of()));
        });
    return Fingerprint.of(files, parts);
  }

  private void buildAndRun(long savedNanos) throws IOException, InterruptedException {
    FunctionBuilder builder = new FunctionBuilder(terminal, project, false);
    List<FunctionBuild.Built> builds = new ArrayList<>();
    List<String> failed = new ArrayList<>();
    long compilerNanos = 0;
    for (ProjectFunction function : project.functions()) {
      FunctionBuild build = builder.build(function);
      compilerNanos += build.compilerNanos();
      switch (build) {
        case FunctionBuild.Built built -> builds.add(built);
        case FunctionBuild.Failed _ -> failed.add(function.name());
      }
    }
    if (!failed.isEmpty()) {
      terminal.say("not run: " + String.join(", ", failed) + " cannot be built");
      return;
    }
    deploy(builds);
    String target = chosenTarget == null ? input.target(project) : chosenTarget;
    SetsInvoker.Target found = deployed.invoker().find(target);
    SortedMap<String, byte[]> items = input.items(found.inputs());
    String run = target + deployed.digests() + deployed.text() + DevInput.fingerprint(items);
    if (run.equals(lastRun)) {
      terminal.say("not run again: code and input are those of the last run");
      return;
    }
    lastRun = run;
    for (Map.Entry<String, String> each : deployed.digests().entrySet()) {
      terminal.say("running " + each.getKey() + "@" + each.getValue());
    }
    SetsInvoker.Result result = deployed.invoker().invoke(found, ItemTree.sets(items));
    long nanos = System.nanoTime() - savedNanos;
    show(target, result, nanos, compilerNanos);
  }

  /** Where a name cannot be replaced, or something went, a new node knows nothing old. */
  private void deploy(List<FunctionBuild.Built> builds) throws IOException {
    if (!deployed.holdsMoreThan(builds)) {
      try {
        deployed.deploy(project, builds);
        if (!deployed.holdsOldCompositions()) {
          return;
        }
      } catch (ProblemReply e) {
        String code = e.problem().text("code");
        if (!"in_use".equals(code) && !"name_conflict".equals(code)) {
          throw e;
        }
      }
    }
    node.close();
    node = starter.start();
    deployed = new ProjectNode(terminal, node.client());
    deployed.deploy(project, builds);
  }

  private void show(String target, SetsInvoker.Result result, long nanos, long compilerNanos)
      throws IOException {
    SortedMap<String, byte[]> items = ItemTree.items(result.sets());
    SortedMap<String, byte[]> before = lastResult;
    lastResult = items;
    List<ItemDifference> differences =
        ItemDifference.between(before == null ? new TreeMap<>() : before, items);
    terminal
        .out()
        .println(
            before == null
                ? "result of " + target + ", " + DevInput.size(items)
                : differences.isEmpty()
                    ? "same result"
                    : "result changed, " + differences.size() + " items");
    differences.forEach(each -> each.print(terminal.out()));
    terminal.out().flush();
    terminal.say(
        String.format(
            Locale.ROOT,
            "%.0f ms after the save, %.0f of them in the compiler%s",
            nanos / 1e6,
            compilerNanos / 1e6,
            comparison(items)));
  }

  /** Whether a test case's expectation is met. */
  private String comparison(SortedMap<String, byte[]> items) throws IOException {
    if (input instanceof DevInput.Case of && chosenTarget == null) {
      TestCase test = of.find();
      SortedMap<String, byte[]> expected = test == null ? null : test.expected();
      if (test != null && expected != null) {
        int wrong = ItemDifference.between(expected, items).size();
        return "; test case "
            + test.name()
            + (wrong == 0 ? " passes" : " FAILS: " + wrong + " items are not as expected");
      }
    }
    return "";
  }

  @Override
  public void close() {
    node.close();
  }
}
