package dev.pappus.cli;

import dev.pappus.model.ItemPath;
import dev.pappus.model.ProblemException;
import java.util.LinkedHashMap;
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
 * @param arguments words that a Linux program gets
 * @param snapshot whether runs of a Linux program may begin where it first touches an input
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
    @Nullable List<String> arguments,
    @Nullable Boolean snapshot,
    Map<String, String> minSetBytes) {
  static final FunctionDescription EMPTY =
      new FunctionDescription(null, null, null, Map.of(), null, null, null, null, null, Map.of());

  /** Longer ones make no good address of a request. */
  private static final int QUERY_ARGUMENTS_CHARS = 1024;

  FunctionDescription withInputs(List<String> sets) {
    return new FunctionDescription(
        name, sets, outputs, statics, memory, timeout, sandbox, arguments, snapshot, minSetBytes);
  }

  FunctionDescription withOutputs(List<String> sets) {
    return new FunctionDescription(
        name, inputs, sets, statics, memory, timeout, sandbox, arguments, snapshot, minSetBytes);
  }

  FunctionDescription withStatics(Map<String, byte[]> items) {
    return new FunctionDescription(
        name, inputs, outputs, items, memory, timeout, sandbox, arguments, snapshot, minSetBytes);
  }

  /** With every run of it from the start. */
  FunctionDescription withoutSnapshot() {
    return new FunctionDescription(
        name, inputs, outputs, statics, memory, timeout, sandbox, arguments, false, minSetBytes);
  }

  /** This, and what {@code other} says where this says nothing. */
  FunctionDescription over(FunctionDescription other) {
    Map<String, byte[]> items = new LinkedHashMap<>(other.statics);
    items.putAll(statics);
    Map<String, String> least = new LinkedHashMap<>(other.minSetBytes);
    least.putAll(minSetBytes);
    return new FunctionDescription(
        or(name, other.name),
        or(inputs, other.inputs),
        or(outputs, other.outputs),
        items,
        or(memory, other.memory),
        or(timeout, other.timeout),
        or(sandbox, other.sandbox),
        or(arguments, other.arguments),
        or(snapshot, other.snapshot),
        least);
  }

  private static <T> @Nullable T or(@Nullable T first, @Nullable T second) {
    return first != null ? first : second;
  }

  /** Whether a query can say it all. */
  boolean isPlain() {
    return statics.isEmpty()
        && minSetBytes.isEmpty()
        && (arguments == null
            || arguments.stream().mapToInt(String::length).sum() <= QUERY_ARGUMENTS_CHARS);
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
