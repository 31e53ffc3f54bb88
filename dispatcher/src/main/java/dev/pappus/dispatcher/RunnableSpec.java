package dev.pappus.dispatcher;

import dev.pappus.dispatcher.store.BlobStore;
import dev.pappus.dispatcher.store.StoredSpec;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.ProblemException;
import java.lang.ref.SoftReference;
import org.jspecify.annotations.Nullable;

/**
 * The specification of a version with its static items. They are read when the function first runs,
 * and again where memory ran short meanwhile: static content counts for nothing until it is used.
 */
final class RunnableSpec {
  private final StoredSpec stored;
  private final BlobStore blobs;
  private volatile @Nullable SoftReference<FunctionSpec> loaded;

  RunnableSpec(StoredSpec stored, BlobStore blobs) {
    this.stored = stored;
    this.blobs = blobs;
  }

  /** Whether {@link #load} reads no file now. */
  boolean isAtHand() {
    SoftReference<FunctionSpec> kept = loaded;
    return stored.statics().isEmpty() || (kept != null && kept.get() != null);
  }

  /**
   * The whole specification; may read files.
   *
   * @throws ProblemException with BINARY_CORRUPT or STORAGE_FAILED
   */
  FunctionSpec load() {
    if (stored.statics().isEmpty()) {
      return stored.declared();
    }
    SoftReference<FunctionSpec> kept = loaded;
    FunctionSpec spec = kept == null ? null : kept.get();
    if (spec == null) {
      spec = stored.load(blobs);
      loaded = new SoftReference<>(spec);
    }
    return spec;
  }
}
