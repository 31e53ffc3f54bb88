package dev.pappus.dispatcher.store;

import dev.pappus.model.Digest;

/**
 * A compute function as the database holds it.
 *
 * @param name its name
 * @param spec its {@link SpecDocument}
 * @param binary names its binary in the blob store
 * @param binaryBytes size of its binary
 * @param sandbox the backend that accepted it
 */
public record FunctionRow(
    String name, String spec, Digest binary, long binaryBytes, String sandbox) {}
