package dev.pappus.cli;

import dev.pappus.model.ItemPath;
import dev.pappus.model.ProblemException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a person says of a function beside its binary; null where nothing is said.
 *
 * @param name its name
 * @param inputs input sets in order
 * @param outputs output sets in order
 * @param statics content of static items by {@code SET[:KEY]/ITEM}
 * @param memory size of its context, as it was written
 * @param timeout of one instance, as it was written
 * @param sandbox kind of sandbox
 * @param minSetBytes by input set, as it was written
 */
record FunctionDescription(
    @Nullable String name,
    @Nullable List<String> inputs,
    @Nullable List<String> outputs,
    Map<String, byte[]> statics,
    @Nullable String memory,
    @Nullable String timeout,
    @Nullable String sandbox,
    Map<String, String> minSetBytes) {
  static final FunctionDescription EMPTY =
      new FunctionDescription(null, null, null, Map.of(), null, null, null, Map.of());

  FunctionDescription withInputs(List<String> sets) {
    return new FunctionDescription(
        name, sets, outputs, statics, memory, timeout, sandbox, minSetBytes);
  }

  /** Whether a query can say it all. */
  boolean isPlain() {
    return statics.isEmpty() && minSetBytes.isEmpty();
  }

  /**
   * An item's path as it is written everywhere.
   *
   * @throws CliException USAGE if {@code text} is none
   */
  static String path(String option, String text) {
    try {
      return ItemPath.parse(text).toString();
    } catch (ProblemException e) {
      throw new CliException(
          ExitCode.USAGE, option + ": " + e.problem().detail(), e.problem().hint());
    }
  }
}
