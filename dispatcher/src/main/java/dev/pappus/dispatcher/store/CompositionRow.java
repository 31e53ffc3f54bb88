package dev.pappus.dispatcher.store;

/**
 * A composition as the database holds it.
 *
 * @param name its name
 * @param text its declaration with the function declarations it needs
 */
public record CompositionRow(String name, String text) {}
