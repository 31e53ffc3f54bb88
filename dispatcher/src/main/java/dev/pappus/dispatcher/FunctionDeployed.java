package dev.pappus.dispatcher;

import dev.pappus.dispatcher.Registry.Change;

/**
 * A function that was registered, or would be.
 *
 * @param change what became of the name
 * @param function its current version
 */
public record FunctionDeployed(Change change, Registered.Function function) {}
