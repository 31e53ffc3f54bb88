package dev.pappus.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * One value that flows between functions.
 *
 * @param name its name, by the rules of {@link Names#requireItemName}; may be empty
 * @param key groups it with other items
 * @param bytes what it holds
 */
public record Item(String name, Key key, ItemBytes bytes) implements ItemShape {
  /**
   * An item over memory.
   *
   * @param data its bytes. They never change after the item exists, and they live as long as the
   *     item does: heap memory, or native memory in an automatic arena
   */
  public Item(String name, Key key, MemorySegment data) {
    this(name, key, ItemBytes.of(data));
  }

  /** An item over {@code bytes}, which the caller gives up. */
  public static Item of(String name, Key key, byte[] bytes) {
    return new Item(name, key, MemorySegment.ofArray(bytes));
  }

  /** An item with key 0 that holds {@code text} in UTF-8. */
  public static Item ofText(String name, String text) {
    return of(name, Key.ZERO, text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public long sizeBytes() {
    return bytes.sizeBytes();
  }

  /** The bytes, in memory that lives as long as the result does. */
  public MemorySegment data() {
    return bytes.inMemory();
  }

  /** Whether its bytes are in memory that lives as long as the item does. */
  public boolean isInMemory() {
    return bytes instanceof ItemBytes.InMemory;
  }

  /** The same with its bytes in memory that lives as long as the item does. */
  public Item inMemory() {
    return isInMemory() ? this : new Item(name, key, data());
  }

  /** A copy of the bytes. */
  public byte[] toBytes() {
    return data().toArray(ValueLayout.JAVA_BYTE);
  }

  /** The bytes as UTF-8 text; malformed bytes become U+FFFD. */
  public String text() {
    return new String(toBytes(), StandardCharsets.UTF_8);
  }
}
