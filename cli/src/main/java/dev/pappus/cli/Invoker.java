package dev.pappus.cli;

import dev.pappus.model.DataSet;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One invocation as options describe it, and what becomes of its answer. */
final class Invoker {
  private final Terminal terminal;
  private final NodeClient client;
  private final InputOptions inputs;
  private final ResultOptions results;

  /** Header fields of the request. */
  private final List<String> headers;

  Invoker(
      Terminal terminal,
      NodeClient client,
      InputOptions inputs,
      ResultOptions results,
      List<String> headers) {
    this.terminal = terminal;
    this.client = client;
    this.inputs = inputs;
    this.results = results;
    this.headers = List.copyOf(headers);
  }

  /** Invokes {@code name} and prints what it gives. */
  void invoke(String name) throws IOException {
    NodeRequest request = request(name);
    NodeClient.Reply reply = exchange(name, request);
    String location = reply.header("Location");
    if (reply.status() == 202 && location != null) {
      terminal.out().println(location.substring(location.lastIndexOf('/') + 1));
      terminal.out().flush();
      terminal.say("accepted; see: pappus describe ID, or GET " + location);
      return;
    }
    if (results.wantsSets()) {
      results.deliver(terminal, SetsInvoker.sets(reply));
    } else {
      results.print(terminal, reply.body());
    }
    if (terminal.verbose()) {
      terminal.say(timing(reply));
    }
  }

  private NodeRequest request(String name) throws IOException {
    NodeRequest request =
        new NodeRequest("POST", NodeClient.encode(name) + results.query(), headers, null);
    if (results.wantsSets()) {
      request = request.with("Accept", SetsInvoker.TYPE);
    }
    if (!inputs.isBodyOnly()) {
      String first = inputs.hasBody() ? firstInput(name) : "";
      List<DataSet> sets = inputs.sets(terminal, first);
      return SetsInvoker.with(request, sets, terminal);
    }
    byte @Nullable [] body = inputs.body(terminal);
    return body == null
        ? request
        : request.with("application/octet-stream", Progress.of(terminal, "sending", body));
  }

  private String firstInput(String name) throws IOException {
    SetsInvoker.Target target = new SetsInvoker(client).find(name);
    if (target.inputs().isEmpty()) {
      throw new CliException(ExitCode.USAGE, "'" + name + "' takes no input", "leave out -d");
    }
    return target.inputs().getFirst();
  }

  /** Most names are functions; what is none is a composition or unknown. */
  private NodeClient.Reply exchange(String name, NodeRequest request) throws IOException {
    try {
      return client.exchange(request.below("/function/"));
    } catch (ProblemReply notAFunction) {
      if (!notAFunction.problem().text("code", "").equals("unknown_invocable")) {
        throw notAFunction;
      }
      try {
        return client.exchange(request.below("/composition/"));
      } catch (ProblemReply notAComposition) {
        throw notAComposition.problem().text("code", "").equals("unknown_invocable")
                && name.equals(notAComposition.problem().text("function", name))
            ? notAFunction
            : notAComposition;
      }
    }
  }

  /** Where the time went, for people. */
  static String timing(NodeClient.Reply reply) {
    return String.join(
        "; ",
        "timing: " + orUnknown(reply.header("Server-Timing")),
        "start: " + orUnknown(reply.header("X-Pappus-Start")),
        "invocation: " + orUnknown(reply.header("X-Pappus-Invocation")));
  }

  private static String orUnknown(@Nullable String text) {
    return text == null ? "unknown" : text;
  }
}
