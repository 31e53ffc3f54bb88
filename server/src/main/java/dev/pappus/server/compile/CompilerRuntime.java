package dev.pappus.server.compile;

import dev.pappus.model.Digest;
import dev.pappus.model.ProblemException;
import java.util.List;
import java.util.Map;

/**
 * A C compiler for a sandbox: a static program, and the files that it finds in {@code /lib}.
 *
 * @param title what people call it, version included
 * @param content differs where any of its files does
 * @param arguments words that its program begins with
 * @param loader reads its files
 */
public record CompilerRuntime(String title, Digest content, List<String> arguments, Loader loader) {
  public CompilerRuntime {
    arguments = List.copyOf(arguments);
  }

  /** Reads what a compiler consists of. */
  @FunctionalInterface
  public interface Loader {
    /**
     * Reads it all, each file compared with its digest.
     *
     * @throws ProblemException with COMPILER_UNAVAILABLE
     */
    Files load();
  }

  /**
   * What a compiler consists of.
   *
   * @param program the static program; not copied
   * @param library by path below {@code /lib}
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Files(byte[] program, Map<String, byte[]> library) {
    public Files {
      library = Map.copyOf(library);
    }
  }
}
