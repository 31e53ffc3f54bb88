package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** ps, describe, logs and cancel against a node. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HistoryCommandsTest {
  private DemoNode node;
  private String id = "";
  private String failed = "";

  @BeforeAll
  void startNode() throws IOException {
    node = DemoNode.start("127.0.0.1:1");
    run("deploy", CommandRun.GUEST_BUILD.resolve("hello.elf").toString());
    run("deploy", CommandRun.GUEST_BUILD.resolve("hostile.elf").toString());
    run("invoke", "hello", "-d", "Ps");
    run("invoke", "hostile", "-d", "print_and_fail");
    List<JsonObject> all = run("ps", "-o", "json").json().objects("invocations");
    assertThat(all).hasSize(2);
    failed = all.get(0).text("id", "");
    id = all.get(1).text("id", "");
  }

  @AfterAll
  void stopNode() {
    node.close();
  }

  @Test
  void psListsThemNewestFirst() {
    String table = run("ps").out();
    assertThat(table.lines().toList().getFirst()).startsWith("ID").contains("TARGET", "STATUS");
    assertThat(table).containsSubsequence(failed, "hostile", "failed", id, "hello", "succeeded");
    assertThat(run("ps", "--status", "failed", "-a", "-o", "wide").out())
        .contains(failed, "guest_exit")
        .doesNotContain(id);
    CommandRun wrong = run("ps", "--status", "finished");
    assertThat(wrong.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(wrong.err()).contains("'finished' is no status", "queued");
  }

  @Test
  void describeShowsWhereTimeWentAndWhatWasPrinted() {
    String text = run("describe", id).out();
    assertThat(text)
        .contains(
            "kind        compute", "status      succeeded", "TIMELINE", "sha256:", "#", "queue ")
        .contains("  | Hello, Ps!");
    assertThat(run("describe", id, "-o", "json").json().text("status")).isEqualTo("succeeded");
    assertThat(run("describe", failed).out())
        .contains("problem     guest_exit", "hint", "pappus explain guest_exit")
        .contains("  | the last words of a function");
    CommandRun unknown = run("describe", "01none");
    assertThat(unknown.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(unknown.err()).contains("unknown_invocation", "hint:");
    assertThat(run("describe", "none").err()).contains("unknown_invocable", "hint:");
  }

  @Test
  void logsShowLinesOfAFunctionOrAnInvocation() {
    assertThat(run("logs", "hello").out())
        .contains("| Hello, Ps!", id)
        .doesNotContain("last words");
    assertThat(run("logs", "--id", failed).out())
        .contains("| the last words of a function", "! guest_exit: ");
    assertThat(run("logs", "-f", "--id", id, "-o", "json").out())
        .startsWith("{\"time\"")
        .contains("Hello, Ps!");
  }

  @Test
  void cancellingWhatHasEndedChangesNothing() {
    CommandRun cancelled = run("cancel", id, failed);
    assertThat(cancelled.exitCode()).as(cancelled.err()).isZero();
    assertThat(cancelled.err()).contains(id + " succeeded", failed + " failed");
  }

  private CommandRun run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--server");
    all.add(node.adminAddress().toString());
    return CommandRun.of(all.toArray(String[]::new));
  }
}
