package dev.pappus.server.settings;

/**
 * A value that holds.
 *
 * @param key its key
 * @param name the key's name, without {@code *}
 * @param value String, Long, Boolean or a list of String
 * @param origin what it was taken from
 * @param place where exactly: {@code FILE:LINE:COLUMN}, a variable, or empty
 */
public record Setting(SettingKey key, String name, Object value, Origin origin, String place) {
  /** What a value was taken from; later ones win. */
  public enum Origin {
    DEFAULT,
    SYSTEM,
    USER,
    PROJECT,
    /** The file that {@code --config} names. */
    FILE,
    ENVIRONMENT,
    OPTION
  }

  /** Whether the value must not be shown. */
  public boolean secret() {
    return key.where() == SettingKey.Where.SECRET;
  }
}
