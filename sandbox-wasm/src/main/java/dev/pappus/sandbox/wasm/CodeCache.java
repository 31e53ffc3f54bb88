package dev.pappus.sandbox.wasm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import run.endive.wasm.Version;

/**
 * Compiled modules on disk, by content. A file is a digest and what it is a digest of; one that
 * does not match is dropped. Nothing here fails a registration: what cannot be kept is compiled
 * again. Those that were used longest ago make room. Any thread may use it; several nodes may share
 * a folder.
 */
final class CodeCache {
  private static final Logger LOG = LoggerFactory.getLogger(CodeCache.class);

  /** Part of every key: what the classes depend on besides the module. */
  private static final String GENERATION =
      "endive %s, JDK %d, %s, 1"
          .formatted(Version.version(), Runtime.version().feature(), ModuleCompiler.CLASS_NAME);

  private static final String SUFFIX = ".classes";
  private static final String UNFINISHED = ".tmp";
  private static final int DIGEST_BYTES = 32;
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final Set<PosixFilePermission> FOREIGN =
      Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  private final Path folder;
  private final long bytesMax;

  CodeCache(Path folder, long bytesMax) {
    this.folder = folder;
    this.bytesMax = bytesMax;
  }

  /** What a module is found by. */
  record Key(String name) {}

  Key key(MemorySegment module) {
    MessageDigest digest = sha256();
    digest.update(GENERATION.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
    digest.update(module.asByteBuffer());
    return new Key(HexFormat.of().formatHex(digest.digest()));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private Path file(Key key) {
    return folder.resolve(key.name() + SUFFIX);
  }

  /** What {@link #put} kept, or null. */
  byte @Nullable [] get(Key key) {
    Path file = file(key);
    try {
      if (!Files.exists(folder)) {
        return null;
      }
      requirePrivate();
      if (!Files.isRegularFile(file) || Files.size(file) > bytesMax + DIGEST_BYTES) {
        return null;
      }
      byte[] bytes = Files.readAllBytes(file);
      if (bytes.length >= DIGEST_BYTES) {
        byte[] classes = Arrays.copyOfRange(bytes, DIGEST_BYTES, bytes.length);
        if (Arrays.equals(digest(key, classes), Arrays.copyOf(bytes, DIGEST_BYTES))) {
          Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis()));
          return classes;
        }
      }
      LOG.warn("{} is damaged; the module is compiled again", file);
      drop(key);
    } catch (IOException | UnsupportedOperationException e) {
      LOG.warn("compiled module {} cannot be read: {}", file, e.toString());
    }
    return null;
  }

  /** What others may have put into the folder is never run: it would be code of this node. */
  private void requirePrivate() throws IOException {
    boolean own =
        Files.getAttribute(folder, "unix:uid")
            .equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    if (!own || !Collections.disjoint(Files.getPosixFilePermissions(folder), FOREIGN)) {
      throw new IOException("others may write to the folder: it must be the node's own, mode 0700");
    }
  }

  /** Bound to its key, so that a file cannot stand for another module. */
  private static byte[] digest(Key key, byte[] classes) {
    MessageDigest digest = sha256();
    digest.update(key.name().getBytes(StandardCharsets.US_ASCII));
    return digest.digest(classes);
  }

  /** Keeps classes, at once and whole or not at all. */
  void put(Key key, byte[] classes) {
    if (classes.length + (long) DIGEST_BYTES > bytesMax) {
      return;
    }
    try {
      if (!Files.exists(folder)) {
        Files.createDirectories(folder, OWNER_ONLY);
      }
      requirePrivate();
      makeRoom(classes.length + (long) DIGEST_BYTES);
      Path fresh = Files.createTempFile(folder, "fresh", UNFINISHED);
      try {
        byte[] all = Arrays.copyOf(digest(key, classes), DIGEST_BYTES + classes.length);
        System.arraycopy(classes, 0, all, DIGEST_BYTES, classes.length);
        Files.write(fresh, all);
        Files.move(fresh, file(key), StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException | UncheckedIOException | UnsupportedOperationException e) {
      LOG.warn("compiled module cannot be kept in {}: {}", folder, e.toString());
    }
  }

  void drop(Key key) {
    try {
      Files.deleteIfExists(file(key));
    } catch (IOException e) {
      LOG.warn("damaged {} cannot be deleted: {}", file(key), e.toString());
    }
  }

  private void makeRoom(long bytes) throws IOException {
    record Kept(Path file, long bytes, FileTime used) {}
    List<Kept> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = file.getFileName().toString();
        boolean ours = name.endsWith(SUFFIX) || name.endsWith(UNFINISHED);
        if (ours && Files.isRegularFile(file)) {
          all.add(new Kept(file, Files.size(file), Files.getLastModifiedTime(file)));
        }
      }
    }
    all.sort(Comparator.comparing(Kept::used));
    long total = all.stream().mapToLong(Kept::bytes).sum();
    for (Kept oldest : all) {
      if (total + bytes <= bytesMax) {
        break;
      }
      Files.deleteIfExists(oldest.file());
      total -= oldest.bytes();
    }
  }
}
