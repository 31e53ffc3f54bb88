package dev.pappus.bench.systems;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Registers one function under its name, and thousands with distinct code beside it. */
public final class Registrar {
  /** Names of the others: this and a number from 0. */
  public static final String COLD = "cold_";

  private static final int AT_ONCE = 4;
  private static final Duration ANSWER_MAX = Duration.ofSeconds(30);
  private static final int CREATED = 201;
  private static final int OK = 200;

  private final HttpClient client;
  private final String administration;

  private Registrar(HttpClient client, String administration) {
    this.client = client;
    this.administration = administration;
  }

  /**
   * Registers.
   *
   * @param administration base URL of the node
   * @param binary file {@code NAME.elf}
   * @param cold how many others
   * @return nanoseconds that it took
   * @throws IOException if the node refuses one
   */
  public static long register(String administration, Path binary, int cold) throws IOException {
    String file = String.valueOf(binary.getFileName());
    String name = file.contains(".") ? file.substring(0, file.indexOf('.')) : file;
    byte[] code = Files.readAllBytes(binary);
    long began = System.nanoTime();
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        ExecutorService workers = Executors.newFixedThreadPool(AT_ONCE)) {
      Registrar registrar = new Registrar(client, administration);
      registrar.put(name, code);
      Future<?>[] shares = new Future<?>[AT_ONCE];
      for (int worker = 0; worker < AT_ONCE; worker++) {
        int first = worker;
        shares[worker] =
            workers.submit(() -> {
              for (int i = first; i < cold; i += AT_ONCE) {
                registrar.put(COLD + i, distinct(code, i));
              }
              return null;
            });
      }
      for (Future<?> share : shares) {
        await(share);
      }
    }
    return System.nanoTime() - began;
  }

  private static void await(Future<?> share) throws IOException {
    try {
      share.get();
    } catch (ExecutionException e) {
      throw new IOException(String.valueOf(e.getCause()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Loaders do not look behind the last section; digests do. */
  private static byte[] distinct(byte[] code, int number) {
    byte[] longer = Arrays.copyOf(code, code.length + Integer.BYTES);
    ByteBuffer.wrap(longer).putInt(code.length, number);
    return longer;
  }

  private void put(String name, byte[] code) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(administration + "/v1/functions/" + name))
            .timeout(ANSWER_MAX)
            .PUT(HttpRequest.BodyPublishers.ofByteArray(code))
            .build();
    HttpResponse<String> answer;
    try {
      answer = client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    if (answer.statusCode() != CREATED && answer.statusCode() != OK) {
      throw new IOException("the node does not take " + name + ": " + answer.body());
    }
  }
}
