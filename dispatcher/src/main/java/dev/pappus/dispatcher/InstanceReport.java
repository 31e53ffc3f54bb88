package dev.pappus.dispatcher;

import dev.pappus.model.Key;
import dev.pappus.model.Phases;
import dev.pappus.model.StartLevel;
import org.jspecify.annotations.Nullable;

/**
 * What became of one instance.
 *
 * @param application where it stood, {@code composition/3:function}; just the function's name when
 *     it was invoked directly
 * @param function the function
 * @param itemName name of the first item of its first sharded (not {@code all}) input, or null
 * @param itemKey that item's key, or null
 * @param inputBytes bytes of all its inputs
 * @param start how warm it started; null for a communication function
 * @param phases where its time went
 * @param succeeded whether it completed
 */
public record InstanceReport(
    String application,
    String function,
    @Nullable String itemName,
    @Nullable Key itemKey,
    long inputBytes,
    @Nullable StartLevel start,
    Phases phases,
    boolean succeeded) {}
