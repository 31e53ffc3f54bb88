package dev.pappus.server.http;

/**
 * When a request came, on {@link System#nanoTime}'s scale.
 *
 * @param headNanos its head had been read
 * @param endNanos its body had been read; while it has not, as {@code headNanos}
 */
public record Arrival(long headNanos, long endNanos) {}
