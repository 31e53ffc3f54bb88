package dev.pappus.language;

/**
 * A piece of the text; offsets are in chars, {@code end} exclusive.
 *
 * @param kind what it is
 * @param start where it begins
 * @param end where it ends
 */
record Token(TokenKind kind, int start, int end) {}
