package dev.pappus.server.api;

import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.ProgramOptions;
import dev.pappus.model.SandboxChoice;
import dev.pappus.model.Signature;
import dev.pappus.model.Suggestion;
import dev.pappus.sandbox.BinaryKind;
import dev.pappus.sandbox.ElfImage;
import dev.pappus.sandbox.FunctionNote;
import dev.pappus.sandbox.LinuxProgram;
import dev.pappus.sandbox.NativeBinary;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a deployment says of a function; null is what it leaves out.
 *
 * @param inputs its input sets
 * @param outputs its output sets
 * @param contextBytes size of its context
 * @param timeoutNanos the time one instance may run
 * @param sandbox what it is to run in
 * @param program how it starts if it is a Linux program
 * @param minSetBytes by input set the least bytes worth an instance
 */
record FunctionDraft(
    @Nullable List<InputSet> inputs,
    @Nullable List<String> outputs,
    @Nullable Long contextBytes,
    @Nullable Long timeoutNanos,
    @Nullable SandboxChoice sandbox,
    ProgramOptions program,
    Map<String, Long> minSetBytes) {
  /** The query parameters below. */
  static final List<String> PARAMETERS =
      List.of("in", "out", "memory", "timeout", "sandbox", "arg", "snapshot");

  private static final Signature OF_PROGRAMS = new Signature(List.of("stdio"), List.of("stdio"));

  FunctionDraft {
    inputs = inputs == null ? null : List.copyOf(inputs);
    outputs = outputs == null ? null : List.copyOf(outputs);
    minSetBytes = Map.copyOf(minSetBytes);
  }

  /**
   * What the query parameters of a deployment say.
   *
   * @throws ProblemException with BAD_REQUEST
   */
  static FunctionDraft ofQuery(Map<String, List<String>> query) {
    List<String> in = query.getOrDefault("in", List.of());
    List<String> out = query.getOrDefault("out", List.of());
    List<String> memory = query.getOrDefault("memory", List.of());
    List<String> timeout = query.getOrDefault("timeout", List.of());
    List<String> sandbox = query.getOrDefault("sandbox", List.of());
    List<String> snapshot = query.getOrDefault("snapshot", List.of());
    return new FunctionDraft(
        in.isEmpty() ? null : in.stream().map(InputSet::dynamic).toList(),
        out.isEmpty() ? null : out,
        memory.isEmpty() ? null : size("memory", memory.getLast()),
        timeout.isEmpty() ? null : duration("timeout", timeout.getLast()),
        sandbox.isEmpty() ? null : SandboxChoice.parse(sandbox.getLast()),
        new ProgramOptions(
            query.getOrDefault("arg", List.of()),
            snapshot.isEmpty()
                ? ProgramOptions.DEFAULT.snapshot()
                : flag("snapshot", snapshot.getLast())),
        Map.of());
  }

  private static boolean flag(String what, String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new ProblemException(
              Problem.of(
                      ProblemCode.BAD_REQUEST,
                      "%s is true or false, not '%s'",
                      what,
                      Names.printable(text))
                  .withHint("write it like " + what + "=false"));
    };
  }

  /** A size as people write it. */
  static long size(String what, String text) {
    return parse(Limit.CONTEXT_DEFAULT, text, "size", what + "=64MiB");
  }

  /** A duration as people write it. */
  static long duration(String what, String text) {
    return parse(Limit.FUNCTION_RUN, text, "duration", what + "=10s");
  }

  private static long parse(Limit unit, String text, String what, String example) {
    try {
      return unit.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          Problem.of(ProblemCode.BAD_REQUEST, "'%s' is not a %s", Names.printable(text), what)
              .withHint("write it like " + example),
          e);
    }
  }

  /**
   * The specification, completed by what the note of {@code binary} and the node's limits say.
   *
   * @throws ProblemException BAD_BINARY, BAD_NAME or UNKNOWN_SET
   */
  FunctionSpec complete(String name, MemorySegment binary, Limits limits) {
    long context = contextBytes == null ? limits.get(Limit.CONTEXT_DEFAULT) : contextBytes;
    List<InputSet> in = inputs;
    List<String> out = outputs;
    if (in == null || out == null) {
      Signature said = said(binary, context, limits);
      if (said == null && in == null && out == null) {
        throw new ProblemException(
            Problem.of(ProblemCode.BAD_BINARY, "the binary does not say which sets it has")
                .withFunction(name)
                .withHint(
                    "declare them with PAPPUS_FUNCTION in the source, or deploy with the sets:"
                        + " ?in=SET&out=SET, or \"inputs\" and \"outputs\" of the spec"));
      }
      if (in == null) {
        in = said == null ? List.of() : said.inputs().stream().map(InputSet::dynamic).toList();
      }
      if (out == null) {
        out = said == null ? List.of() : said.outputs();
      }
    }
    requireInputs(name, in);
    return new FunctionSpec(
        name,
        in,
        out,
        context,
        in.stream().map(input -> minSetBytes.getOrDefault(input.name(), 0L)).toList(),
        timeoutNanos == null ? FunctionSpec.NO_TIMEOUT : timeoutNanos,
        sandbox == null ? SandboxChoice.AUTO : sandbox,
        program);
  }

  /** The sets that a binary says it has, or null; a Linux program reads and prints. */
  private static @Nullable Signature said(MemorySegment binary, long context, Limits limits) {
    if (BinaryKind.of(binary) == BinaryKind.WASM) {
      return of(FunctionNote.of(binary, context, limits));
    }
    return switch (NativeBinary.parse(binary, context, limits)) {
      case ElfImage function -> of(function.note());
      case LinuxProgram _ -> OF_PROGRAMS;
    };
  }

  private static @Nullable Signature of(@Nullable FunctionNote note) {
    return note == null ? null : new Signature(note.inputs(), note.outputs());
  }

  private void requireInputs(String name, List<InputSet> in) {
    List<String> names = in.stream().map(InputSet::name).toList();
    for (String set : minSetBytes.keySet()) {
      if (!names.contains(set)) {
        throw new ProblemException(
            Problem.of(
                    ProblemCode.UNKNOWN_SET,
                    "minSetBytes speaks of '%s', which is no input set%s",
                    Names.printable(set),
                    Suggestion.didYouMean(set, names))
                .withFunction(name)
                .withHint("the input sets are: " + String.join(", ", names)));
      }
    }
  }
}
