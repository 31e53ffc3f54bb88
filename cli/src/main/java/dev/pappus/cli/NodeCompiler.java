package dev.pappus.cli;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.server.compile.CompilerRuntime;
import dev.pappus.server.compile.CompilerSource;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The C compiler of a node in this process: the runtime {@code tcc} of this machine's cache. */
final class NodeCompiler implements CompilerSource {
  private static final String ADD =
      "on the node's host, as the user that it runs as: pappus runtime add ";

  private final Terminal terminal;

  NodeCompiler(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public CompilerRuntime find() {
    InstalledRuntime found;
    try {
      found = Runtimes.of(terminal).find(RuntimeRecipe.TCC);
    } catch (CliException e) {
      throw unavailable("the node finds no compiler: " + e.text(), e.hint());
    }
    if (found == null) {
      throw unavailable("the node's compiler is not built", ADD + RuntimeRecipe.TCC.text());
    }
    InstalledRuntime compiler = found;
    return new CompilerRuntime(
        compiler.name() + " " + compiler.version(),
        compiler.manifest(),
        compiler.arguments(),
        () -> load(compiler));
  }

  private static CompilerRuntime.Files load(InstalledRuntime compiler) {
    try {
      Map<String, byte[]> library = new LinkedHashMap<>();
      for (Map.Entry<String, RuntimeFile> each : compiler.library().entrySet()) {
        library.put(each.getKey(), each.getValue().read());
      }
      return new CompilerRuntime.Files(compiler.binary().read(), library);
    } catch (CliException e) {
      throw unavailable("the node's compiler is damaged: " + e.text(), e.hint());
    } catch (IOException e) {
      throw unavailable(
          "the node's compiler cannot be read: " + IoText.of(e),
          ADD + "--force " + RuntimeRecipe.TCC.text());
    }
  }

  private static ProblemException unavailable(String detail, @Nullable String hint) {
    return new ProblemException(
        Problem.of(ProblemCode.COMPILER_UNAVAILABLE, "%s", detail)
            .withHint(hint == null ? ADD + RuntimeRecipe.TCC.text() : hint));
  }
}
