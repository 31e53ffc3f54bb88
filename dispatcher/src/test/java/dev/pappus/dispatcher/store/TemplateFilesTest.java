package dev.pappus.dispatcher.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Digest;
import dev.pappus.sandbox.Template;
import dev.pappus.sandbox.TemplateStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots on disk. */
class TemplateFilesTest {
  private static final long TEMPLATE_BYTES_MAX = 1 << 20;
  private static final int PAGE = 4096;

  @TempDir Path folder;
  private final AtomicInteger filled = new AtomicInteger();
  private final Set<Digest> gone = new HashSet<>();
  private Executor writer = Runnable::run;
  private TemplateFiles files;

  @BeforeEach
  void open() {
    files = new TemplateFiles(folder, binary -> !gone.contains(binary), writer);
  }

  private static Digest digest(String text) {
    return Digest.of(MemorySegment.ofArray(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  private TemplateStore store(String binary, String key) {
    return store(binary, key, 1 << 30);
  }

  private TemplateStore store(String binary, String key, long folderBytesMax) {
    return files.of(
        digest(binary), digest(key), TEMPLATE_BYTES_MAX, folderBytesMax, filled::incrementAndGet);
  }

  private static Template template(int content, int pages) {
    byte[] bytes = new byte[pages * PAGE];
    bytes[7] = (byte) content;
    return new Template(
        0x1000, 0x5000, 0x9000, List.of(new Template.Extent(0x2000, MemorySegment.ofArray(bytes))));
  }

  private static int content(TemplateStore store) {
    Template template = Objects.requireNonNull(store.load());
    return template.extents().getFirst().bytes().get(java.lang.foreign.ValueLayout.JAVA_BYTE, 7);
  }

  private long count() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.count();
    }
  }

  @Test
  void whatIsKeptIsFoundByTheSameKeyAlone() throws IOException {
    assertThat(store("binary", "key").load()).isNull();
    store("binary", "key").filled(template(1, 2));
    store("binary", "other").filled(template(2, 2));
    open();
    assertThat(content(store("binary", "key"))).isEqualTo(1);
    assertThat(content(store("binary", "other"))).isEqualTo(2);
    assertThat(store("binary", "third").load()).isNull();
    assertThat(store("another", "key").load()).isNull();
    assertThat(filled).hasValue(2);
    store("binary", "key").filled(null);
    assertThat(filled).hasValue(3);
    assertThat(count()).isEqualTo(2);
  }

  @Test
  void damagedAndTooLargeFilesCountAsAbsentAndAreReplaced() throws IOException {
    store("binary", "key").filled(template(1, 2));
    Path file;
    try (Stream<Path> all = Files.list(folder)) {
      file = all.findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(file);
    bytes[200] ^= 1;
    Files.write(file, bytes);
    assertThat(store("binary", "key").load()).isNull();
    Files.write(file, new byte[0]);
    assertThat(store("binary", "key").load()).isNull();
    Files.write(file, new byte[(int) (2 * TEMPLATE_BYTES_MAX + 1)]);
    assertThat(store("binary", "key").load()).isNull();
    store("binary", "key").filled(template(3, 2));
    assertThat(content(store("binary", "key"))).isEqualTo(3);
  }

  @Test
  void thoseUsedLongestAgoMakeRoom() throws IOException {
    long room = 10 * PAGE;
    for (int i = 0; i < 3; i++) {
      store("binary", "key" + i, room).filled(template(i, 3));
    }
    assertThat(count()).isEqualTo(3);
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3600)));
      }
    }
    assertThat(content(store("binary", "key1", room))).isEqualTo(1);
    store("binary", "new", room).filled(template(9, 5));
    assertThat(content(store("binary", "new", room))).isEqualTo(9);
    assertThat(content(store("binary", "key1", room))).isEqualTo(1);
    assertThat(count()).isEqualTo(2);
    store("binary", "huge", room).filled(template(9, 11));
    assertThat(store("binary", "huge", room).load()).isNull();
    assertThat(count()).isEqualTo(2);
  }

  @Test
  void theyGoWithTheirBinaries() throws IOException {
    store("a", "1").filled(template(1, 1));
    store("a", "2").filled(template(2, 1));
    store("b", "1").filled(template(3, 1));
    Files.write(folder.resolve("incoming.7"), new byte[10]);
    files.delete(Set.of(digest("a"), digest("c")));
    assertThat(store("a", "1").load()).isNull();
    assertThat(store("a", "2").load()).isNull();
    assertThat(content(store("b", "1"))).isEqualTo(3);
    files.retainOnly(Set.of(digest("b")));
    assertThat(count()).isEqualTo(1);
    files.retainOnly(Set.of());
    assertThat(count()).isZero();
  }

  @Test
  void whatIsWrittenAfterItsBinaryHasGoneIsNotKept() throws IOException {
    Queue<Runnable> writes = new ArrayDeque<>();
    writer = writes::add;
    open();
    store("a", "1").filled(template(1, 1));
    store("b", "1").filled(template(2, 1));
    gone.add(digest("a"));
    files.delete(gone);
    writes.forEach(Runnable::run);
    assertThat(store("a", "1").load()).isNull();
    assertThat(content(store("b", "1"))).isEqualTo(2);
    assertThat(count()).isEqualTo(1);
  }

  @Test
  void whatIsBeingWrittenIsNeitherDeletedNorCounted() throws IOException {
    Path aside = folder.resolve("incoming");
    Files.write(aside, new byte[20 * PAGE]);
    files.retainOnly(Set.of(digest("a")));
    assertThat(aside).exists();
    store("a", "1", 10 * PAGE).filled(template(1, 3));
    Files.write(aside, new byte[20 * PAGE]);
    store("a", "2", 10 * PAGE).filled(template(2, 3));
    assertThat(count()).isEqualTo(2);
    Files.write(aside, new byte[1]);
    open();
    assertThat(aside).doesNotExist();
  }

  @Test
  void aWriteThatFailsLeavesThePlaceUsable() throws IOException {
    Path aside = folder.resolve("incoming");
    Files.createDirectory(aside);
    store("a", "1").filled(template(1, 1));
    assertThat(store("a", "1").load()).isNull();
    store("a", "1").filled(template(2, 1));
    assertThat(content(store("a", "1"))).isEqualTo(2);
  }
}
