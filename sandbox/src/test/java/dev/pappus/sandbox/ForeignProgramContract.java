package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.GuestState;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProgramOptions;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that others have written print the same in a sandbox as on this machine's kernel, and
 * end with the same exit code. {@link FunctionContract} says how a backend runs this.
 */
public abstract class ForeignProgramContract extends EngineFixture {
  private static final Path SOURCES =
      Path.of(System.getProperty("pappus.root"), "sandbox/src/test/foreign");

  /** Some want much memory. */
  private static final long LIBC_CONTEXT_BYTES = 512 << 20;

  /** Some want much time, on a machine that does other things. */
  private static final Limits LIMITS =
      Limits.DEFAULTS.with(Limit.FUNCTION_RUN, TimeUnit.MINUTES.toNanos(2));

  /** Most of standard error that a failure surely tells of. */
  private static final int TAIL_MAX = 1000;

  @TempDir Path folder;

  /**
   * A program and what it is given.
   *
   * @param name what it is told that it is called
   * @param files content by name, in the folder {@code files} of the working directory
   */
  private record Job(
      Path program, String name, List<String> words, String input, Map<String, String> files) {
    @Override
    public String toString() {
      return program.getFileName() + " " + String.join(" ", words);
    }
  }

  private HostRun here(Job job) throws IOException {
    Path place = Files.createTempDirectory(folder, "run");
    Path files = Files.createDirectory(place.resolve("files"));
    for (Map.Entry<String, String> file : job.files().entrySet()) {
      Path made = Files.writeString(files.resolve(file.getKey()), file.getValue());
      // As inputs are.
      Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("r--r--r--"));
    }
    return HostRun.of(job.program(), job.name(), job.words(), job.input(), folder, place);
  }

  private void compare(Job job, boolean snapshot) throws IOException {
    compare(job, snapshot, Guests.CONTEXT_BYTES);
  }

  private void compare(Job job, boolean snapshot, long contextBytes) throws IOException {
    HostRun expected = here(job);
    FunctionSpec spec =
        Programs.spec(
            job.name(),
            List.of(InputSet.dynamic("stdio"), InputSet.dynamic("files")),
            List.of("stdio"),
            contextBytes,
            new ProgramOptions(job.words(), snapshot));
    List<DataSet> inputs =
        List.of(
            new DataSet("stdio", List.of(Item.ofText("stdin", job.input()))),
            new DataSet(
                "files",
                job.files().entrySet().stream()
                    .map(file -> Item.ofText(file.getKey(), file.getValue()))
                    .toList()));
    PreparedFunction function =
        opened().prepare(MemorySegment.ofArray(Files.readAllBytes(job.program())), spec);
    try {
      for (int round = 0; round < (snapshot ? 2 : 1); round++) {
        Deadline deadline = Deadline.in(TimeUnit.MINUTES.toNanos(2));
        assertSame(run(function, spec, LIMITS, deadline, inputs), expected, job);
      }
    } finally {
      engine().domain().forget(function);
    }
  }

  private static void assertSame(InstanceResult actual, HostRun expected, Job job) {
    if (expected.exitCode() == 0) {
      assertThat(actual.problem()).as("%s", job).isNull();
      List<Item> printed = actual.outputs().getFirst().items();
      assertThat(printed.get(1).text()).as("%s", job).isEqualTo(expected.out());
      assertThat(printed.get(0).text()).as("%s, standard error", job).isEqualTo(expected.err());
      return;
    }
    Problem problem = failed(actual);
    assertThat(problem.code()).as("%s: %s", job, problem).isEqualTo(ProblemCode.GUEST_EXIT);
    GuestState guest = Objects.requireNonNull(problem.guest());
    assertThat(guest.exitCode()).as("%s: %s", job, problem).isEqualTo(expected.exitCode());
    String said = guest.lastWords() == null ? "" : guest.lastWords();
    assertThat(said).as("%s", job).contains(tail(expected.err()));
    if (expected.err().length() < TAIL_MAX) {
      assertThat(said).as("%s", job).contains(tail(expected.out()));
    }
  }

  private static String tail(String text) {
    return text.substring(Math.max(0, text.length() - TAIL_MAX));
  }

  @Test
  void testsOfCLibrariesPrintTheSame() throws IOException {
    ForeignPrograms programs = ForeignPrograms.require();
    List<Executable> comparisons = new ArrayList<>();
    for (ForeignPrograms.LibcTest test : programs.libcTests()) {
      for (Programs.Libc libc : test.libcs()) {
        if (test.whyNot() == null) {
          Path file = programs.program(test.name(), libc);
          Job job = new Job(file, "program", List.of(), "", Map.of());
          comparisons.add(() -> compare(job, false, LIBC_CONTEXT_BYTES));
        }
      }
    }
    assertThat(comparisons).hasSizeGreaterThan(150);
    assertAll(comparisons);
  }

  private static final Map<String, String> FILES =
      Map.of(
          "numbers", "10\n9\n2\n33\n2\n1\n",
          "more", "1\n2\n2\n9\n10\n34\n",
          "words", "to be or not to be\nthat is the question\n\n  two  blanks\tand a tab\n",
          "table", "tea 3.20 4\ncoffee 12.5 1\nair - 0\n",
          "long", "0123456789".repeat(20) + "\n",
          "script.awk", "{ n[$1] += $3 } END { for (k in n) s = s + n[k]; print s, length(n) }\n",
          "script.sed", "s/be/BE/g\n/question/{\ns/the/a/\np\n}\n$!N\n",
          "gz", "compress me, compress me, compress me\n");

  private static final List<List<String>> APPLETS =
      List.of(
          List.of("awk", "-f", "files/script.awk", "files/table"),
          List.of(
              "awk", "BEGIN { printf \"%.10g %s %c\\n\", exp(1), substr(\"hello\", 2, 3), 65 }"),
          List.of(
              "awk", "{ gsub(/[aeiou]/, \"<&>\"); print NR \": \" toupper($0) }", "files/words"),
          List.of("base64", "files/words"),
          List.of("basename", "/a/b/c.txt", ".txt"),
          List.of("bc", "-q", "files/none"),
          List.of("cal", "2", "2000"),
          List.of("cat", "-n", "files/words"),
          List.of("cat", "files/none"),
          List.of("cksum", "files/words"),
          List.of("cmp", "files/numbers", "files/more"),
          List.of("comm", "files/more", "files/numbers"),
          List.of("cp", "files/words", "copied"),
          List.of("crc32", "files/words"),
          List.of("cut", "-d", " ", "-f", "2,1", "files/table"),
          List.of("date", "-u", "-d", "@86400", "+%Y-%m-%d %H:%M:%S %a %j"),
          List.of("dc", "-e", "3 4 * 2 k 7 / p"),
          List.of("dd", "bs=7", "skip=1", "count=3", "if=files/words", "status=none"),
          List.of("diff", "-u", "-L", "a", "-L", "b", "files/numbers", "files/more"),
          List.of("dirname", "/a/b/c"),
          List.of("echo", "-e", "a\\tb\\n", "c"),
          List.of("expand", "files/words"),
          List.of("expr", "7", "*", "6"),
          List.of("expr", "abcd", ":", "a\\(.*\\)d"),
          List.of("factor", "1234567890", "97"),
          List.of("false"),
          List.of("find", "files", "-name", "n*"),
          List.of("fold", "-w", "33", "files/long"),
          List.of("grep", "-n", "-i", "-E", "(be|QUESTION)$", "files/words"),
          List.of("grep", "-c", "nothing", "files/words"),
          List.of("head", "-n", "2", "files/words"),
          List.of("hexdump", "-C", "files/words"),
          List.of("ls", "-1", "files"),
          List.of("md5sum", "files/words"),
          List.of("nl", "files/words"),
          List.of("no-such-applet"),
          List.of("od", "-A", "d", "-t", "x1z", "files/words"),
          List.of("paste", "-d", ",", "files/numbers", "files/more"),
          List.of("printf", "%05d|%-6s|%x|%.3f\\n", "42", "ab", "255", "3.14159"),
          List.of("rev", "files/words"),
          List.of("sed", "-n", "-f", "files/script.sed", "files/words"),
          List.of("sed", "-e", "1!G;h;$!d", "files/numbers"),
          List.of("seq", "-w", "8", "2", "13"),
          List.of(
              "sh",
              "-c",
              "i=0; while [ $i -lt 5 ]; do i=$((i + 1)); echo \"$i: $((i * i))\"; done"),
          List.of(
              "sh",
              "-c",
              "f() { local x=$1; echo ${x%.*} ${x##*.} ${#x}; }; f a.b.c; set -- 1 2 3; echo $# $*"),
          List.of(
              "sh",
              "-c",
              "cat() { while read -r line; do echo \"[$line]\"; done; }; cat < files/words > made; cat < made"),
          List.of("sh", "-c", "trap 'echo bye' EXIT; case abc in a*) echo yes;; esac; exit 3"),
          List.of("sh", "-c", "echo $((1 / 0))"),
          List.of("sha1sum", "files/words"),
          List.of("sha256sum", "files/words", "files/numbers"),
          List.of("sha3sum", "files/words"),
          List.of("sha512sum", "files/words"),
          List.of("sort", "-n", "-u", "files/numbers"),
          List.of("sort", "-k", "2", "-r", "files/table"),
          List.of("split", "-l", "2", "files/numbers"),
          List.of("stat", "-c", "%s %F", "files/words"),
          List.of("strings", "files/words"),
          List.of("sum", "files/words"),
          List.of("tac", "files/words"),
          List.of("tail", "-c", "11", "files/words"),
          List.of("test", "-f", "files/words"),
          List.of("test", "-d", "files/words"),
          List.of("touch", "made"),
          List.of("tr", "a-z", "A-Z"),
          List.of("true"),
          List.of("tsort", "files/none"),
          List.of("uniq", "-c", "files/numbers"),
          List.of("uuencode", "files/words", "name"),
          List.of("wc", "files/words", "files/numbers"),
          List.of("xxd", "files/words"),
          List.of("gzip", "-c", "-n", "files/gz"),
          List.of("bzip2", "-c", "files/gz"));

  @Test
  void busyboxDoesTheSame() throws IOException {
    Path busybox = ForeignPrograms.require().program("busybox", Programs.Libc.GLIBC);
    String input = "Standard Input\nhas two lines\n";
    assertAll(
        APPLETS.stream()
            .map(words -> () -> compare(new Job(busybox, "busybox", words, input, FILES), false)));
    // Interpreters read what they are to do, and have a snapshot before that.
    for (String script :
        List.of("echo $((6 * 7)); read x < files/words; echo \"$x\"\n", "exit 9\n")) {
      compare(new Job(busybox, "busybox", List.of("sh"), script, FILES), true);
    }
    compare(
        new Job(busybox, "busybox", List.of("bc", "-q"), "scale = 30\n4 * a(1)\n2 ^ 200\n", FILES),
        true);
    compare(new Job(busybox, "busybox", List.of("sort"), "b\na\nc\n", FILES), true);
  }

  @Test
  void luaDoesTheSame() throws IOException {
    ForeignPrograms programs = ForeignPrograms.require();
    String script = Files.readString(SOURCES.resolve("all.lua"));
    String input = "first line\n42 3.5 0x10\nrest\nof it";
    for (Programs.Libc libc : Programs.Libc.those()) {
      Path lua = programs.program("lua", libc);
      for (boolean snapshot : new boolean[] {false, true}) {
        Map<String, String> files = Map.of("all.lua", script, "data", "a,1\nb,2\n");
        compare(
            new Job(lua, "lua", List.of("files/all.lua", "one", "two words"), input, files),
            snapshot);
        compare(
            new Job(
                lua,
                "lua",
                List.of("-"),
                "print(#arg, ...) io.stderr:write('e') os.exit(7)",
                files),
            snapshot);
        compare(new Job(lua, "lua", List.of("-"), "local t = nil\nreturn t.x\n", files), snapshot);
        compare(new Job(lua, "lua", List.of("-e", "print(_VERSION"), "", files), snapshot);
      }
    }
  }

  @Test
  void rustDoesTheSame() throws IOException, InterruptedException {
    Path program = buildRust();
    Map<String, String> files = Map.of("data", "b 2\na 1\nb 40\n");
    for (boolean snapshot : new boolean[] {false, true}) {
      for (String word : List.of("count", "files", "float", "panic", "caught", "exit", "limits")) {
        compare(new Job(program, "program", List.of(word), "b x\nü é b\n", files), snapshot);
      }
    }
  }

  /** Ends the test, saying so, where there is no compiler. */
  private Path buildRust() throws IOException, InterruptedException {
    Path made = folder.resolve("rust");
    List<String> line =
        new ArrayList<>(List.of("rustc", "-O", "-C", "target-feature=+crt-static", "-o"));
    line.addAll(List.of(made.toString(), SOURCES.resolve("all.rs").toString()));
    Process compiler;
    try {
      compiler =
          new ProcessBuilder(line)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("messages").toFile())
              .start();
    } catch (IOException e) {
      System.out.println("tests of Rust: NOT RUN, there is no rustc");
      Assumptions.abort("there is no rustc");
      throw e;
    }
    assertThat(compiler.waitFor()).as(Files.readString(folder.resolve("messages"))).isZero();
    return made;
  }
}
