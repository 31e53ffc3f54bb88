package dev.pappus.dispatcher.store;

import dev.pappus.model.Digest;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.Template;
import dev.pappus.sandbox.TemplateFile;
import dev.pappus.sandbox.TemplateStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots of programs, {@code BINARY.KEY} each: digests of the binary, with which a template is
 * deleted, and of everything that it depends on. All of it can be made again, so files are not
 * forced to disk, a damaged one counts as absent, and those used longest ago make room. Any thread
 * may use it; one at a time writes.
 */
public final class TemplateFiles {
  private static final Logger LOG = LoggerFactory.getLogger(TemplateFiles.class);
  private static final String ASIDE = "incoming";

  /** A channel copies what it writes from the heap to memory of its own. */
  private static final int WRITE_BYTES_MAX = 1 << 18;

  private final Path folder;
  private final Path aside;
  private final Predicate<Digest> stored;
  private final Executor writer;

  /**
   * Held from the look for a binary until its template has its name, and while some are deleted.
   */
  private final Object names = new Object();

  /**
   * Keeps files in {@code folder}, which nothing else uses.
   *
   * @param stored whether a binary is there; one that goes does so before its templates are deleted
   * @param writer runs what writes files, away from engines and one after another; may drop some
   */
  TemplateFiles(Path folder, Predicate<Digest> stored, Executor writer) {
    this.folder = folder;
    this.aside = folder.resolve(ASIDE);
    this.stored = stored;
    this.writer = writer;
    try {
      Files.createDirectories(folder);
      Files.deleteIfExists(aside);
    } catch (IOException e) {
      throw StorageProblems.failed("make", folder, e);
    }
  }

  /**
   * Where the template of one program is kept.
   *
   * @param binary the program's
   * @param key names everything that the template depends on
   * @param templateBytesMax size of the largest template that is read
   * @param folderBytesMax what all files may have together
   * @param onFilled called when the program has its template in memory
   */
  public TemplateStore of(
      Digest binary, Digest key, long templateBytesMax, long folderBytesMax, Runnable onFilled) {
    Path file = folder.resolve(binary.hex() + "." + key.hex());
    return new TemplateStore() {
      @Override
      public @Nullable Template load() {
        return read(file, templateBytesMax);
      }

      @Override
      public void filled(@Nullable Template fresh) {
        onFilled.run();
        if (fresh != null) {
          writer.execute(() -> write(binary, file, fresh, folderBytesMax));
        }
      }
    };
  }

  private static @Nullable Template read(Path path, long templateBytesMax) {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      // Headers are small beside pages.
      if (file.size() > Math.min(Integer.MAX_VALUE - 8L, templateBytesMax * 2)) {
        return null;
      }
      ByteBuffer bytes = ByteBuffer.wrap(new byte[(int) file.size()]);
      while (bytes.hasRemaining() && file.read(bytes) >= 0) {
        // Until it is whole, or shorter than it was.
      }
      Template template = TemplateFile.decode(MemorySegment.ofBuffer(bytes.flip()));
      if (template == null) {
        LOG.warn("the snapshot {} is damaged and will be made again", path);
      } else {
        Files.setLastModifiedTime(path, FileTime.from(Instant.now()));
      }
      return template;
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      LOG.warn("cannot read the snapshot {}: {}", path, e.toString());
      return null;
    }
  }

  private void write(Digest binary, Path target, Template template, long folderBytesMax) {
    try {
      ByteBuffer bytes = TemplateFile.encode(template).asByteBuffer();
      if (bytes.remaining() > folderBytesMax) {
        return;
      }
      makeRoom(folderBytesMax - bytes.remaining());
      try (FileChannel file =
          FileChannel.open(
              aside,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        while (bytes.hasRemaining()) {
          int part = Math.min(bytes.remaining(), WRITE_BYTES_MAX);
          int written = file.write(bytes.slice(bytes.position(), part));
          bytes.position(bytes.position() + written);
        }
      }
      name(binary, target);
    } catch (IOException | RuntimeException e) {
      LOG.warn("cannot keep a snapshot in {}: {}", target, e.toString());
      deleteQuietly(aside);
    }
  }

  /** Its binary may have been deleted since the run began; nothing would delete the file then. */
  private void name(Digest binary, Path target) throws IOException {
    synchronized (names) {
      if (stored.test(binary)) {
        Files.move(
            aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return;
      }
    }
    Files.deleteIfExists(aside);
  }

  /** A file and what decides whether it stays. */
  private record Kept(Path path, long sizeBytes, FileTime used) {}

  private void makeRoom(long bytesMax) throws IOException {
    List<Kept> kept = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (!file.equals(aside) && Files.isRegularFile(file)) {
          kept.add(new Kept(file, Files.size(file), Files.getLastModifiedTime(file)));
        }
      }
    } catch (NoSuchFileException e) {
      // Somebody has deleted one meanwhile; the next to come counts again.
      return;
    }
    kept.sort(Comparator.comparing(Kept::used));
    long total = kept.stream().mapToLong(Kept::sizeBytes).sum();
    for (Kept oldest : kept) {
      if (total <= bytesMax) {
        return;
      }
      Files.deleteIfExists(oldest.path());
      total -= oldest.sizeBytes();
    }
  }

  /**
   * Deletes the templates of binaries that are gone; none comes after them.
   *
   * @throws ProblemException with STORAGE_FAILED
   */
  public void delete(Set<Digest> binaries) {
    deleteIf(name -> isOf(name, binaries));
  }

  /**
   * Deletes everything but the templates of {@code binaries} and what is being written.
   *
   * @throws ProblemException with STORAGE_FAILED
   */
  public void retainOnly(Set<Digest> binaries) {
    deleteIf(name -> !name.equals(ASIDE) && !isOf(name, binaries));
  }

  private static boolean isOf(String name, Set<Digest> binaries) {
    return name.matches("[0-9a-f]{64}\\.[0-9a-f]{64}")
        && binaries.contains(new Digest(name.substring(0, 64)));
  }

  private void deleteIf(Predicate<String> condition) {
    synchronized (names) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          if (condition.test(String.valueOf(file.getFileName()))) {
            Files.deleteIfExists(file);
          }
        }
      } catch (IOException e) {
        throw StorageProblems.failed("clear", folder, e);
      }
    }
  }

  private static void deleteQuietly(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.warn("cannot delete {}: {}", path, e.getMessage());
    }
  }
}
