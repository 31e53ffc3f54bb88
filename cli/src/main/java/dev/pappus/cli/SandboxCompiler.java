package dev.pappus.cli;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Compiles C on a node, in a sandbox: the compiler is a function there like any other, sources are
 * its inputs, the program is its output.
 */
final class SandboxCompiler {
  /** What the compiler is called among the functions of a namespace. */
  static final String FUNCTION = "pappus_tcc";

  /** A name with one of these would be more than one word to the compiler. */
  private static final Pattern NOT_IN_NAMES = Pattern.compile("[\"'\\\\\\p{Cntrl}]");

  private static final String SOURCES = "source";
  private static final String BINARY = "binary";
  private static final String FOLDER = "/in/" + SOURCES + "/";

  private final Terminal terminal;
  private final NodeClient client;

  SandboxCompiler(Terminal terminal, NodeClient client) {
    this.terminal = terminal;
    this.client = client;
  }

  /** Whether {@code file} is for a C compiler. */
  static boolean takes(String file) {
    return file.endsWith(".c") || file.endsWith(".h");
  }

  /**
   * Compiles and links; warnings are shown.
   *
   * @param files sources and headers, the first names the program
   * @throws CliException FAILED, after the compiler's messages, if they are no program
   */
  SourceFile compile(List<String> files) throws IOException {
    DataSet sources = sources(files);
    deployCompiler();
    String program = SourceFile.identifier(Path.of(files.getFirst()));
    List<DataSet> inputs =
        List.of(sources, new DataSet(ProgramRun.STDIO, List.of(argv(program, sources))));
    NodeClient.Request request =
        NodeClient.Request.of("POST", "/function/" + FUNCTION).with("Accept", SetsInvoker.TYPE);
    List<DataSet> made;
    try {
      made = SetsInvoker.sets(client.exchange(SetsInvoker.with(request, inputs, terminal)));
    } catch (ProblemReply e) {
      String messages = e.problem().text("stderrTail", "");
      if (!e.problem().text("code", "").equals("guest_exit") || messages.isBlank()) {
        throw e;
      }
      say(messages);
      throw new CliException(ExitCode.FAILED, files.getFirst() + " does not compile", null);
    }
    byte[] binary = null;
    for (DataSet set : made) {
      for (Item item : set.items()) {
        if (set.name().equals(BINARY)) {
          binary = item.toBytes();
        } else if (item.name().equals("stderr")) {
          say(item.text());
        }
      }
    }
    if (binary == null) {
      throw new CliException(ExitCode.FAILED, "the compiler made no program", null);
    }
    return SourceFile.ofBinary(Path.of(files.getFirst()), binary);
  }

  private DataSet sources(List<String> files) throws IOException {
    List<Item> items = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String file : files) {
      Path path = terminal.folder().resolve(file);
      String name = String.valueOf(path.getFileName());
      if (NOT_IN_NAMES.matcher(name).find()) {
        throw new CliException(
            ExitCode.USAGE, file + ": a compiler does not take such a name", "rename the file");
      }
      if (!names.add(name)) {
        throw new CliException(
            ExitCode.USAGE,
            "there are two files " + name,
            "they lie in one folder for the compiler");
      }
      items.add(Item.of(name, Key.ZERO, SourceFile.readBytes(path)));
    }
    if (names.stream().noneMatch(name -> name.endsWith(".c"))) {
      throw new CliException(ExitCode.USAGE, "there is no C source among the files", null);
    }
    return new DataSet(SOURCES, items);
  }

  private void deployCompiler() throws IOException {
    InstalledRuntime compiler = Runtimes.of(terminal).find(RuntimeRecipe.TCC);
    if (compiler == null) {
      throw new CliException(
          ExitCode.NOT_FOUND,
          "the compiler for --compile is not here",
          "build it: pappus runtime add " + RuntimeRecipe.TCC.text());
    }
    FunctionDescription description =
        new FunctionDescription(
            FUNCTION,
            List.of(SOURCES, ProgramRun.STDIO, Script.LIBRARY),
            List.of(BINARY, ProgramRun.STDIO),
            Script.library(compiler),
            compiler.memory(),
            null,
            null,
            compiler.arguments(),
            null,
            Map.of());
    SourceFile binary =
        SourceFile.ofBinary(compiler.binary().path(), compiler.binary().read());
    new FunctionUpload(terminal, client).send(FUNCTION, binary, description, false);
  }

  /** The words of this call; names of files in it are quoted. */
  private static Item argv(String program, DataSet sources) {
    List<String> words = new ArrayList<>(List.of(RuntimeRecipe.TCC.text()));
    words.addAll(RuntimeRecipe.TCC.arguments());
    words.addAll(List.of("-Wall", "-I" + FOLDER, "-o", "/out/" + BINARY + "/" + program));
    for (Item item : sources.items()) {
      if (item.name().endsWith(".c")) {
        words.add("\"" + FOLDER + item.name() + "\"");
      }
    }
    return Item.of("argv", Key.ZERO, String.join(" ", words).getBytes(StandardCharsets.UTF_8));
  }

  /** The compiler's messages, with the names that people gave their files. */
  private void say(String messages) {
    if (!messages.isBlank()) {
      terminal.sayMore(messages.stripTrailing().replace(FOLDER, ""));
    }
  }
}
