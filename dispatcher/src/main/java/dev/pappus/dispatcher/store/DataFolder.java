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
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A node's data folder, locked against other nodes for as long as it is open (the kernel drops the
 * lock with the process, however it ends). Any thread may use it; the opener closes it.
 */
public final class DataFolder implements AutoCloseable {
  /** A template may be as large as its limit, and one that is dropped is made again. */
  private static final int TEMPLATES_WAITING_MAX = 4;

  private static final int WRITER_IDLE_SECONDS = 10;
  private static final int WRITER_PATIENCE_SECONDS = 2;

  private final Path root;
  private final FileChannel lockFile;
  private final BlobStore blobs;
  private final TemplateFiles templates;
  private final ExecutorService templateWriter;
  private final RegistryDatabase database;

  private DataFolder(
      Path root,
      FileChannel lockFile,
      BlobStore blobs,
      TemplateFiles templates,
      ExecutorService templateWriter,
      RegistryDatabase database) {
    this.root = root;
    this.lockFile = lockFile;
    this.blobs = blobs;
    this.templates = templates;
    this.templateWriter = templateWriter;
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
      // It has no thread before its first task, so there is nothing to end if opening fails.
      ExecutorService templateWriter = newTemplateWriter();
      DataFolder folder =
          new DataFolder(
              root,
              lockFile,
              blobs,
              new TemplateFiles(
                  root.resolve("templates"),
                  binary -> Files.exists(blobs.path(binary)),
                  templateWriter),
              templateWriter,
              RegistryDatabase.open(root.resolve("registry.sqlite")));
      opened = true;
      return folder;
    } finally {
      if (!opened) {
        closeQuietly(lockFile);
      }
    }
  }

  private static ExecutorService newTemplateWriter() {
    return new ThreadPoolExecutor(
        0,
        1,
        WRITER_IDLE_SECONDS,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(TEMPLATES_WAITING_MAX),
        Thread.ofPlatform().name("template-writer").daemon().factory(),
        new ThreadPoolExecutor.DiscardPolicy());
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

  /** Snapshots of programs. */
  public TemplateFiles templates() {
    return templates;
  }

  /** The registry's rows. */
  public RegistryDatabase database() {
    return database;
  }

  /** Ends writing, closes the database and gives the folder up. */
  @Override
  public void close() {
    endWriter();
    database.close();
    closeQuietly(lockFile);
  }

  private void endWriter() {
    templateWriter.shutdown();
    try {
      if (!templateWriter.awaitTermination(WRITER_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        // The interrupt closes the file that is being written.
        templateWriter.shutdownNow();
        var _ = templateWriter.awaitTermination(WRITER_PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      templateWriter.shutdownNow();
      Thread.currentThread().interrupt();
    }
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
