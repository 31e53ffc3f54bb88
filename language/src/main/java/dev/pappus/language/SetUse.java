package dev.pappus.language;

/**
 * An application's use of a set of its composition as one of its inputs.
 *
 * @param set the set's number in the composition
 * @param sharding how its items are dealt out
 * @param optional whether the application runs although the set is empty
 */
public record SetUse(int set, Sharding sharding, boolean optional) {}
