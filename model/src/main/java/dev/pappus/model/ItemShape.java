package dev.pappus.model;

/** What decides how items are dealt out to instances: all of an item but its name and bytes. */
public interface ItemShape {
  /** Groups it with other items. */
  Key key();

  /** Number of bytes. */
  long sizeBytes();
}
