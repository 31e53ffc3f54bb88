package dev.pappus.dispatcher;

import dev.pappus.dispatcher.store.BlobStore;
import dev.pappus.model.Digest;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.SourceCode;
import java.util.Comparator;
import java.util.List;

/**
 * Sources, and what has compiled them.
 *
 * @param compiler as people name it
 * @param compilerVersion names it with all that it reads
 * @param files the sources; names are paths in their folder, keys are ignored
 */
public record CompiledFrom(String compiler, Digest compilerVersion, List<Item> files) {
  public CompiledFrom {
    files = files.stream().sorted(Comparator.comparing(Item::name)).toList();
  }

  /** The same without bytes. */
  SourceCode source() {
    return new SourceCode(
        compiler,
        compilerVersion,
        files.stream()
            .map(file -> new SourceCode.File(file.name(), Digest.of(file.data()), file.sizeBytes()))
            .toList());
  }

  /** Stores the bytes; durable. */
  void put(BlobStore blobs) {
    files.forEach(file -> blobs.put(Digest.of(file.data()), file.data()));
  }

  /**
   * The files of {@code source}, which were {@link #put} there; blocks.
   *
   * @throws dev.pappus.model.ProblemException BINARY_CORRUPT or STORAGE_FAILED
   */
  static List<Item> read(SourceCode source, BlobStore blobs) {
    return source.files().stream()
        .map(file ->
            new Item(
                file.name(),
                Key.ZERO,
                blobs.read(file.content(), file.sizeBytes(), BlobStore.ON_HEAP).asReadOnly()))
        .toList();
  }
}
