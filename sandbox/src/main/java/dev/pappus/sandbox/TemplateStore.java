package dev.pappus.sandbox;

import org.jspecify.annotations.Nullable;

/** Keeps the template of one program. Called on engines' threads. */
public interface TemplateStore {
  /** Keeps nothing. */
  TemplateStore NONE =
      new TemplateStore() {
        @Override
        public @Nullable Template load() {
          return null;
        }

        @Override
        public void filled(@Nullable Template fresh) {}
      };

  /** What is kept, or null if there is nothing, or it is damaged. */
  @Nullable Template load();

  /**
   * Told that runs begin from a template from now on. Does not block.
   *
   * @param fresh the template if it is to be kept; null if it came from here
   */
  void filled(@Nullable Template fresh);
}
