package dev.pappus.sandbox;

import dev.pappus.linux.LinuxException;
import dev.pappus.linux.MappedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;

/** What the kernel keeps in memory of files: the difference between start levels file and disk. */
public final class PageCache {
  private PageCache() {}

  /**
   * Whether every page of {@code file} is in memory now. True also where the kernel does not tell,
   * or the file cannot be looked at: reading it will say why.
   */
  public static boolean holds(Path file) {
    try (MappedFile mapped = MappedFile.open(file)) {
      OptionalLong cached = mapped.cachedPages();
      return cached.isEmpty() || cached.getAsLong() == mapped.pages();
    } catch (IOException | LinuxException e) {
      return true;
    }
  }
}
