package dev.pappus.sandbox.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.ProblemCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the kernel says of a child while its function runs. */
class ChildTest {
  private static final boolean ROOT = ownUser() == 0;

  private static int ownUser() {
    try {
      return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aChildHasItsFunctionAndTheStubAndNothingElse()
      throws ExecutionException, InterruptedException {
    try (ProcessDriver driver = new ProcessDriver(TestSettings.plain());
        ProcessEngine engine = driver.openEngine(0);
        ExecutorService observers = Executors.newSingleThreadExecutor()) {
      Runs runs = new Runs(driver, engine);
      runs.assertServing();
      int zygote = engine.zygoteProcess();
      Future<?> seen = observers.submit(() -> observe(zygote));
      assertThat(Runs.failed(runs.hostile("loop_forever", TimeUnit.SECONDS.toNanos(3))).code())
          .isEqualTo(ProblemCode.GUEST_DEADLINE);
      seen.get();
    }
  }

  private static void observe(int zygote) {
    Path child = Path.of("/proc", Integer.toString(ProcessEngineTest.child(zygote)));
    List<String> status = lines(child.resolve("status"));
    while (!status.contains("Seccomp:\t2")) {
      status = lines(child.resolve("status"));
    }
    assertThat(status)
        .contains("NoNewPrivs:\t1", "CapEff:\t0000000000000000", "CapPrm:\t0000000000000000");
    if (!ROOT) {
      // Not even its own user may look into it.
      assertThatThrownBy(() -> Files.readString(child.resolve("maps")))
          .isInstanceOf(IOException.class);
      return;
    }
    List<String> maps = lines(child.resolve("maps"));
    while (maps.stream().anyMatch(line -> line.startsWith("7f00001"))) {
      // On its way in still.
      maps = lines(child.resolve("maps"));
    }
    assertThat(maps)
        .allMatch(line ->
            line.contains("/memfd:pappus-context")
                || line.startsWith("7f0000000000-7f0000001000 r-xp")
                || (line.startsWith("7f0000001000-7f0000009000 rw-s")
                    && line.contains("/memfd:pappus-exit"))
                || (line.startsWith("7f000000a000-7f000000d000 r--s")
                    && line.contains("/memfd:pappus-exit"))
                || line.endsWith("[vsyscall]"))
        .noneMatch(line -> line.contains(" rwx"));
    try (Stream<Path> descriptors = Files.list(child.resolve("fd"))) {
      assertThat(descriptors).isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
