package dev.pappus.cli;

import dev.pappus.model.Digest;
import dev.pappus.model.SandboxChoice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * A project on a node: deploys what differs from what it has deployed before, and invokes.
 * Remembers the node's content, so the node has to be the project's own, or the object short-lived.
 */
final class ProjectNode {
  private final Terminal terminal;
  private final NodeClient client;
  private final SetsInvoker invoker;
  private final Map<String, String> versions = new HashMap<>();
  private final Map<String, String> digests = new HashMap<>();
  private final Set<String> compositions = new HashSet<>();
  private Set<String> currentCompositions = Set.of();
  private String deployedText = "";

  ProjectNode(Terminal terminal, NodeClient client) {
    this.terminal = terminal;
    this.client = client;
    this.invoker = new SetsInvoker(client);
  }

  SetsInvoker invoker() {
    return invoker;
  }

  /** Deploys built functions, then the compositions, as far as they have changed. */
  void deploy(Project project, List<FunctionBuild.Built> builds) throws IOException {
    for (FunctionBuild.Built build : builds) {
      String query = query(build.function().entry());
      String version = build.digest() + query;
      String name = build.function().name();
      if (!version.equals(versions.get(name))) {
        deploy(build, query);
        versions.put(name, version);
        digests.put(name, build.digest().toString());
      }
    }
    Path dag = project.compositions();
    if (dag != null) {
      deploy(project, dag);
    } else {
      currentCompositions = Set.of();
      deployedText = "";
    }
  }

  /** The digests of what is deployed, by function. */
  Map<String, String> digests() {
    return new TreeMap<>(digests);
  }

  /** The text of the deployed compositions; empty if there are none. */
  String text() {
    return deployedText;
  }

  /** Whether functions are deployed that are not among {@code builds}. */
  boolean holdsMoreThan(List<FunctionBuild.Built> builds) {
    List<String> names = builds.stream().map(each -> each.function().name()).toList();
    return !names.containsAll(digests.keySet());
  }

  /** Whether the node holds compositions that the text deployed last does not have any more. */
  boolean holdsOldCompositions() {
    return !currentCompositions.containsAll(compositions);
  }

  private void deploy(FunctionBuild.Built build, String query) throws IOException {
    NodeClient.Reply reply =
        client.send(
            "PUT",
            "/v1/functions/" + NodeClient.encode(build.function().name()) + query,
            "application/octet-stream",
            build.binary().bytes());
    String stored = reply.json().text("binary", "nothing");
    Digest digest = build.digest();
    if (!stored.equals(digest.toString())) {
      throw new CliException(
          ExitCode.FAILED,
          "the node stored " + stored + " instead of " + digest + " as " + build.function().name(),
          null);
    }
  }

  private void deploy(Project project, Path dag) throws IOException {
    SourceFile source = SourceFile.read(dag);
    String text = source.text();
    if (text.equals(deployedText)) {
      return;
    }
    try {
      NodeClient.Reply reply =
          client.send(
              "POST",
              "/v1/compositions",
              "text/plain; charset=utf-8",
              text.getBytes(StandardCharsets.UTF_8));
      ProblemText.sayDiagnostics(terminal, reply.json(), "warnings", project.show(dag).toString());
      deployedText = text;
      currentCompositions = Set.copyOf(reply.json().names("compositions"));
      compositions.addAll(currentCompositions);
    } catch (ProblemReply e) {
      throw e.about(project.show(dag));
    }
  }

  private static String query(ProjectDescription.FunctionEntry entry) {
    StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");
    entry.in().forEach(set -> query.add("in=" + NodeClient.encode(set)));
    entry.out().forEach(set -> query.add("out=" + NodeClient.encode(set)));
    String memory = entry.memory();
    if (memory != null) {
      query.add("memory=" + NodeClient.encode(memory));
    }
    String timeout = entry.timeout();
    if (timeout != null) {
      query.add("timeout=" + NodeClient.encode(timeout));
    }
    if (entry.sandbox() != SandboxChoice.AUTO) {
      query.add("sandbox=" + entry.sandbox().text());
    }
    return query.toString();
  }
}
