package dev.pappus.cli;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Options described in code, as those of the commonest commands and those that all share are:
 * reading annotations takes such a command a fifth of its start, because the JVM writes a class for
 * each type of them.
 */
final class DescribedOption {
  private DescribedOption() {}

  /**
   * An option that picocli may be told more of.
   *
   * @param set gets its value, if it is given
   */
  static <T> OptionSpec.Builder of(
      Class<T> type, Consumer<T> set, String description, String... names) {
    return OptionSpec.builder(names)
        .type(type)
        .description(description)
        .setter(
            new ISetter() {
              @Override
              public <V> @Nullable V set(@Nullable V value) {
                if (value != null) {
                  set.accept(type.cast(value));
                }
                return null;
              }
            });
  }
}
