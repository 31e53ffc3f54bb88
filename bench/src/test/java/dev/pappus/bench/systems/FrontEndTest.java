package dev.pappus.bench.systems;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.bench.TemporaryFolder;
import dev.pappus.bench.Unavailable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever way a program is run in, it answers the same; what cannot be run says why. */
class FrontEndTest {
  private static final Path GUEST_BUILD = Path.of(System.getProperty("pappus.guest.build"));
  private static final int SIZE = 32;

  private static HttpResponse<byte[]> post(String url, String body)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(url))
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofByteArray());
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ECHO")
  void everyKindComputesTheSameOrSaysWhyNot(FrontEnd.Kind kind) throws Exception {
    byte[] expected = new Matmul(GUEST_BUILD, SIZE).run();
    try (TemporaryFolder scratch = new TemporaryFolder();
        FrontEnd frontEnd = FrontEnd.start(kind, 0, SIZE, GUEST_BUILD, scratch.path())) {
      HttpResponse<byte[]> answer = post(frontEnd.url() + "/function/any", "32");
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(expected).hasSize(8);
      assertThat(post(frontEnd.url() + "/function/any", "33").statusCode()).isEqualTo(400);
      assertThat(post(frontEnd.url() + "/other", "32").statusCode()).isEqualTo(404);
    } catch (Unavailable e) {
      assertThat(kind).isNotIn(List.of(FrontEnd.Kind.IN_PROCESS, FrontEnd.Kind.FORK_EXEC));
      assertThat(e.reason()).isNotBlank();
    }
  }

  /** A launcher that has ended fails one request, not all that find it idle first. */
  @Test
  void launchersThatHaveEndedAreReplaced() throws Exception {
    try (TemporaryFolder scratch = new TemporaryFolder();
        FrontEnd frontEnd =
            FrontEnd.start(FrontEnd.Kind.FORK_EXEC, 0, SIZE, GUEST_BUILD, scratch.path())) {
      List<ProcessHandle> launchers =
          ProcessHandle.current()
              .children()
              .filter(each -> each.info().command().orElse("").endsWith("/launcher"))
              .toList();
      assertThat(launchers).isNotEmpty();
      for (ProcessHandle each : launchers) {
        each.destroyForcibly();
        each.onExit().join();
      }
      String url = frontEnd.url() + "/function/any";
      for (int i = 0; i < launchers.size(); i++) {
        assertThat(post(url, "32").statusCode()).isEqualTo(500);
      }
      for (int i = 0; i < launchers.size(); i++) {
        assertThat(post(url, "32").statusCode()).isEqualTo(200);
      }
    }
  }

  @Test
  void theEchoAnswersWhatItIsSent() throws Exception {
    Path nothing = Path.of("/nowhere");
    try (FrontEnd frontEnd = FrontEnd.start(FrontEnd.Kind.ECHO, 0, 0, nothing, nothing)) {
      for (String body : List.of("hello", "", "x".repeat(100_000))) {
        HttpResponse<byte[]> answer = post(frontEnd.url() + "/function/echo", body);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).asString().isEqualTo(body);
      }
    }
  }

  @Test
  void whatIsNotBuiltIsUnavailable() throws IOException {
    try (TemporaryFolder empty = new TemporaryFolder()) {
      for (FrontEnd.Kind kind : List.of(FrontEnd.Kind.IN_PROCESS, FrontEnd.Kind.FORK_EXEC)) {
        assertThatThrownBy(() -> FrontEnd.start(kind, 0, SIZE, empty.path(), empty.path()).close())
            .isInstanceOf(Unavailable.class)
            .hasMessageContaining("make -C guest");
      }
      assertThatThrownBy(() ->
              FrontEnd.start(FrontEnd.Kind.IN_PROCESS, 0, 9000, GUEST_BUILD, empty.path()).close())
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
