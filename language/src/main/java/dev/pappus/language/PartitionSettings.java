package dev.pappus.language;

/**
 * What the automatic partition is made for.
 *
 * @param anySharding the mode
 * @param localCores compute engines of this node, at least 1
 * @param remoteCores compute engines of connected nodes
 */
public record PartitionSettings(AnySharding anySharding, int localCores, int remoteCores) {
  public PartitionSettings {
    if (localCores < 1 || remoteCores < 0) {
      throw new IllegalArgumentException("cores: " + localCores + " + " + remoteCores);
    }
  }
}
