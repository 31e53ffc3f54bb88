package dev.pappus.cli;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.ItemPath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A Linux program run as a shell would run it: stdin is an item, what it prints goes where the
 * command prints, its exit code is that of the command.
 */
final class ProgramRun {
  static final String STDIO = "stdio";

  private static final int EXIT_CODE_MAX = 255;

  private final Terminal terminal;
  private final NodeClient client;
  private final ResultOptions results;

  ProgramRun(Terminal terminal, NodeClient client, ResultOptions results) {
    this.terminal = terminal;
    this.client = client;
    this.results = results;
  }

  /** {@code stdio} first, then {@code others}. */
  static List<String> withStdio(@Nullable List<String> others) {
    Set<String> sets = new LinkedHashSet<>(Set.of(STDIO));
    sets.addAll(others == null ? List.of() : others);
    return List.copyOf(sets);
  }

  /**
   * Runs it and prints what it gives.
   *
   * @return the program's exit code
   * @throws ProblemReply if it did not end by itself
   */
  int run(String name, List<DataSet> inputs) throws IOException {
    NodeRequest request =
        NodeRequest.of("POST", "/function/" + NodeClient.encode(name) + results.query());
    if (!results.picksItem()) {
      request = request.with("Accept", SetsInvoker.TYPE);
    }
    NodeClient.Reply reply;
    try {
      reply = client.exchange(SetsInvoker.with(request, inputs, terminal));
    } catch (ProblemReply failed) {
      return ended(failed);
    }
    if (results.picksItem()) {
      results.print(terminal, reply.body());
    } else if (results.wantsJson()) {
      results.deliver(terminal, SetsInvoker.sets(reply));
    } else {
      print(SetsInvoker.sets(reply));
    }
    if (terminal.verbose()) {
      terminal.say(Invoker.timing(reply));
    }
    return ExitCode.OK;
  }

  private int ended(ProblemReply failed) {
    JsonObject problem = failed.problem();
    long exitCode = problem.has("exitCode") ? problem.integer("exitCode") : -1;
    if (!problem.text("code", "").equals("guest_exit")
        || exitCode < 1
        || exitCode > EXIT_CODE_MAX) {
      throw failed;
    }
    String lastWords = problem.text("stderrTail");
    if (lastWords != null && !lastWords.isEmpty()) {
      terminal.sayMore(lastWords.stripTrailing());
    }
    terminal.say("exit code " + exitCode);
    return (int) exitCode;
  }

  /** What a person reads must not steer the terminal; what a program reads is left as it is. */
  private void printError(Item item) {
    if (!terminal.interactive()) {
      terminal.err().writeBytes(item.toBytes());
    } else if (item.sizeBytes() > 0) {
      terminal.sayMore(item.text().stripTrailing());
    }
  }

  private void print(List<DataSet> sets) throws IOException {
    List<DataSet> others = new ArrayList<>();
    for (DataSet set : sets) {
      if (!set.name().equals(STDIO)) {
        others.add(set);
        continue;
      }
      for (Item item : set.items()) {
        switch (item.name()) {
          case "stderr" -> printError(item);
          case "stdout" -> results.print(terminal, item.toBytes());
          default -> {
            // Only the two are in it.
          }
        }
      }
    }
    terminal.err().flush();
    if (results.wantsFolder()) {
      results.deliver(terminal, others);
    } else {
      others.forEach(this::mention);
    }
  }

  private void mention(DataSet set) {
    for (Item item : set.items()) {
      terminal.say(
          "made "
              + new ItemPath(set.name(), item.key(), item.name())
              + " ("
              + item.sizeBytes()
              + " bytes); --out-dir DIR keeps it, --output prints it");
    }
  }
}
