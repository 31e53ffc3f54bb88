package dev.pappus.dispatcher.store;

import dev.pappus.model.Digest;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.PageCache;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Content under its digest, {@code sha256/ab/abcd…}. Files appear whole: they are written aside,
 * forced to disk, renamed, and the folder is forced. What a disk or a crash did to one all the same
 * shows when it is first read. Any thread may use it.
 */
public final class BlobStore {
  /** Makes arrays of up to 2 GiB, which the garbage collector frees. */
  public static final SegmentAllocator ON_HEAP =
      (bytes, _) -> MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]);

  private final Path content;
  private final Path aside;
  private final AtomicLong asideNames = new AtomicLong();

  /** Digests whose file was compared with its name since this process started. */
  private final Set<Digest> verified = ConcurrentHashMap.newKeySet();

  BlobStore(Path folder) {
    content = folder.resolve("sha256");
    aside = folder.resolve("incoming");
    try {
      Files.createDirectories(content);
      Files.createDirectories(aside);
    } catch (IOException e) {
      throw StorageProblems.failed("make", folder, e);
    }
  }

  /** Where the content named {@code digest} lives, whether it does or not. */
  public Path path(Digest digest) {
    return folder(digest).resolve(digest.hex());
  }

  private Path folder(Digest digest) {
    return content.resolve(digest.hex().substring(0, 2));
  }

  /**
   * Stores {@code bytes}, whose digest is {@code digest}; durable on return. A damaged file of that
   * name is replaced.
   *
   * @throws ProblemException with STORAGE_FAILED
   */
  public void put(Digest digest, MemorySegment bytes) {
    if (holds(digest, bytes.byteSize())) {
      return;
    }
    Path folder = folder(digest);
    Path target = path(digest);
    Path temporary = aside.resolve(digest.hex() + "." + asideNames.incrementAndGet());
    try {
      writeForced(temporary, bytes);
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(folder);
        forceFolder(content);
      }
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      forceFolder(folder);
      verified.add(digest);
    } catch (IOException e) {
      deleteQuietly(temporary);
      throw StorageProblems.failed("store", target, e);
    }
  }

  private boolean holds(Digest digest, long sizeBytes) {
    try (Arena arena = Arena.ofConfined()) {
      verified.remove(digest);
      read(digest, sizeBytes, arena);
      return true;
    } catch (ProblemException e) {
      return false;
    }
  }

  /**
   * Reads the content named {@code digest} into memory of {@code allocator}. The first read since
   * the process started compares it with its name.
   *
   * @param sizeBytes its size; checked against the file before anything is allocated
   * @throws ProblemException with BINARY_CORRUPT if it is missing or not what its name says, or
   *     STORAGE_FAILED if it cannot be read
   */
  public MemorySegment read(Digest digest, long sizeBytes, SegmentAllocator allocator) {
    Path path = path(digest);
    MemorySegment bytes;
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      requireSize(digest, path, file.size(), sizeBytes);
      bytes = allocator.allocate(sizeBytes);
      ByteBuffer buffer = bytes.asByteBuffer();
      while (buffer.hasRemaining()) {
        if (file.read(buffer) < 0) {
          throw corrupt(digest, path, "ended while it was read");
        }
      }
    } catch (NoSuchFileException e) {
      throw corrupt(digest, path, "is missing");
    } catch (IOException e) {
      throw StorageProblems.failed("read", path, e);
    }
    verify(digest, bytes, path);
    return bytes;
  }

  /**
   * The same into native memory of {@code arena}, and whether all of it was in memory.
   *
   * @param mayWait whether the disk may be waited for; where it would have to be and may not, the
   *     result is null
   */
  public PageCache.@Nullable Content read(
      Digest digest, long sizeBytes, Arena arena, boolean mayWait) {
    Path path = path(digest);
    try {
      PageCache.Content content =
          PageCache.read(
              path,
              bytes -> {
                requireSize(digest, path, bytes, sizeBytes);
                return arena.allocate(bytes);
              },
              mayWait);
      if (content != null) {
        verify(digest, content.bytes(), path);
      }
      return content;
    } catch (NoSuchFileException e) {
      throw corrupt(digest, path, "is missing");
    } catch (EOFException e) {
      throw corrupt(digest, path, "ended while it was read");
    } catch (IOException e) {
      throw StorageProblems.failed("read", path, e);
    }
  }

  private static void requireSize(Digest digest, Path path, long bytes, long expected) {
    if (bytes != expected) {
      throw corrupt(digest, path, "is " + bytes + " bytes long instead of " + expected);
    }
  }

  private void verify(Digest digest, MemorySegment bytes, Path path) {
    if (!verified.contains(digest)) {
      if (!Digest.of(bytes).equals(digest)) {
        throw corrupt(digest, path, "does not match its digest");
      }
      verified.add(digest);
    }
  }

  private static ProblemException corrupt(Digest digest, Path path, String how) {
    return new ProblemException(
        Problem.of(ProblemCode.BINARY_CORRUPT, "the stored file %s of %s %s", path, digest, how)
            .withHint("deploy the function again; the same binary under the same name repairs it"));
  }

  /**
   * Deletes what crashes left half-written and all content that {@code referenced} does not name,
   * except what was stored or read since the process started: something may run it still. The
   * caller keeps others from storing meanwhile.
   *
   * @return number of files deleted
   * @throws ProblemException with STORAGE_FAILED
   */
  public int retainOnly(Set<Digest> referenced) {
    int deleted = 0;
    try (Stream<Path> files = Files.walk(content, 2);
        Stream<Path> halves = Files.list(aside)) {
      for (Path file : Stream.concat(files.filter(Files::isRegularFile), halves).toList()) {
        if (!isNamedBy(file, referenced)) {
          Files.deleteIfExists(file);
          deleted++;
        }
      }
    } catch (IOException e) {
      throw StorageProblems.failed("clear", content, e);
    }
    return deleted;
  }

  /**
   * Deletes the content named {@code digest}. Nothing may refer to it any more; the caller keeps
   * others from storing meanwhile.
   *
   * @throws ProblemException with STORAGE_FAILED
   */
  public void delete(Digest digest) {
    try {
      Files.deleteIfExists(path(digest));
      verified.remove(digest);
    } catch (IOException e) {
      throw StorageProblems.failed("delete", path(digest), e);
    }
  }

  private boolean isNamedBy(Path file, Set<Digest> referenced) {
    String name = String.valueOf(file.getFileName());
    return !file.startsWith(aside)
        && name.matches("[0-9a-f]{64}")
        && (referenced.contains(new Digest(name)) || verified.contains(new Digest(name)));
  }

  private static void writeForced(Path path, MemorySegment bytes) throws IOException {
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = bytes.asByteBuffer();
      while (buffer.hasRemaining()) {
        file.write(buffer);
      }
      file.force(true);
    }
  }

  private static void forceFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void deleteQuietly(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      org.slf4j.LoggerFactory.getLogger(BlobStore.class)
          .warn("cannot delete {}: {}", path, e.getMessage());
    }
  }
}
