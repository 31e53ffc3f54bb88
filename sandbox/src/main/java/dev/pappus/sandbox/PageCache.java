package dev.pappus.sandbox;

import dev.pappus.linux.CachedFile;
import dev.pappus.linux.LinuxException;
import java.nio.file.Path;

/** What the kernel keeps in memory of files: the difference between start levels file and disk. */
public final class PageCache {
  private PageCache() {}

  /**
   * Whether every page of {@code file} is in memory now. True also where the kernel does not tell,
   * or the file cannot be looked at: reading it will say why.
   */
  public static boolean holds(Path file) {
    try {
      return CachedFile.isInMemory(file);
    } catch (LinuxException e) {
      return true;
    }
  }
}
