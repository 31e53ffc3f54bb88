package dev.pappus.cli;

/**
 * A function as a node takes it.
 *
 * @param binary what runs
 * @param name what it is called where nobody gives a name
 * @param description what is said of it
 */
record FunctionSource(SourceFile binary, String name, FunctionDescription description) {
  /** A binary and what is said of it. */
  static FunctionSource of(SourceFile binary, FunctionDescription description) {
    String named = description.name();
    return new FunctionSource(binary, named == null ? binary.functionName() : named, description);
  }

  /** The same, described otherwise. */
  FunctionSource with(FunctionDescription other) {
    return new FunctionSource(binary, name, other);
  }
}
