package dev.pappus.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What its owner says of a compute function, beside its binary.
 *
 * @param name the function's name
 * @param inputs input sets, in the order the function sees them
 * @param outputs output set names, in the order the function sees them
 * @param contextBytes size of the guest's linear context
 * @param minSetBytes for each input set the least bytes worth an instance of its own when the
 *     platform chooses the partition (dandelion.md 1.7), by parameter position
 * @param timeoutNanos the time one instance may run; {@link #NO_TIMEOUT} leaves it to {@link
 *     Limit#FUNCTION_RUN}, which holds in any case
 * @param sandbox what it is to run in
 * @param program how it starts if it is an ordinary Linux program
 */
public record FunctionSpec(
    String name,
    List<InputSet> inputs,
    List<String> outputs,
    long contextBytes,
    List<Long> minSetBytes,
    long timeoutNanos,
    SandboxChoice sandbox,
    ProgramOptions program) {
  /** The timeout of functions that have none of their own. */
  public static final long NO_TIMEOUT = Long.MAX_VALUE;

  /**
   * Checks names and sizes.
   *
   * @throws ProblemException with {@link ProblemCode#BAD_NAME} for a name that breaks the rules or
   *     occurs twice in a list
   */
  public FunctionSpec {
    Names.requireIdentifier("function", name);
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs.stream().map(String::intern).toList()); // see InputSet
    requireDistinct("input set", inputs.stream().map(InputSet::name).toList());
    requireDistinct("output set", outputs);
    minSetBytes = padded(minSetBytes, inputs.size());
  }

  /** With nothing said of how a program starts. */
  public FunctionSpec(
      String name,
      List<InputSet> inputs,
      List<String> outputs,
      long contextBytes,
      List<Long> minSetBytes,
      long timeoutNanos,
      SandboxChoice sandbox) {
    this(
        name,
        inputs,
        outputs,
        contextBytes,
        minSetBytes,
        timeoutNanos,
        sandbox,
        ProgramOptions.DEFAULT);
  }

  /** Without a timeout of its own, in any sandbox. */
  public FunctionSpec(
      String name,
      List<InputSet> inputs,
      List<String> outputs,
      long contextBytes,
      List<Long> minSetBytes) {
    this(name, inputs, outputs, contextBytes, minSetBytes, NO_TIMEOUT, SandboxChoice.AUTO);
  }

  private static List<Long> padded(List<Long> values, int size) {
    return IntStream.range(0, size).mapToObj(i -> i < values.size() ? values.get(i) : 0L).toList();
  }

  private static void requireDistinct(String kind, List<String> names) {
    Set<String> seen = new HashSet<>();
    for (String each : names) {
      Names.requireIdentifier(kind, each);
      if (!seen.add(each)) {
        throw new ProblemException(
            Problem.of(ProblemCode.BAD_NAME, "%s '%s' is declared twice", kind, each)
                .withHint("give each set of a function a name of its own"));
      }
    }
  }

  /** The same function with other input sets. */
  public FunctionSpec withInputs(List<InputSet> others) {
    return new FunctionSpec(
        name, others, outputs, contextBytes, minSetBytes, timeoutNanos, sandbox, program);
  }

  /** The same function in another sandbox. */
  public FunctionSpec withSandbox(SandboxChoice other) {
    return new FunctionSpec(
        name, inputs, outputs, contextBytes, minSetBytes, timeoutNanos, other, program);
  }

  /** The same function, started otherwise. */
  public FunctionSpec withProgram(ProgramOptions other) {
    return new FunctionSpec(
        name, inputs, outputs, contextBytes, minSetBytes, timeoutNanos, sandbox, other);
  }

  /** The set names alone. */
  public Signature signature() {
    List<String> names = new ArrayList<>(inputs.size());
    for (InputSet input : inputs) {
      names.add(input.name());
    }
    return new Signature(names, outputs);
  }
}
