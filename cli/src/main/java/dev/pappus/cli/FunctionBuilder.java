package dev.pappus.cli;

import dev.pappus.model.Digest;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Builds functions of a project that have changed. What it gives was built from the sources as they
 * were saved when the build ended: if they changed meanwhile, it builds again.
 */
final class FunctionBuilder {
  static final String HINT =
      "a function has no operating system and no C library: pappus.h lists what there is; an"
          + " ordinary program, with main, is built by gcc -static, or in a sandbox with --compile";

  /** Whoever saves more often than this during builds has to wait for the next one. */
  private static final int ATTEMPTS = 20;

  private final Terminal terminal;
  private final Project project;
  private final boolean verbose;
  private final CCompiler compiler;
  private final Path folder;

  FunctionBuilder(Terminal terminal, Project project, boolean verbose) throws IOException {
    this.terminal = terminal;
    this.project = project;
    this.verbose = verbose;
    this.compiler = new CCompiler(terminal);
    this.folder = Files.createDirectories(project.buildFolder());
  }

  /** Builds it, if it has changed; the compiler's messages go to the terminal. */
  FunctionBuild build(ProjectFunction function) throws IOException, InterruptedException {
    Path script = function.script(project);
    if (script != null) {
      return built(function, script);
    }
    Path binary = binary(function);
    BuildStamp stamp = BuildStamp.read(stamp(function));
    String sources = fingerprint(function, stamp.included());
    if (sources.equals(stamp.fingerprint()) && Files.isRegularFile(binary)) {
      return built(function, SourceFile.read(binary), 0);
    }
    long compilerNanos = 0;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Path fresh = Files.createTempFile(folder, function.name(), function.target().ending());
      Path rules = Files.createTempFile(folder, function.name(), ".d");
      try {
        long began = System.nanoTime();
        CCompiler.Outcome outcome = compile(function, fresh, rules);
        compilerNanos += System.nanoTime() - began;
        List<Path> included = BuildStamp.dependencies(Files.readString(rules), project.root());
        String after = fingerprint(function, included);
        if (!after.equals(sources)) {
          sources = after;
          continue;
        }
        terminal.err().print(outcome.messages());
        if (outcome.exitCode() != 0) {
          terminal.sayError("cannot build function " + function.name());
          if (function.entry().build() == null) {
            terminal.sayHint(HINT);
          }
          return new FunctionBuild.Failed(function, compilerNanos);
        }
        SourceFile made = requireFunction(function, fresh);
        Files.move(fresh, binary, StandardCopyOption.ATOMIC_MOVE);
        new BuildStamp(sources, included).write(stamp(function));
        FunctionBuild.Built build = built(function, made, compilerNanos);
        terminal.say(
            "built "
                + function.name()
                + " in "
                + compilerNanos / 1_000_000
                + " ms ("
                + made.bytes().length
                + " bytes, "
                + shortDigest(build.digest())
                + ")");
        return build;
      } finally {
        Files.deleteIfExists(fresh);
        Files.deleteIfExists(rules);
      }
    }
    throw new CliException(
        ExitCode.FAILED,
        "the sources of function " + function.name() + " change faster than they can be built",
        "does its build command write into " + project.show(function.folder()) + "?");
  }

  /** Where its binary is kept. */
  Path binary(ProjectFunction function) {
    return folder.resolve(function.name() + function.target().ending());
  }

  /** The fingerprint of everything that its binary would be built from now. */
  String fingerprint(ProjectFunction function) throws IOException {
    return fingerprint(function, included(function));
  }

  /** What the compiler read when it was built last. */
  List<Path> included(ProjectFunction function) throws IOException {
    return BuildStamp.read(stamp(function)).included();
  }

  /** {@code sha256:} and the first digits. */
  static String shortDigest(Object digest) {
    String text = String.valueOf(digest);
    return text.length() > 19 ? text.substring(0, 19) : text;
  }

  private Path stamp(ProjectFunction function) {
    return folder.resolve(function.name() + ".stamp");
  }

  private static FunctionBuild.Built built(
      ProjectFunction function, SourceFile binary, long nanos) {
    return new FunctionBuild.Built(
        function,
        new FunctionSource(binary, function.name(), function.entry().description()),
        Digest.of(MemorySegment.ofArray(binary.bytes())),
        nanos);
  }

  /** A script, with the other sources of its folder beside it. */
  private FunctionBuild.Built built(ProjectFunction function, Path file) throws IOException {
    Map<String, byte[]> modules = new LinkedHashMap<>();
    for (Path each : function.sources(project)) {
      if (!each.equals(file)) {
        Path folder = function.folder();
        Path name =
            each.startsWith(folder)
                ? folder.relativize(each)
                : Path.of(String.valueOf(each.getFileName()));
        modules.put(Script.item(name), SourceFile.readBytes(each));
      }
    }
    Script script = Objects.requireNonNull(Script.read(project.show(file), file));
    FunctionSource source =
        script.function(
            Runtimes.of(terminal),
            function.entry().description().withStatics(modules),
            function.entry().runtime());
    return new FunctionBuild.Built(
        function, source, Digest.of(MemorySegment.ofArray(script.source().bytes())), 0);
  }

  private SourceFile requireFunction(ProjectFunction function, Path file) throws IOException {
    SourceFile made = SourceFile.read(file);
    if (made.kind() != SourceFile.Kind.FUNCTION) {
      throw new CliException(
          ExitCode.FAILED,
          "the build command of function "
              + function.name()
              + " wrote neither an ELF file nor a WebAssembly module",
          "it has to write the binary to $BUILD_OUTPUT");
    }
    made.requireFunction();
    return made;
  }

  private String fingerprint(ProjectFunction function, List<Path> included) throws IOException {
    TreeSet<Path> files = new TreeSet<>(function.sources(project));
    List<String> besides = new ArrayList<>();
    String command = function.entry().build();
    if (command != null) {
      besides.add(command);
      files.addAll(function.files());
    } else {
      function.files().stream().filter(each -> each.toString().endsWith(".h")).forEach(files::add);
    }
    if (function.script(project) != null) {
      // The runtime itself changes only when it is built anew.
      Runtimes.of(terminal).installed().forEach(each -> besides.add(each.folder().toString()));
      return Fingerprint.of(files, besides);
    }
    files.addAll(included);
    files.add(compiler.flags(function.target()));
    files.addAll(compiler.runtime(function.target()));
    files.add(compiler.include().resolve("pappus.h"));
    files.add(compiler.include().resolve("pappus_abi.h"));
    return Fingerprint.of(files, besides);
  }

  private CCompiler.Outcome compile(ProjectFunction function, Path binary, Path rules)
      throws IOException, InterruptedException {
    String command = function.entry().build();
    List<String> line;
    Path from;
    Map<String, String> environment;
    if (command == null) {
      from = project.root();
      List<Path> sources =
          function.sources(project).stream().map(each -> project.show(each)).toList();
      line = compiler.line(function.target(), sources, List.of(), binary);
      if (function.target() == Target.WASM) {
        // clang does not know the variable below.
        CCompiler.Outcome read =
            CCompiler.run(compiler.rulesLine(Target.WASM, sources), from, Map.of());
        Files.writeString(rules, read.exitCode() == 0 ? read.messages() : "");
      }
      // Relative to where gcc runs, since a blank ends the name.
      environment =
          Map.of("DEPENDENCIES_OUTPUT", project.root().relativize(rules) + " " + function.name());
    } else {
      from = Files.isDirectory(function.folder()) ? function.folder() : project.root();
      line = List.of("sh", "-c", command);
      environment =
          Map.of(
              "BUILD_OUTPUT", binary.toString(),
              "BUILD_FLAGS", compiler.flags(function.target()).toString(),
              "BUILD_INCLUDE", compiler.include().toString(),
              "BUILD_LIBRARY",
                  compiler.runtime(function.target()).stream()
                      .map(Path::toString)
                      .collect(Collectors.joining(" ")));
    }
    if (verbose) {
      terminal.say(String.join(" ", line));
    }
    return CCompiler.run(terminal, "building " + function.name(), line, from, environment);
  }
}
