package dev.pappus.server.compile;

import dev.pappus.dispatcher.CompiledFrom;
import dev.pappus.dispatcher.Deployment;
import dev.pappus.dispatcher.FunctionReference;
import dev.pappus.dispatcher.Invocation;
import dev.pappus.dispatcher.InvocationRequest;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.InvocationTarget;
import dev.pappus.dispatcher.OutputSet;
import dev.pappus.dispatcher.Precondition;
import dev.pappus.dispatcher.Registry;
import dev.pappus.dispatcher.Registry.OnConflict;
import dev.pappus.model.DataSet;
import dev.pappus.model.Diagnostic;
import dev.pappus.model.Digest;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.GuestState;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.ProgramOptions;
import dev.pappus.model.SandboxChoice;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Compiles C as one more invocation of the caller's namespace: the compiler is a function of {@link
 * Namespace#PLATFORM}, its inputs are the sources, its output is the program. It is registered when
 * it is first needed, and again when the one on the node's host is another. Any thread may use it;
 * it blocks.
 */
public final class SourceCompiler {
  /** What the compiler is called among the functions of the platform. */
  public static final String FUNCTION = "pappus_tcc";

  private static final String SOURCES = "source";
  private static final String STDIO = "stdio";
  private static final String LIBRARY = "lib";
  private static final String BINARY = "binary";
  private static final String FOLDER = "/in/" + SOURCES + "/";
  private static final String PROGRAM = "program";

  private final Registry registry;
  private final Function<InvocationRequest, Invocation> invoke;
  private final CompilerSource compilers;
  private final Limits limits;

  private final ReentrantLock registering = new ReentrantLock();
  private @Nullable Registered registered;

  /**
   * A compiler whose program is run by {@code invoke}.
   *
   * @param invoke starts an invocation, returns at once
   * @param compilers where the compiler comes from
   */
  public SourceCompiler(
      Registry registry,
      Function<InvocationRequest, Invocation> invoke,
      CompilerSource compilers,
      Limits limits) {
    this.registry = registry;
    this.invoke = invoke;
    this.compilers = compilers;
    this.limits = limits;
  }

  /**
   * The compiler on the host, and the version of the function that it is by now.
   *
   * @param runtime as it was when it was registered
   */
  private record Registered(CompilerRuntime runtime, Digest version) {
    /** What names exactly this one, whatever replaces it meanwhile. */
    String reference() {
      return FUNCTION + "@sha256:" + version.hex().substring(0, FunctionReference.DIGITS_MIN);
    }
  }

  /**
   * A program that was compiled.
   *
   * @param binary the program
   * @param from what it was compiled from
   * @param warnings what the compiler said all the same
   */
  public record Compiled(MemorySegment binary, CompiledFrom from, List<Diagnostic> warnings) {
    public Compiled {
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * Compiles and links, on behalf of {@code namespace}.
   *
   * @param function what the program is for, named in problems
   * @param files those ending in {@code .c} and what they include; names are paths in one folder
   * @param started told of the invocation that compiles, once it has begun
   * @throws ProblemException SOURCE_INVALID with the compiler's messages, COMPILER_UNAVAILABLE,
   *     BAD_NAME or BAD_REQUEST about the files, or whatever ends an invocation
   */
  public Compiled compile(
      Namespace namespace, String function, List<Item> files, Consumer<Invocation> started) {
    SourceFiles.require(files, limits);
    // In whatever order they came, they make the same program. Copied: a run that is cancelled may
    // go on for a while, and must not keep the whole body that they came in.
    List<Item> sources =
        files.stream()
            .sorted(Comparator.comparing(Item::name))
            .map(file -> Item.of(file.name(), file.key(), file.toBytes()))
            .toList();
    Registered compiler = compiler();
    InvocationRequest request =
        new InvocationRequest(
            new InvocationTarget.OfPlatform(compiler.reference()),
            List.of(
                new DataSet(SOURCES, sources),
                new DataSet(STDIO, List.of(argv(compiler.runtime(), sources)))),
            InvocationRequest.Options.DEFAULT.withNamespace(namespace));
    Invocation invocation = invoke.apply(request);
    started.accept(invocation);
    InvocationResult result = invocation.result().toCompletableFuture().join();
    CompilerMessages messages = new CompilerMessages(FOLDER, sources);
    return switch (result.outcome()) {
      case InvocationResult.Succeeded succeeded -> {
        Item program = item(succeeded.outputs(), BINARY, PROGRAM);
        requireFits(program, function);
        yield new Compiled(
            program.data(),
            new CompiledFrom(compiler.runtime().title(), compiler.version(), sources),
            messages.read(item(succeeded.outputs(), STDIO, "stderr")));
      }
      case InvocationResult.Failed failed ->
          throw new ProblemException(problem(failed.problem(), messages).withFunction(function));
    };
  }

  private void requireFits(Item program, String function) {
    if (program.sizeBytes() > limits.get(Limit.BINARY_BYTES)) {
      throw new ProblemException(
          limits
              .exceeded(
                  ProblemCode.PAYLOAD_TOO_LARGE,
                  Limit.BINARY_BYTES,
                  "the compiled program",
                  program.sizeBytes())
              .withFunction(function));
    }
  }

  /** The words of one call; names of files in it are quoted. */
  private static Item argv(CompilerRuntime compiler, List<Item> sources) {
    List<String> words = new ArrayList<>(List.of("tcc"));
    words.addAll(compiler.arguments());
    words.addAll(List.of("-Wall", "-I" + FOLDER, "-o", "/out/" + BINARY + "/" + PROGRAM));
    sources.stream()
        .filter(SourceFiles::isUnit)
        .forEach(source -> words.add("\"" + FOLDER + source.name() + "\""));
    return Item.ofText("argv", String.join(" ", words));
  }

  /** An item that a compiler has made; empty if it has not. */
  private static Item item(List<OutputSet> outputs, String set, String name) {
    return outputs.stream()
        .filter(output -> output.name().equals(set))
        .flatMap(output -> output.items().stream())
        .filter(item -> item.name().equals(name))
        .findFirst()
        .orElse(Item.of(name, Key.ZERO, new byte[0]));
  }

  private static Problem problem(Problem failure, CompilerMessages messages) {
    GuestState guest = failure.guest();
    String printed = guest == null || guest.lastWords() == null ? "" : guest.lastWords();
    if (failure.code() == ProblemCode.GUEST_EXIT && !printed.isBlank()) {
      List<Diagnostic> diagnostics = messages.read(printed);
      String last = printed.lines().toList().getLast();
      return Problem.of(
              ProblemCode.SOURCE_INVALID,
              "the source does not compile: %s",
              diagnostics.isEmpty() ? Names.printable(last) : first(diagnostics))
          .withDiagnostics(diagnostics)
          .withHint("correct what 'errors' names and deploy it again; nothing was changed");
    }
    String hint =
        switch (failure.code()) {
          case GUEST_DEADLINE, INVOCATION_DEADLINE ->
              "compile less at once, or raise limits." + Limit.FUNCTION_RUN.key() + " of the node";
          case GUEST_MEMORY ->
              "compile less at once, or raise limits."
                  + Limit.CONTEXT_DEFAULT.key()
                  + " of the node";
          case GUEST_OUTPUT_LIMIT -> "raise limits." + Limit.OUTPUT_BYTES.key() + " of the node";
          default -> failure.hint();
        };
    Problem problem =
        Problem.of(failure.code(), "the source was not compiled: %s", failure.detail());
    return hint == null ? problem : problem.withHint(hint);
  }

  private static String first(List<Diagnostic> diagnostics) {
    Diagnostic first =
        diagnostics.stream()
            .filter(each -> each.severity() == Diagnostic.Severity.ERROR)
            .findFirst()
            .orElse(diagnostics.getFirst());
    return first.file() + ":" + first.line() + ": " + first.message();
  }

  /** The compiler that is on the host now, as a function. */
  private Registered compiler() {
    CompilerRuntime found = compilers.find();
    registering.lock();
    try {
      Registered known = registered;
      if (known == null || !known.runtime().content().equals(found.content())) {
        known = new Registered(found, register(found));
        registered = known;
      }
      return known;
    } finally {
      registering.unlock();
    }
  }

  private Digest register(CompilerRuntime compiler) {
    CompilerRuntime.Files files = compiler.loader().load();
    List<Item> library = new ArrayList<>();
    new TreeMap<>(files.library())
        .forEach((path, bytes) -> library.add(Item.of(path, Key.ZERO, bytes)));
    FunctionSpec spec =
        new FunctionSpec(
            FUNCTION,
            List.of(
                InputSet.dynamic(SOURCES), InputSet.dynamic(STDIO), new InputSet(LIBRARY, library)),
            List.of(BINARY, STDIO),
            limits.get(Limit.CONTEXT_DEFAULT),
            List.of(),
            FunctionSpec.NO_TIMEOUT,
            SandboxChoice.AUTO,
            // Every run brings its words, so that none could begin at a snapshot.
            new ProgramOptions(compiler.arguments(), false));
    return registry
        .deploy(
            Namespace.PLATFORM,
            new Deployment(
                spec,
                MemorySegment.ofArray(files.program()),
                OnConflict.REPLACE,
                new Precondition.None(),
                false))
        .function()
        .version();
  }
}
