package dev.pappus.cli;

import dev.pappus.model.Digest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An interpreter or compiler that was built on this machine.
 *
 * @param name of its recipe
 * @param version of its sources
 * @param folder where it lies
 * @param manifest names all that was built
 * @param binary its program, a static one
 * @param arguments words that the program begins with
 * @param library files that it finds in {@code /lib}, by their paths there
 * @param memory the context that it wants; null is the default
 */
record InstalledRuntime(
    String name,
    String version,
    Path folder,
    Digest manifest,
    RuntimeFile binary,
    List<String> arguments,
    Map<String, RuntimeFile> library,
    @Nullable String memory) {
  InstalledRuntime {
    arguments = List.copyOf(arguments);
    library = Map.copyOf(library);
  }
}
