package dev.pappus.server.settings;

import dev.pappus.model.Limit;
import dev.pappus.server.Configuration;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One key: what every reader, {@code config show} and docs/configuration.md know of it.
 *
 * @param name with dots, {@code limits.function_run}; a component {@code *} stands for any name
 * @param type what its values are
 * @param use who reads it
 * @param where where it may stand
 * @param defaultValue what holds where nothing is set; gives null if nothing holds then
 * @param defaultText the same as a phrase
 * @param meaning a phrase
 * @param setter takes a value over into a node's configuration
 */
public record SettingKey(
    String name,
    Type type,
    Use use,
    Where where,
    Supplier<@Nullable Object> defaultValue,
    String defaultText,
    String meaning,
    Setter setter) {
  /** Types of values; what a reader gives is String, Long, Boolean or a list of String. */
  public enum Type {
    TEXT,
    /** A file or folder; a relative one in a file is relative to that file's folder. */
    PATH,
    INTEGER,
    BOOLEAN,
    TEXTS,
    /** A number, or a text with a unit. */
    QUANTITY
  }

  /** Who reads it. */
  public enum Use {
    NODE,
    CLIENT,
    BOTH
  }

  /** Where it may stand, so that a project from elsewhere cannot ask for a person's secrets. */
  public enum Where {
    ANYWHERE,
    /** Not in a project's file. */
    PERSONAL,
    /** In files only. */
    FILES,
    /** In the environment only; never shown. */
    SECRET
  }

  /** Takes a value over. */
  public interface Setter {
    /**
     * Sets what key {@code name}, which has no {@code *} any more, says.
     *
     * @throws IllegalArgumentException with what is wrong, to be read after the key's name
     */
    void set(Configuration.Builder to, String name, Object value);
  }

  /** A text, with its default; an empty default is none. */
  static SettingKey text(
      String name, String otherwise, String meaning, BiConsumer<Configuration.Builder, String> to) {
    return of(
        name,
        Type.TEXT,
        otherwise,
        meaning,
        (builder, _, value) -> to.accept(builder, (String) value));
  }

  /** A whole number. */
  static SettingKey integer(
      String name, long otherwise, String meaning, BiConsumer<Configuration.Builder, Long> to) {
    return of(
        name,
        Type.INTEGER,
        otherwise,
        meaning,
        (builder, _, value) -> to.accept(builder, (Long) value));
  }

  /** True or false. */
  static SettingKey bool(
      String name,
      boolean otherwise,
      String meaning,
      BiConsumer<Configuration.Builder, Boolean> to) {
    return of(
        name,
        Type.BOOLEAN,
        otherwise,
        meaning,
        (builder, _, value) -> to.accept(builder, (Boolean) value));
  }

  /** A list of texts, empty where nothing is set; {@code to} gets one after the other. */
  static SettingKey texts(
      String name, String meaning, BiConsumer<Configuration.Builder, String> to) {
    return of(
        name,
        Type.TEXTS,
        List.of(),
        meaning,
        (builder, _, value) -> Values.texts(value).forEach(each -> to.accept(builder, each)));
  }

  /** A file or folder, none where nothing is set. */
  static SettingKey path(String name, String meaning, BiConsumer<Configuration.Builder, Path> to) {
    return of(
        name,
        Type.PATH,
        "",
        meaning,
        (builder, _, value) -> to.accept(builder, Path.of((String) value)));
  }

  /** A limit. */
  static SettingKey limit(Limit limit) {
    return of(
        "limits." + limit.key(),
        Type.QUANTITY,
        limit.format(limit.defaultValue()),
        limit.meaning(),
        (builder, _, value) -> builder.limit(limit, limit.parse((String) value)));
  }

  /** A key of the command's client alone, a text; an empty default is none. */
  static SettingKey client(String name, Type type, String otherwise, String meaning) {
    return of(name, type, otherwise, meaning, (_, _, _) -> {}).usedBy(Use.CLIENT);
  }

  private static SettingKey of(
      String name, Type type, Object otherwise, String meaning, Setter setter) {
    boolean none = otherwise.equals("") || otherwise.equals(List.of());
    return new SettingKey(
        name,
        type,
        Use.NODE,
        Where.ANYWHERE,
        () -> otherwise.equals("") ? null : otherwise,
        none ? "none" : otherwise.toString(),
        meaning,
        setter);
  }

  /** The same, read by {@code other}. */
  SettingKey usedBy(Use other) {
    return new SettingKey(name, type, other, where, defaultValue, defaultText, meaning, setter);
  }

  /** The same, but only there. */
  SettingKey only(Where other) {
    return new SettingKey(name, type, use, other, defaultValue, defaultText, meaning, setter);
  }

  /** The same with a default that depends on the machine. */
  SettingKey otherwise(String phrase, Supplier<@Nullable Object> value) {
    return new SettingKey(name, type, use, where, value, phrase, meaning, setter);
  }

  /** The variable of the environment that sets it; null if none does. */
  public @Nullable String variable() {
    return where == Where.FILES || name.indexOf('*') >= 0 ? null : variable(name);
  }

  static String variable(String name) {
    return "PAPPUS_" + name.toUpperCase(Locale.ROOT).replace('.', '_');
  }

  /** Whether {@code dotted} is this key, any name standing for {@code *}. */
  boolean matches(String dotted) {
    String[] given = dotted.split("\\.", -1);
    String[] pattern = name.split("\\.", -1);
    return given.length == pattern.length && startsWith(pattern, given);
  }

  /** Whether {@code dotted} is a table that holds this key, or holds a table that does. */
  boolean isBelow(String dotted) {
    String[] given = dotted.split("\\.", -1);
    String[] pattern = name.split("\\.", -1);
    return given.length < pattern.length && startsWith(pattern, given);
  }

  private static boolean startsWith(String[] pattern, String[] given) {
    for (int i = 0; i < given.length; i++) {
      if (!pattern[i].equals("*") && !pattern[i].equals(given[i])) {
        return false;
      }
    }
    return true;
  }

  /**
   * A value of TOML as this key's type.
   *
   * @throws IllegalArgumentException if it is of another
   */
  Object ofFile(@Nullable Object value) {
    return switch (type) {
      case TEXT, PATH -> Values.text(value);
      case INTEGER -> Values.integer(value);
      case BOOLEAN -> Values.bool(value);
      case TEXTS -> Values.texts(value);
      case QUANTITY -> Values.quantity(value);
    };
  }

  /**
   * A variable's value as this key's type; commas separate the elements of a list.
   *
   * @throws IllegalArgumentException if it is no such value
   */
  Object ofVariable(String value) {
    return switch (type) {
      case TEXT, PATH, QUANTITY -> value;
      case INTEGER -> integer(value);
      case BOOLEAN -> bool(value);
      case TEXTS ->
          Arrays.stream(value.split(","))
              .map(String::strip)
              .filter(each -> !each.isEmpty())
              .toList();
    };
  }

  private static long integer(String value) {
    try {
      return Long.parseLong(value.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("must be a whole number, not '" + value + "'", e);
    }
  }

  private static boolean bool(String value) {
    return switch (value.strip().toLowerCase(Locale.ROOT)) {
      case "true", "1", "yes" -> true;
      case "false", "0", "no" -> false;
      default -> throw new IllegalArgumentException("must be true or false, not '" + value + "'");
    };
  }
}
