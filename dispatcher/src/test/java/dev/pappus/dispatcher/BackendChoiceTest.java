package dev.pappus.dispatcher;

import static dev.pappus.dispatcher.TestNode.await;
import static dev.pappus.dispatcher.TestNode.outputs;
import static dev.pappus.dispatcher.TestNode.problem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.dispatcher.store.DataFolder;
import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Item;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.SandboxChoice;
import dev.pappus.sandbox.Backends;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node with several backends: what runs in which, and what becomes of it on another node. */
class BackendChoiceTest {
  @TempDir Path folder;

  /** A backend whose function {@code where} answers the backend's name. */
  private static JavaDriver backend(String name) {
    return new JavaDriver(name)
        .define(
            "where", call -> List.of(new DataSet("name", List.of(Item.ofText("sandbox", name)))));
  }

  /** A node on a host without KVM, unless a driver stands for it. */
  private Dispatcher node(JavaDriver... drivers) {
    Map<String, String> missing =
        drivers[0].name().equals("kvm") ? Map.of() : Map.of("kvm", "/dev/kvm is absent");
    return new Dispatcher(
        new Dispatcher.Settings(
            "n1",
            DataFolder.open(folder),
            new Backends(List.of(drivers), missing),
            1,
            List.of(),
            Limits.DEFAULTS));
  }

  private static void deploy(Dispatcher node, String name, SandboxChoice choice) {
    FunctionSpec spec =
        new FunctionSpec(
            name, List.of(), List.of("name"), 1 << 20, List.of(), FunctionSpec.NO_TIMEOUT, choice);
    node.registry()
        .registerFunction(spec, JavaDriver.binary("where", name), Registry.OnConflict.REFUSE);
  }

  private static InvocationResult run(Dispatcher node, String name) {
    return await(
        node.invoke(
            new InvocationRequest(
                new InvocationTarget.Named(name), List.of(), InvocationRequest.CodeSource.ANY)));
  }

  private static String ranIn(Dispatcher node, String name) {
    return outputs(run(node, name)).getFirst().items().getFirst().text();
  }

  @Test
  void eachFunctionRunsWhereItsOwnerWantsAndElsewhereOnANodeWithoutThat() {
    JavaDriver kvm = backend("kvm");
    JavaDriver process = backend("process");
    try (Dispatcher node = node(kvm, process)) {
      deploy(node, "any", SandboxChoice.AUTO);
      deploy(node, "locked", SandboxChoice.PROCESS);
      deploy(node, "bare", SandboxChoice.KVM);
      for (int round = 0; round < 3; round++) {
        assertThat(ranIn(node, "any")).isEqualTo("kvm");
        assertThat(ranIn(node, "locked")).isEqualTo("process");
        assertThat(ranIn(node, "bare")).isEqualTo("kvm");
      }
    }
    assertThat(List.of(kvm.openNow.get(), process.openNow.get())).containsOnly(0);
    assertThat(List.of(kvm.ruleBreaks.get(), process.ruleBreaks.get())).containsOnly(0);
    try (Dispatcher node = node(backend("process"))) {
      assertThat(ranIn(node, "any")).isEqualTo("process");
      assertThat(ranIn(node, "locked")).isEqualTo("process");
      assertThat(problem(run(node, "bare")))
          .satisfies(problem -> {
            assertThat(problem.code()).isEqualTo(ProblemCode.SANDBOX_UNAVAILABLE);
            assertThat(problem.detail()).contains("/dev/kvm is absent");
          });
    }
    try (Dispatcher node = node(backend("kvm"), backend("process"))) {
      assertThat(ranIn(node, "bare")).isEqualTo("kvm");
    }
  }

  @Test
  void aBackendThatTheHostRefusesFailsItsFunctionsOnly() {
    JavaDriver process = backend("process");
    process.refusals =
        index -> Problem.of(ProblemCode.SANDBOX_UNAVAILABLE, "no more processes").withHint("x");
    try (Dispatcher node = node(backend("kvm"), process)) {
      deploy(node, "any", SandboxChoice.AUTO);
      deploy(node, "locked", SandboxChoice.PROCESS);
      assertThat(problem(run(node, "locked")).code()).isEqualTo(ProblemCode.SANDBOX_UNAVAILABLE);
      assertThat(ranIn(node, "any")).isEqualTo("kvm");
    }
  }
}
