package dev.pappus.language;

import dev.pappus.model.Signature;
import java.util.Collection;
import java.util.Optional;

/**
 * What the checker knows of the registry: functions, compositions and communication functions by
 * name.
 */
public interface SignatureLookup {
  /** The signature registered under {@code name}. */
  Optional<Signature> signature(String name);

  /** All registered names, for did-you-mean. */
  Collection<String> names();
}
