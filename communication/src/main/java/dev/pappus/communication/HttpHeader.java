package dev.pappus.communication;

/**
 * One header line.
 *
 * @param name a token of RFC 9110, in the case in which it was written
 * @param value without blanks around it; its characters stand for bytes (ISO 8859-1)
 */
record HttpHeader(String name, String value) {
  /** Whether this header is called {@code other}, in whatever case. */
  boolean is(String other) {
    return name.equalsIgnoreCase(other);
  }
}
