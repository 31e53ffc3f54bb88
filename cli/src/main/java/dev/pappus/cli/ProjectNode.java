package dev.pappus.cli;

import dev.pappus.model.Digest;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
      String name = build.function().name();
      String version = version(build.source());
      if (!version.equals(versions.get(name))) {
        deploy(name, build.source());
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

  /** Differs where what a node gets differs. */
  private static String version(FunctionSource source) {
    FunctionDescription description = source.description();
    StringBuilder text = new StringBuilder(source.binary().digest());
    description
        .statics()
        .forEach(
            (item, bytes) -> text.append(item).append(Digest.of(MemorySegment.ofArray(bytes))));
    return text.append(description.withStatics(Map.of())).toString();
  }

  private void deploy(String name, FunctionSource source) throws IOException {
    JsonObject answer =
        new FunctionUpload(terminal, client)
            .send(name, source.binary(), source.description(), false);
    String stored = answer.text("binary", "nothing");
    String digest = source.binary().digest();
    if (!stored.equals(digest)) {
      throw new CliException(
          ExitCode.FAILED,
          "the node stored " + stored + " instead of " + digest + " as " + name,
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
}
