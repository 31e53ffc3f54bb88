package dev.pappus.sandbox.wasm;

import static dev.pappus.sandbox.wasm.ModuleBuilder.i32;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiled modules on disk: found again, bounded, and never believed when they are damaged. */
class CodeCacheTest {
  @TempDir Path parent;

  private static final int DROP = 0x1A;

  private static MemorySegment module(int number) {
    return ModuleBuilder.command(i32(number), DROP).build();
  }

  private WasmSettings settings(long bytesMax) {
    return TestSettings.SETTINGS.withCache(parent.resolve("cache"), bytesMax);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(parent.resolve("cache"))) {
      return files.sorted().toList();
    }
  }

  private static void prepareAndRun(WasmSettings settings, MemorySegment module) {
    try (Runs runs = new Runs(settings)) {
      assertThat(runs.run(module).problem()).isNull();
    }
  }

  @Test
  void aModuleIsFoundAgainByItsContent() throws IOException {
    prepareAndRun(settings(1 << 20), module(1));
    assertThat(files()).hasSize(1);
    FileTime longAgo = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(files().getFirst(), longAgo);
    byte[] before = Files.readAllBytes(files().getFirst());
    prepareAndRun(settings(1 << 20), module(1));
    assertThat(files()).hasSize(1);
    assertThat(Files.readAllBytes(files().getFirst())).isEqualTo(before);
    assertThat(Files.getLastModifiedTime(files().getFirst())).isGreaterThan(longAgo);
    prepareAndRun(settings(1 << 20), module(2));
    assertThat(files()).hasSize(2);
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(parent.resolve("cache"))))
        .isEqualTo("rwx------");
  }

  @Test
  void whatIsCompiledRunsFromTheCacheAsItDidBefore() {
    MemorySegment trapping = ModuleBuilder.command(0x00).name(0, "explode").build();
    for (int round = 0; round < 2; round++) {
      try (Runs runs = new Runs(settings(1 << 20))) {
        assertThat(Objects.requireNonNull(runs.run(trapping).problem()).detail())
            .isEqualTo("unreachable executed in explode");
      }
    }
  }

  @Test
  void damagedFilesAreDroppedAndMadeAgain() throws IOException {
    prepareAndRun(settings(1 << 20), module(1));
    Path file = files().getFirst();
    byte[] good = Files.readAllBytes(file);
    for (int at : new int[] {0, 31, 32, good.length / 2, good.length - 1}) {
      byte[] damaged = good.clone();
      damaged[at] ^= 1;
      Files.write(file, damaged);
      prepareAndRun(settings(1 << 20), module(1));
      assertThat(Files.readAllBytes(file)).as("at %d", at).isNotEqualTo(damaged);
      assertThat(Files.size(file)).isBetween(good.length - 100L, good.length + 100L);
    }
    for (int length : new int[] {0, 10, 32, good.length - 1}) {
      Files.write(file, java.util.Arrays.copyOf(good, length));
      prepareAndRun(settings(1 << 20), module(1));
      assertThat(Files.size(file)).isGreaterThan(1000);
    }
  }

  @Test
  void classesOfOneModuleDoNotPassForThoseOfAnother() throws IOException {
    prepareAndRun(settings(1 << 20), module(1));
    Path first = files().getFirst();
    prepareAndRun(settings(1 << 20), ModuleBuilder.command(0x01).build());
    Path second = files().stream().filter(file -> !file.equals(first)).findAny().orElseThrow();
    byte[] stolen = Files.readAllBytes(first);
    Files.write(second, stolen);
    prepareAndRun(settings(1 << 20), ModuleBuilder.command(0x01).build());
    assertThat(Files.readAllBytes(second)).isNotEqualTo(stolen);
  }

  @Test
  void thoseUsedLongestAgoMakeRoom() throws IOException {
    prepareAndRun(settings(1 << 20), module(0));
    long each = Files.size(files().getFirst());
    Path first = files().getFirst();
    Files.setLastModifiedTime(first, FileTime.fromMillis(1_000_000));
    for (int i = 1; i < 6; i++) {
      prepareAndRun(settings(3 * each + each / 2), module(i));
      assertThat(files().size()).isLessThanOrEqualTo(3);
    }
    assertThat(first).doesNotExist();
    prepareAndRun(settings(100), module(9));
    assertThat(files()).hasSize(3);
  }

  @Test
  void aFolderThatCannotBeUsedOnlyCostsTime() throws IOException {
    Files.writeString(parent.resolve("cache"), "a file");
    prepareAndRun(settings(1 << 20), module(1));
  }

  @Test
  void aFolderThatOthersMayWriteToIsNotUsed() throws IOException {
    prepareAndRun(settings(1 << 20), module(1));
    Path file = files().getFirst();
    FileTime longAgo = FileTime.fromMillis(1_000_000);
    Files.setLastModifiedTime(file, longAgo);
    for (String others : List.of("rwxrwx---", "rwx---rwx")) {
      Files.setPosixFilePermissions(
          parent.resolve("cache"), PosixFilePermissions.fromString(others));
      prepareAndRun(settings(1 << 20), module(1));
      prepareAndRun(settings(1 << 20), module(2));
      assertThat(files()).containsExactly(file);
      assertThat(Files.getLastModifiedTime(file)).isEqualTo(longAgo);
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(parent.resolve("cache"))))
          .isEqualTo(others);
    }
  }

  @Test
  void whatTheCacheDidNotWriteMakesNoRoom() throws IOException {
    prepareAndRun(settings(1 << 20), module(0));
    long each = Files.size(files().getFirst());
    Path other = Files.write(parent.resolve("cache/notes.txt"), new byte[(int) (4 * each)]);
    Files.setLastModifiedTime(other, FileTime.fromMillis(1_000_000));
    prepareAndRun(settings(3 * each), module(1));
    assertThat(other).exists();
    assertThat(files()).hasSize(3);
  }
}
