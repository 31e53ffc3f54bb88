package dev.pappus.sandbox.wasm;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that the functions of WASI work on in one run: there is nothing else that they could reach.
 *
 * @param arguments the program's, the first being its name
 * @param environment each {@code NAME=VALUE}
 * @param tree the files, or null for a function on the low-level entry, which sees none
 * @param descriptors what is open
 * @param output what is printed to stdout
 * @param errors what is printed to stderr
 * @param clock the run's clocks
 * @param random the run's random bytes
 */
record WasiRun(
    List<byte[]> arguments,
    List<byte[]> environment,
    @Nullable FileTree tree,
    Descriptors descriptors,
    StandardStream output,
    StandardStream errors,
    GuestClock clock,
    GuestRandom random) {

  /** With the standard streams open, and the root if there is one. */
  static WasiRun of(
      List<byte[]> arguments,
      List<byte[]> environment,
      FileTree tree,
      boolean seesFiles,
      RegularFile input,
      StandardStream output,
      StandardStream errors) {
    Descriptors descriptors = new Descriptors();
    descriptors.set(0, new Descriptors.OpenFile(input, true, false, false));
    descriptors.set(1, new Descriptors.Output(output));
    descriptors.set(2, new Descriptors.Output(errors));
    if (seesFiles) {
      descriptors.set(Descriptors.ROOT, new Descriptors.OpenDirectory(tree.root()));
    }
    return new WasiRun(
        arguments,
        environment,
        seesFiles ? tree : null,
        descriptors,
        output,
        errors,
        new GuestClock(),
        new GuestRandom());
  }

  /** The end of what was printed: to stderr, or to stdout if nothing went there. */
  String lastWords() {
    return errors.isEmpty() ? output.lastWords() : errors.lastWords();
  }
}
