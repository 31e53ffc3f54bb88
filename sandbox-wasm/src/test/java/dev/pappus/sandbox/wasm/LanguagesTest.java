package dev.pappus.sandbox.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.sandbox.FunctionNote;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.PreparedFunction;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Examples in the languages that docs/wasm.md shows, built as it says. One whose compiler is absent
 * is not run and does not count as passed.
 */
@NeedsClang
class LanguagesTest {
  @TempDir static Path folder;
  private static Runs runs;

  @BeforeAll
  static void open() {
    runs = new Runs();
  }

  @AfterAll
  static void close() {
    runs.close();
  }

  private static Path example(String name) {
    return Path.of(System.getProperty("pappus.root", ".."), "examples/wasm", name).toAbsolutePath();
  }

  /** Runs a command in the test's folder; what it printed is in the failure's text. */
  private static int execute(List<String> command, StringBuilder output)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    output.append(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return process.exitValue();
  }

  private static PreparedFunction compileC(String source) throws IOException, InterruptedException {
    StringBuilder output = new StringBuilder();
    Path program = folder.resolve("hello.c");
    Files.writeString(program, "#include <stdio.h>\nint main(void) { return puts(\"\"); }\n");
    List<String> clang = List.of("clang", "--target=wasm32-wasi", "-O2");
    assumeThat(execute(with(clang, "hello.c", "-o", "hello.wasm"), output))
        .as("no wasi-libc: %s", output)
        .isZero();
    assertThat(execute(with(clang, source, "-o", "program.wasm"), output))
        .as("%s", output)
        .isZero();
    return prepare("program.wasm");
  }

  private static List<String> with(List<String> words, String... more) {
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of(more));
    return all;
  }

  private static PreparedFunction prepare(String module) throws IOException {
    return runs.driver()
        .prepare(
            MemorySegment.ofArray(Files.readAllBytes(folder.resolve(module))),
            Guests.CONTEXT_BYTES);
  }

  private static List<DataSet> succeeded(InstanceResult result) {
    assertThat(result.problem()).isNull();
    return result.outputs();
  }

  @Test
  void aCommandInCCountsWords() throws IOException, InterruptedException {
    PreparedFunction function = compileC(example("wordcount.c").toString());
    for (int round = 0; round < 2; round++) {
      List<DataSet> outputs =
          succeeded(
              runs.run(
                  function,
                  List.of("text"),
                  List.of("counts", "stdio"),
                  Wasi.set(
                      "text",
                      Item.ofText("one", "a b\nc\n"),
                      Item.ofText("two", ""),
                      Item.ofText("", "x"))));
      assertThat(outputs.getFirst().items())
          .extracting(Item::name, Item::text)
          .containsExactly(
              Assertions.tuple("item", "0 1 1\n"),
              Assertions.tuple("one", "2 3 6\n"),
              Assertions.tuple("two", "0 0 0\n"));
      assertThat(outputs.get(1).items())
          .extracting(Item::name, Item::text)
          .containsExactly(Assertions.tuple("stderr", ""), Assertions.tuple("stdout", "2 4 7\n"));
    }
    Problem problem =
        Objects.requireNonNull(
            runs.run(function, List.of("other"), List.of("counts"), DataSet.empty("other"))
                .problem());
    assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_EXIT);
    assertThat(Objects.requireNonNull(problem.guest()).exitCode()).isEqualTo(1);
    assertThat(problem.guest().lastWords()).isEqualTo("/in/text: No such file or directory\n");
  }

  @Test
  void aCommandInCUsesArgumentsKeysAndTime() throws IOException, InterruptedException {
    Path source = folder.resolve("many.c");
    Files.writeString(
        source,
        """
        #include <errno.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/stat.h>
        #include <time.h>
        #include <unistd.h>
        int main(int argc, char **argv) {
          char line[100];
          if (argc < 2 || fgets(line, sizeof line, stdin) == NULL) return 2;
          if (strcmp(argv[1], "exhaust") == 0) {
            for (char *volatile room = ""; room != NULL;) room = malloc(1 << 20);
            fputs("memory is exhausted", stderr);
            return 3;
          }
          if (strcmp(argv[1], "abort") == 0) abort();
          if (mkdir("/out/result:5", 0777) != 0) return 4;
          FILE *file = fopen("/out/result:5/sub", "w");
          if (file == NULL) return 5;
          fprintf(file, "%s %s %s", argv[0], getenv("WHO"), line);
          fseek(file, 1000, SEEK_SET);
          fputc('!', file);
          if (fclose(file) != 0) return 6;
          struct stat stat_buffer;
          if (stat("/out/result:5/sub", &stat_buffer) != 0 || stat_buffer.st_size != 1001) return 7;
          if (fopen("/in/../../etc/passwd", "r") != NULL || errno != ENOENT) return 8;
          if (time(NULL) != 1577836800) return 9;
          sleep(3600);
          if (time(NULL) != 1577836800 + 3600) return 10;
          return 0;
        }
        """);
    PreparedFunction function = compileC("many.c");
    List<DataSet> outputs = succeeded(manyWith(function, "prog 'a b'"));
    Item item = outputs.getFirst().items().getFirst();
    assertThat(item.name()).isEqualTo("sub");
    assertThat(item.key()).isEqualTo(Key.of(5));
    assertThat(item.text()).startsWith("prog me typed\0").endsWith("\0!").hasSize(1001);
    Problem exhausted = Objects.requireNonNull(manyWith(function, "prog exhaust").problem());
    assertThat(Objects.requireNonNull(exhausted.guest()).exitCode()).isEqualTo(3);
    assertThat(exhausted.guest().lastWords()).isEqualTo("memory is exhausted");
    Problem aborted = Objects.requireNonNull(manyWith(function, "prog abort").problem());
    assertThat(aborted.code()).isEqualTo(ProblemCode.GUEST_FAULT);
    assertThat(aborted.detail()).isEqualTo("unreachable executed in abort");
  }

  private static InstanceResult manyWith(PreparedFunction function, String arguments) {
    return runs.run(
        function,
        List.of("stdio"),
        List.of("result"),
        Wasi.set(
            "stdio",
            Item.ofText("argv", arguments),
            Item.ofText("environ", "WHO=me"),
            Item.ofText("stdin", "typed")));
  }

  @Test
  void aFunctionInAssemblyScriptShouts() throws IOException, InterruptedException {
    assumeThat(NeedsClang.Condition.isThere("npm")).as("npm is there").isTrue();
    StringBuilder output = new StringBuilder();
    Files.writeString(folder.resolve("package.json"), "{\"private\": true}");
    List<String> install =
        List.of("npm", "install", "--silent", "--no-audit", "--no-fund", "assemblyscript@0.28");
    assumeThat(execute(install, output)).as("no AssemblyScript: %s", output).isZero();
    List<String> asc =
        List.of(
            "npx",
            "asc",
            example("shout.ts").toString(),
            "-O3",
            "--runtime",
            "stub",
            "--use",
            "abort=",
            "-o",
            "shout.wasm");
    assertThat(execute(asc, output)).as("%s", output).isZero();
    PreparedFunction function = prepare("shout.wasm");
    List<DataSet> outputs =
        succeeded(
            runs.run(
                function,
                List.of("text"),
                List.of("shouted"),
                Wasi.set(
                    "text",
                    Item.ofText("a", "hello, wörld!"),
                    Item.of(
                        "b", Key.of(9), "x".repeat(100_000).getBytes(StandardCharsets.UTF_8)))));
    assertThat(outputs.getFirst().items())
        .extracting(Item::name, item -> item.key().value(), Item::text)
        .containsExactly(
            Assertions.tuple("a", 0L, "HELLO, WöRLD!"),
            Assertions.tuple("b", 9L, "X".repeat(100_000)));
    assertThat(
            runs.run(function, List.of("text"), List.of("shouted"), DataSet.empty("text"))
                .problem())
        .isNull();
  }

  @Test
  void notesSayTheSameInEitherKindOfBinary() {
    for (String guest : List.of("greet", "hello", "count_lines", "sum", "matmac", "webhook")) {
      FunctionNote note =
          FunctionNote.of(WasmGuests.binary(guest), Guests.CONTEXT_BYTES, Limits.DEFAULTS);
      assertThat(note).isNotNull().isEqualTo(Guests.image(guest).note());
    }
  }
}
