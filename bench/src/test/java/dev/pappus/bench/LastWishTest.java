package dev.pappus.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.bench.systems.ProductCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who presses Ctrl-C finds nothing left: the end of a whole process is looked at. */
class LastWishTest {
  @TempDir private Path folder;

  /** A server that takes its time to end, and writes until then. */
  private static final String SLOW =
      "trap 'touch last; sleep 0.5; touch end; exit' TERM; echo listening http://127.0.0.1:1;"
          + " while :; do touch busy; sleep 0.05; done";

  /** Something that measures: has a server with its folder, and does not end. */
  static final class Measuring {
    public static void main(String[] arguments) throws IOException, InterruptedException {
      TemporaryFolder folder = new TemporaryFolder();
      ListeningProcess server =
          ListeningProcess.start(List.of("sh", "-c", SLOW), folder.path(), null);
      System.out.println(server.pid() + " " + folder.path());
      new CountDownLatch(1).await();
    }
  }

  @Test
  @Timeout(60)
  void serversEndBeforeTheirFoldersGo() throws Exception {
    List<String> words = ProductCommand.java(List.of(), List.of(), Measuring.class.getName());
    Process measuring =
        new ProcessBuilder(words).redirectError(folder.resolve("err").toFile()).start();
    try (BufferedReader out = measuring.inputReader()) {
      String[] said = String.valueOf(out.readLine()).split(" ", 2);
      assertThat(said).as(Files.readString(folder.resolve("err"))).hasSize(2);
      ProcessHandle server = ProcessHandle.of(Long.parseLong(said[0])).orElseThrow();
      measuring.destroy();
      assertThat(measuring.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(server.isAlive()).isFalse();
      assertThat(Path.of(said[1])).doesNotExist();
      assertThat(folder.resolve("err")).isEmptyFile();
    } finally {
      measuring.destroyForcibly();
    }
  }
}
