package dev.pappus.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs the test cases of a project. */
@Command(
    name = "test",
    description = {
      "Run the project's test cases: tests/CASE/in is sent, what comes back is compared byte by byte"
          + " with tests/CASE/out.",
      "Each is a tree of SET[:KEY]/ITEM. A case invokes the target of pappus.toml, or that of its"
          + " case.toml. Without --server and PAPPUS_SERVER a node runs in this process.",
      "Outside of projects, in Pappus's own source tree, './pappus test [--all]' runs the tests of"
          + " Pappus itself."
    })
final class TestCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private final ProjectOption projectOption = new ProjectOption();
  @Mixin private final NodeOption nodeOption = new NodeOption();
  @Mixin private final OutputOption output = new OutputOption();

  @Parameters(paramLabel = "CASE", arity = "0..*", description = "Run only these.")
  private final List<String> wanted = new ArrayList<>();

  @Option(names = "--update", description = "Write what comes back to tests/CASE/out.")
  private boolean update;

  TestCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Project project = projectOption.find(terminal);
    List<TestCase> cases = cases(project);
    List<FunctionBuild.Built> builds = build(project);
    if (builds == null) {
      return ExitCode.FAILED;
    }
    if (nodeOption.namesNode(terminal)) {
      return run(project, cases, builds, nodeOption.client(terminal));
    }
    try (DemoNode node = DemoNode.startFor(terminal, project, 0, 0)) {
      node.requireSandboxes(terminal);
      return run(project, cases, builds, node.client().shownOn(terminal));
    }
  }

  private List<TestCase> cases(Project project) throws IOException {
    List<TestCase> cases = TestCase.all(project);
    List<String> known = cases.stream().map(TestCase::name).toList();
    for (String each : wanted) {
      if (!known.contains(each)) {
        throw new CliException(
            ExitCode.NOT_FOUND,
            "there is no case '" + each + "'" + dev.pappus.model.Suggestion.didYouMean(each, known),
            "the cases: " + String.join(", ", known));
      }
    }
    if (cases.isEmpty()) {
      throw new CliException(
          ExitCode.NOT_FOUND,
          project.tests() + " holds no case",
          "put inputs into tests/CASE/in/SET/ITEM, then: pappus test --update");
    }
    return wanted.isEmpty()
        ? cases
        : cases.stream().filter(each -> wanted.contains(each.name())).toList();
  }

  private @Nullable List<FunctionBuild.Built> build(Project project)
      throws IOException, InterruptedException {
    FunctionBuilder builder = new FunctionBuilder(terminal, project, false);
    List<FunctionBuild.Built> builds = new ArrayList<>();
    boolean failed = false;
    for (ProjectFunction function : project.functions()) {
      switch (builder.build(function)) {
        case FunctionBuild.Built built -> builds.add(built);
        case FunctionBuild.Failed _ -> failed = true;
      }
    }
    return failed ? null : builds;
  }

  private int run(
      Project project, List<TestCase> cases, List<FunctionBuild.Built> builds, NodeClient client)
      throws IOException {
    ProjectNode node = new ProjectNode(terminal, client);
    node.deploy(project, builds);
    List<TestResult> results = new ArrayList<>();
    for (TestCase each : cases) {
      TestResult result = run(each, node.invoker());
      results.add(result);
      if (!output.json()) {
        result.print(terminal);
      }
    }
    long failed =
        results.stream().filter(each -> each.outcome() == TestResult.Outcome.FAILED).count();
    if (output.json()) {
      writeJson(results, failed);
    } else {
      terminal.out().println(results.size() - failed + " passed, " + failed + " failed");
      terminal.out().flush();
    }
    return failed == 0 ? ExitCode.OK : ExitCode.FAILED;
  }

  private TestResult run(TestCase test, SetsInvoker invoker) throws IOException {
    SortedMap<String, byte[]> inputs = test.inputs();
    SortedMap<String, byte[]> expected = test.expected();
    long began = System.nanoTime();
    try {
      SetsInvoker.Result result =
          invoker.invoke(invoker.find(test.target()), ItemTree.sets(inputs));
      long nanos = System.nanoTime() - began;
      SortedMap<String, byte[]> items = ItemTree.items(result.sets());
      if (expected == null && !update) {
        throw new CliException(
            ExitCode.FAILED,
            test.name() + " has no folder out: nobody has said what must come out",
            "take what comes out now with: pappus test --update " + test.name());
      }
      List<ItemDifference> differences =
          ItemDifference.between(expected == null ? new TreeMap<>() : expected, items);
      if (update && (expected == null || !differences.isEmpty())) {
        ItemTree.replace(test.out(), items);
        return new TestResult(test, TestResult.Outcome.UPDATED, differences, null, nanos);
      }
      return new TestResult(
          test,
          differences.isEmpty() ? TestResult.Outcome.PASSED : TestResult.Outcome.FAILED,
          differences,
          null,
          nanos);
    } catch (ProblemReply | CliException e) {
      return new TestResult(
          test, TestResult.Outcome.FAILED, List.of(), e, System.nanoTime() - began);
    }
  }

  private void writeJson(List<TestResult> results, long failed) {
    Json.write(
        terminal.out(),
        json -> {
          json.writeStartObject();
          json.writeNumberProperty("passed", results.size() - failed);
          json.writeNumberProperty("failed", failed);
          json.writeArrayPropertyStart("cases");
          results.forEach(each -> each.write(json));
          json.writeEndArray();
          json.writeEndObject();
        });
  }
}
