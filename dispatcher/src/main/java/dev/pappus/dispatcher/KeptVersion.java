package dev.pappus.dispatcher;

import dev.pappus.dispatcher.RegistrySnapshot.FunctionEntry;
import dev.pappus.dispatcher.store.BlobStore;
import dev.pappus.dispatcher.store.FunctionRow;
import dev.pappus.model.Digest;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.Backends;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A version of a function that is not the current one, read from its row when somebody asks for it.
 * Any thread may use it.
 */
final class KeptVersion {
  private final FunctionRow row;
  private final Backends backends;
  private final BlobStore blobs;
  private volatile @Nullable FunctionEntry entry;

  KeptVersion(FunctionRow row, Backends backends, BlobStore blobs) {
    this.row = row;
    this.backends = backends;
    this.blobs = blobs;
  }

  Digest version() {
    return row.version();
  }

  FunctionRow row() {
    return row;
  }

  /**
   * What runs it: the same each time, so that its code stays warm; does not block.
   *
   * @throws ProblemException with STORAGE_FAILED if its row is damaged
   */
  FunctionEntry entry() {
    FunctionEntry known = entry;
    return known == null ? make() : known;
  }

  private synchronized FunctionEntry make() {
    FunctionEntry known = entry;
    if (known != null) {
      return known;
    }
    try {
      FunctionEntry made =
          RegistryRestorer.entryOf(
              row, RegistryRestorer.functionOf(row, backends), blobs, List.of());
      entry = made;
      return made;
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.STORAGE_FAILED,
                  "the stored specification of '%s', %s, is damaged",
                  row.name(),
                  row.version())
              .withHint("deploy that version again")
              .withFunction(row.name()),
          e);
    }
  }
}
