package dev.pappus.bench;

import dev.pappus.bench.result.JsonValues;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import tools.jackson.core.JacksonException;

/** Talks to a node's administration port. Any thread may use it. */
public final class NodeControl implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String BINARY = "application/octet-stream";

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI administration;

  public NodeControl(URI administration) {
    this.administration = administration;
  }

  /**
   * Deploys a function with the sets that its binary names.
   *
   * @throws IOException if the node does not take it, with what it says
   */
  public void deploy(String name, byte[] binary, long contextBytes) throws IOException {
    deploy(name, binary, contextBytes, List.of(), List.of());
  }

  /**
   * Deploys a function.
   *
   * @throws IOException if the node does not take it, with what it says
   */
  public void deploy(
      String name, byte[] binary, long contextBytes, List<String> inputs, List<String> outputs)
      throws IOException {
    StringBuilder path = new StringBuilder("/v1/functions/" + name + "?memory=" + contextBytes);
    inputs.forEach(input -> path.append("&in=").append(input));
    outputs.forEach(output -> path.append("&out=").append(output));
    put(path.toString(), binary);
  }

  private void put(String path, byte[] binary) throws IOException {
    HttpRequest request =
        to(path).header("Content-Type", BINARY).PUT(BodyPublishers.ofByteArray(binary)).build();
    expectSuccess(path, send(request));
  }

  /**
   * Registers all compositions of a text.
   *
   * @throws IOException if the node does not take them, with what it says
   */
  public void compose(String text) throws IOException {
    String path = "/v1/compositions";
    expectSuccess(path, send(to(path).POST(BodyPublishers.ofString(text)).build()));
  }

  /**
   * What a deployed function runs in: {@code kvm}, {@code process} and so on, as the node chose.
   *
   * @throws IOException if the node does not say
   */
  public String sandboxOf(String function) throws IOException {
    String path = "/v1/functions/" + function;
    HttpResponse<String> answer = send(to(path).GET().build());
    expectSuccess(path, answer);
    byte[] document = answer.body().getBytes(StandardCharsets.UTF_8);
    try {
      if (JsonValues.readObject(document).get("sandbox") instanceof String sandbox) {
        return sandbox;
      }
    } catch (JacksonException e) {
      throw new IOException("the node answers no JSON for " + path, e);
    }
    throw new IOException("the node does not say what " + function + " runs in");
  }

  /** The sum of a metric over all its labels; empty if there is none of this name. */
  public OptionalDouble metric(String name) throws IOException {
    HttpResponse<String> answer = send(to("/metrics").GET().build());
    expectSuccess("/metrics", answer);
    double sum = 0;
    boolean found = false;
    for (String line : answer.body().split("\n", -1)) {
      int blank = line.lastIndexOf(' ');
      if (blank > 0 && isOf(name, line)) {
        sum += Double.parseDouble(line.substring(blank + 1));
        found = true;
      }
    }
    return found ? OptionalDouble.of(sum) : OptionalDouble.empty();
  }

  private static boolean isOf(String name, String line) {
    return line.startsWith(name)
        && line.length() > name.length()
        && (line.charAt(name.length()) == ' ' || line.charAt(name.length()) == '{');
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(administration.resolve(path)).timeout(PATIENCE);
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException {
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static void expectSuccess(String path, HttpResponse<String> answer) throws IOException {
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(
          "the node answers %d for %s: %s".formatted(answer.statusCode(), path, answer.body()));
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
