package dev.pappus.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A folder that goes with all that is in it; with this process at the latest. */
public final class TemporaryFolder implements AutoCloseable {
  /** Somebody who has not been told that this process ends may still write into it. */
  private static final int LAST_TRIES = 5;

  private final Path path;
  private final LastWish wish;

  /** Makes one. */
  public TemporaryFolder() throws IOException {
    path = Files.createTempDirectory("pappus-bench");
    try {
      wish = LastWish.of(LastWish.Turn.FOLDERS, this::deleteAtLast);
    } catch (IllegalStateException e) {
      Files.delete(path);
      throw e;
    }
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    wish.forget();
    delete();
  }

  private synchronized void delete() throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(path)) {
      for (Path each : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void deleteAtLast() throws IOException {
    for (int i = 1; ; i++) {
      try {
        delete();
        return;
      } catch (IOException e) {
        if (i == LAST_TRIES) {
          throw e;
        }
      }
    }
  }
}
