package dev.pappus.model;

/**
 * An item fixed at registration, without its bytes.
 *
 * @param set the input set it belongs to
 * @param name its name
 * @param key its key
 * @param content names its bytes
 * @param sizeBytes how many they are
 */
public record StaticItem(String set, String name, Key key, Digest content, long sizeBytes) {}
