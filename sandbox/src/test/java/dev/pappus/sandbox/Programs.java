package dev.pappus.sandbox;

import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.ProgramOptions;
import dev.pappus.model.SandboxChoice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Static Linux programs that {@code make -C guest} builds from guest/programs. */
public final class Programs {
  /** What a program is linked with. */
  public enum Libc {
    MUSL,
    GLIBC;

    /** As files' names have it. */
    public String text() {
      return this == MUSL ? "musl" : "glibc";
    }

    private static final List<Libc> AVAILABLE = available();

    private static List<Libc> available() {
      List<Libc> found =
          Arrays.stream(values()).filter(libc -> Files.exists(file("probe", libc))).toList();
      if (!found.contains(MUSL)) {
        System.out.println("program tests with musl: NOT RUN, musl-gcc is absent");
      }
      return found;
    }

    /** Those that this machine has; glibc always. */
    public static List<Libc> those() {
      return AVAILABLE;
    }
  }

  private static final String CONFORMANCE = "conformance";

  private Programs() {}

  /** The file of guest/programs/{@code name}.c, or guest/{@code name}.c if that is a path. */
  public static Path file(String name, Libc libc) {
    String path = name.indexOf('/') < 0 ? "programs/" + name : name;
    return Guests.file(path + "-" + libc.text());
  }

  /** Names of the programs that compare calls with the host's, as {@link #file} takes them. */
  public static List<String> conformance() {
    Path sources = Path.of(System.getProperty("pappus.root"), "guest", CONFORMANCE);
    try (Stream<Path> files = Files.list(sources)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.endsWith(".c"))
          .map(name -> CONFORMANCE + "/" + name.substring(0, name.length() - 2))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its bytes. */
  public static MemorySegment binary(String name, Libc libc) {
    try {
      return MemorySegment.ofArray(Files.readAllBytes(file(name, libc)));
    } catch (IOException e) {
      throw new UncheckedIOException("build the guests first: make -C guest", e);
    }
  }

  /** A function of a program. */
  public static FunctionSpec spec(
      String name,
      List<InputSet> inputs,
      List<String> outputs,
      long contextBytes,
      ProgramOptions options) {
    return new FunctionSpec(
        name,
        inputs,
        outputs,
        contextBytes,
        List.of(),
        FunctionSpec.NO_TIMEOUT,
        SandboxChoice.AUTO,
        options);
  }

  /** The same function, every run of which begins at the start. */
  public static FunctionSpec withoutSnapshots(FunctionSpec spec) {
    return spec(
        spec.name(),
        spec.inputs(),
        spec.outputs(),
        spec.contextBytes(),
        new ProgramOptions(spec.program().arguments(), false));
  }
}
