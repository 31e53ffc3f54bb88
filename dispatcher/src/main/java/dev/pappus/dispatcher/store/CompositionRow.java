package dev.pappus.dispatcher.store;

import dev.pappus.model.Namespace;

/**
 * A composition as the database holds it.
 *
 * @param namespace where it is registered
 * @param name its name
 * @param text its declaration with the function declarations it needs
 */
public record CompositionRow(Namespace namespace, String name, String text) {}
