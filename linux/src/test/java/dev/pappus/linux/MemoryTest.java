package dev.pappus.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryTest {
  @Test
  void anonymousMemoryIsAlignedZeroAndForgottenOnAdvice() {
    try (Mapping mapping = Mapping.anonymous(4 * Mapping.HUGE_PAGE, Mapping.HUGE_PAGE)) {
      MemorySegment memory = mapping.segment();
      assertThat(mapping.address() % Mapping.HUGE_PAGE).isZero();
      assertThat(memory.get(JAVA_BYTE, memory.byteSize() - 1)).isZero();
      memory.set(JAVA_BYTE, 5, (byte) 42);
      mapping.advise(0, Mapping.PAGE, Mapping.Advice.DONT_NEED);
      assertThat(memory.get(JAVA_BYTE, 5)).isZero();
    }
  }

  @Test
  void residencyFollowsTouch() {
    try (Mapping mapping = Mapping.anonymous(16 * Mapping.PAGE, Mapping.PAGE);
        Arena arena = Arena.ofConfined()) {
      mapping.advise(0, mapping.sizeBytes(), Mapping.Advice.NO_HUGE_PAGE);
      mapping.segment().set(JAVA_BYTE, 3 * Mapping.PAGE, (byte) 1);
      mapping.advise(8 * Mapping.PAGE, 2 * Mapping.PAGE, Mapping.Advice.POPULATE_WRITE);
      MemorySegment vector = arena.allocate(16);
      mapping.resident(0, mapping.sizeBytes(), vector);
      for (int page = 0; page < 16; page++) {
        boolean expected = page == 3 || page == 8 || page == 9;
        assertThat((vector.get(JAVA_BYTE, page) & 1) != 0).as("page %d", page).isEqualTo(expected);
      }
    }
  }

  @Test
  void aClosedMappingCannotBeTouched() {
    Mapping mapping = Mapping.anonymous(Mapping.PAGE, Mapping.PAGE);
    mapping.close();
    mapping.close();
    assertThatThrownBy(() -> mapping.segment().get(JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void rangesAreChecked() {
    try (Mapping mapping = Mapping.anonymous(Mapping.PAGE, Mapping.PAGE)) {
      assertThatThrownBy(() -> mapping.advise(Mapping.PAGE, Mapping.PAGE, Mapping.Advice.DONT_NEED))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> mapping.advise(1, 1, Mapping.Advice.DONT_NEED))
          .isInstanceOf(LinuxException.class)
          .hasMessage("madvise(DONT_NEED): EINVAL (1 bytes)");
    }
  }

  @Test
  void mappedFilesAreSharedWithWhoeverMapsThem(@TempDir Path folder) throws IOException {
    Path path = Files.write(folder.resolve("file"), new byte[8192]);
    try (FileDescriptor file = FileDescriptor.openReadWrite(path);
        Mapping writer = Mapping.shared(file, 2 * Mapping.PAGE, true);
        Mapping reader = Mapping.shared(file, 2 * Mapping.PAGE, false)) {
      writer.segment().set(JAVA_BYTE, 4097, (byte) 7);
      assertThat(reader.segment().get(JAVA_BYTE, 4097)).isEqualTo((byte) 7);
    }
  }

  @Test
  void filesThatWereJustWrittenAreInMemory(@TempDir Path folder) throws IOException {
    byte[] content = new byte[10_000];
    new Random(1).nextBytes(content);
    Path path = Files.write(folder.resolve("file"), content);
    try (CachedFile file = CachedFile.open(path);
        Arena arena = Arena.ofConfined()) {
      assertThat(file.sizeBytes()).isEqualTo(content.length);
      MemorySegment bytes = arena.allocate(content.length);
      assertThat(file.readFromMemory(bytes)).isTrue();
      assertThat(bytes.toArray(JAVA_BYTE)).isEqualTo(content);
      try (CachedFile again = CachedFile.tryOpenFromMemory(path)) {
        // Not on kernels that cannot tell.
        assertThat(again == null || again.sizeBytes() == content.length).isTrue();
      }
      Files.write(path, new byte[100]);
      assertThat(file.read(bytes)).as("it became shorter").isFalse();
    }
    try (CachedFile empty = CachedFile.open(Files.createFile(folder.resolve("empty")))) {
      assertThat(empty.readFromMemory(MemorySegment.NULL)).isTrue();
    }
    assertThatThrownBy(() -> CachedFile.open(folder.resolve("none")))
        .isInstanceOf(LinuxException.class);
  }

  @Test
  void filesThatTheKernelHasDroppedAreNot(@TempDir Path folder) throws Exception {
    assumeThat(Files.getFileStore(folder).type())
        .as("a file system that drops files when asked to")
        .isIn("ext4", "xfs", "btrfs", "overlay");
    byte[] content = new byte[300_000];
    new Random(1).nextBytes(content);
    Path path = Files.write(folder.resolve("file"), content);
    drop(path);
    try (CachedFile file = CachedFile.open(path);
        Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(content.length);
      assertThat(file.readFromMemory(bytes)).isFalse();
      assertThat(file.read(bytes)).isTrue();
      assertThat(bytes.toArray(JAVA_BYTE)).isEqualTo(content);
      assertThat(file.readFromMemory(bytes)).isTrue();
    }
  }

  /** Has the kernel drop a file from its page cache: dd(1), nocache. */
  private static void drop(Path path) throws Exception {
    Process dd =
        new ProcessBuilder(
                "dd",
                "of=" + path,
                "oflag=nocache",
                "conv=notrunc,fdatasync",
                "count=0",
                "status=none")
            .inheritIO()
            .start();
    assertThat(dd.waitFor()).isZero();
  }

  @Test
  void pagesOfAMemoryFileAreCounted() {
    try (MemoryFile file = MemoryFile.create("test", 16 * Mapping.PAGE);
        Mapping mapping = file.map()) {
      assertThat(file.presentBytes()).isZero();
      mapping.segment().set(JAVA_BYTE, 0, (byte) 0);
      mapping.segment().set(JAVA_BYTE, 5 * Mapping.PAGE, (byte) 1);
      assertThat(file.presentBytes()).isEqualTo(2 * Mapping.PAGE);
      file.drop(0, Mapping.PAGE);
      assertThat(file.presentBytes()).isEqualTo(Mapping.PAGE);
    }
  }

  @Test
  void whatIsNoFileIsRefused(@TempDir Path folder) {
    Path absent = folder.resolve("absent");
    assertThatThrownBy(() -> FileDescriptor.openReadOnly(absent))
        .isInstanceOfSatisfying(
            LinuxException.class,
            e -> {
              assertThat(e.errno()).isEqualTo(Errno.ENOENT);
              assertThat(e.operation()).isEqualTo("open");
              assertThat(e.operands()).isEqualTo(absent.toString());
            });
  }
}
