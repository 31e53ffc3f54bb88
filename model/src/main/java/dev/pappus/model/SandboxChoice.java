package dev.pappus.model;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What its owner wants a function to run in. */
public enum SandboxChoice {
  /** Whatever the node thinks best. */
  AUTO,
  /** A virtual machine without a kernel. */
  KVM,
  /** A locked-in process of the host's. */
  PROCESS,
  /** The WebAssembly engine of the node. */
  WASM;

  /**
   * The choice that {@code text} names.
   *
   * @throws ProblemException with {@link ProblemCode#BAD_REQUEST} if there is no such sandbox
   */
  public static SandboxChoice parse(String text) {
    List<String> known = Stream.of(values()).map(SandboxChoice::text).toList();
    int index = known.indexOf(text);
    if (index < 0) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.BAD_REQUEST,
                  "this node has no sandbox '%s'%s",
                  Names.printable(text),
                  Suggestion.didYouMean(text, known))
              .withHint("the sandboxes are " + known()));
    }
    return values()[index];
  }

  /** Their texts, for error messages. */
  public static String known() {
    return Stream.of(values()).map(SandboxChoice::text).collect(Collectors.joining(", "));
  }

  /** {@code kvm}: the form in specifications. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
