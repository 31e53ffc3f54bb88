package dev.pappus.cli;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Waits until something in a project's folders happens. One thread. */
final class ProjectWatcher implements AutoCloseable {
  /** Editors save in several steps: this long nothing more has to happen. */
  private static final long QUIET_MILLIS = 8;

  /** After this long without quiet it is time to look all the same. */
  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final WatchService events;

  ProjectWatcher(Path folder) throws IOException {
    events = folder.getFileSystem().newWatchService();
  }

  /**
   * Watches {@code root}, its folders that are not hidden, and the folders of {@code files}.
   * Folders that are watched already stay so; so call it before looking at what they hold.
   */
  void watch(Path root, Collection<Path> files) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes)
              throws IOException {
            if (!each.equals(root) && String.valueOf(each.getFileName()).startsWith(".")) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            watch(each);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure) {
            // It went while we looked; there will be an event.
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path each, @Nullable IOException failure) {
            return FileVisitResult.CONTINUE;
          }
        });
    for (Path file : files) {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null && Files.isDirectory(folder)) {
        watch(folder);
      }
    }
  }

  private void watch(Path folder) throws IOException {
    try {
      folder.register(
          events,
          StandardWatchEventKinds.ENTRY_CREATE,
          StandardWatchEventKinds.ENTRY_MODIFY,
          StandardWatchEventKinds.ENTRY_DELETE);
    } catch (NoSuchFileException e) {
      // It went while we looked; there will be an event of the folder above.
    }
  }

  /**
   * Waits for an event and the end of what belongs to it.
   *
   * @return when the first event came, as {@link System#nanoTime}
   */
  long await() throws InterruptedException {
    WatchKey key = events.take();
    long firstNanos = System.nanoTime();
    while (key != null) {
      key.pollEvents();
      key.reset();
      boolean patient = System.nanoTime() - firstNanos < PATIENCE_NANOS;
      key = patient ? events.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS) : null;
    }
    return firstNanos;
  }

  @Override
  public void close() throws IOException {
    events.close();
  }
}
