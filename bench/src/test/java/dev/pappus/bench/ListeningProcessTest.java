package dev.pappus.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ListeningProcessTest {
  @TempDir private Path folder;

  @Test
  @Timeout(60)
  void aServerThatSaysNothingIsGivenUp() throws IOException {
    List<String> silent = List.of("sh", "-c", "echo $$ >pid; echo no luck >&2; sleep 600; true");
    assertThat(
            assertThrows(
                IOException.class, () -> ListeningProcess.start(silent, folder, null, 2000)))
        .hasMessageContaining("no luck");
    long process = Long.parseLong(Files.readString(folder.resolve("pid")).strip());
    assertThat(ProcessHandle.of(process).filter(ProcessHandle::isAlive)).isEmpty();
  }

  /** Whoever measures may have settings; what is measured has none but those it is given. */
  @Test
  void settingsOfThisMachineStayBehind() {
    Map<String, String> variables =
        new HashMap<>(
            Map.of(
                "PAPPUS_ENGINES", "1", "PAPPUS_TOKEN", "t", "PAPPUS_RUNTIMES", "/r", "HOME", "/"));
    MeasuredEnvironment.clean(variables);
    assertThat(variables).containsOnlyKeys("PAPPUS_RUNTIMES", "HOME");
  }
}
