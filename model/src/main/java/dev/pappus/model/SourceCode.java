package dev.pappus.model;

import java.util.List;

/**
 * What a function was compiled from, without its bytes.
 *
 * @param compiler what compiled it, as people name it
 * @param compilerVersion names the compiler with all that it reads
 * @param files the sources, in the order of their names
 */
public record SourceCode(String compiler, Digest compilerVersion, List<File> files) {
  public SourceCode {
    files = List.copyOf(files);
  }

  /**
   * One file of it.
   *
   * @param name its path in the folder of sources
   * @param content names its bytes
   * @param sizeBytes how many they are
   */
  public record File(String name, Digest content, long sizeBytes) {}
}
