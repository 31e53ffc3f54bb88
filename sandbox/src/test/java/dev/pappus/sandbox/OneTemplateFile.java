package dev.pappus.sandbox;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Keeps one template as a file would, and counts. Belongs to the thread of the engine. */
public final class OneTemplateFile implements TemplateStore {
  private @Nullable MemorySegment file;
  private int stored;
  private int found;

  @Override
  public @Nullable Template load() {
    return file == null ? null : TemplateFile.decode(file);
  }

  @Override
  public void filled(@Nullable Template fresh) {
    if (fresh == null) {
      found++;
    } else {
      stored++;
      file = TemplateFile.encode(fresh);
    }
  }

  /** The file's bytes, or null. */
  public @Nullable MemorySegment file() {
    return file;
  }

  /** How many templates have been kept. */
  public int stored() {
    return stored;
  }

  /** How often the one that was kept has been used. */
  public int found() {
    return found;
  }
}
