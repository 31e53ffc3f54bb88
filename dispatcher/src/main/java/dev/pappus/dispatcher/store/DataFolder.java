package dev.pappus.dispatcher.store;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A node's data folder, locked against other nodes for as long as it is open (the kernel drops the
 * lock with the process, however it ends). Any thread may use it; the opener closes it.
 */
public final class DataFolder implements AutoCloseable {
  private final Path root;
  private final FileChannel lockFile;
  private final BlobStore blobs;
  private final RegistryDatabase database;

  private DataFolder(Path root, FileChannel lockFile, BlobStore blobs, RegistryDatabase database) {
    this.root = root;
    this.lockFile = lockFile;
    this.blobs = blobs;
    this.database = database;
  }

  /**
   * Opens {@code root}, making it if it is absent.
   *
   * @throws ProblemException with STORAGE_FAILED if it cannot be used, or another node uses it
   */
  public static DataFolder open(Path root) {
    FileChannel lockFile;
    try {
      Files.createDirectories(root);
      lockFile =
          FileChannel.open(
              root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw StorageProblems.failed("open the data folder", root, e);
    }
    boolean opened = false;
    try {
      lock(root, lockFile);
      BlobStore blobs = new BlobStore(root.resolve("blobs"));
      DataFolder folder =
          new DataFolder(
              root, lockFile, blobs, RegistryDatabase.open(root.resolve("registry.sqlite")));
      opened = true;
      return folder;
    } finally {
      if (!opened) {
        closeQuietly(lockFile);
      }
    }
  }

  private static void lock(Path root, FileChannel lockFile) {
    @Nullable FileLock lock;
    try {
      lock = lockFile.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    } catch (IOException e) {
      throw StorageProblems.failed("lock the data folder", root, e);
    }
    if (lock == null) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.STORAGE_FAILED, "the data folder %s is in use by another node", root)
              .withHint("stop the other node, or give this one a folder of its own with --data"));
    }
  }

  /** The folder itself. */
  public Path root() {
    return root;
  }

  /** Binaries and other large content. */
  public BlobStore blobs() {
    return blobs;
  }

  /** The registry's rows. */
  public RegistryDatabase database() {
    return database;
  }

  /** Closes the database and gives the folder up. */
  @Override
  public void close() {
    database.close();
    closeQuietly(lockFile);
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      org.slf4j.LoggerFactory.getLogger(DataFolder.class)
          .warn("cannot close the data folder's lock file: {}", e.getMessage());
    }
  }
}
