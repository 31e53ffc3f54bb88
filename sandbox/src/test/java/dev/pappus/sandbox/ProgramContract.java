package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.GuestState;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What every backend that runs native code must do with ordinary Linux programs, whether their runs
 * begin at the start or from a snapshot. {@link FunctionContract} says how a backend runs this.
 */
public abstract class ProgramContract extends ProgramFixture {
  private static final long SEED = Long.getLong("pappus.seed", 20261128L);

  private final Random random = new Random(SEED);

  private String word() {
    return Integer.toString(random.nextInt(1 << 30), 36);
  }

  private byte[] bytes(int bound) {
    byte[] bytes = new byte[random.nextInt(bound)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static DataSet stdio(String name, String text) {
    return new DataSet("stdio", List.of(Item.ofText(name, text)));
  }

  @Test
  void wordsOfTheSpecificationOrOfAnItemArrive() {
    for (Program program : ways("words", "a b", "", "ü")) {
      assertThat(printed(run(program))).isEqualTo("[probe]\n[words]\n[a b]\n[]\n[ü]\n");
      assertThat(printed(run(program, stdio("argv", "probe words \"an item\" 'x y' z"))))
          .isEqualTo("[probe]\n[words]\n[an item]\n[x y]\n[z]\n");
      assertThat(printed(run(program))).isEqualTo("[probe]\n[words]\n[a b]\n[]\n[ü]\n");
    }
  }

  @Test
  void theEnvironmentIsSmallAndMayBeGiven() {
    for (Program program : ways("environment")) {
      String plain = printed(run(program));
      assertThat(plain.lines()).contains("LANG=C.UTF-8").hasSizeLessThan(10);
      assertThat(printed(run(program, stdio("environ", "KEY=value 'TWO=a b'"))).lines())
          .contains("KEY=value", "TWO=a b");
      assertThat(printed(run(program))).isEqualTo(plain);
    }
  }

  @Test
  void standardInputComesOutAsItWent() {
    for (Program program : ways("cat")) {
      for (int size : new int[] {0, 1, 1020, 1021, 1022, 4096, 300_000, 2 << 20}) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        DataSet input = new DataSet("stdio", List.of(Item.of("stdin", Key.ZERO, bytes)));
        DataSet output = succeeded(run(program, input)).getFirst();
        assertThat(output.items()).extracting(Item::name).containsExactly("stderr", "stdout");
        assertThat(output.items().get(1).toBytes()).isEqualTo(bytes);
      }
      assertThat(printed(run(program))).isEmpty();
    }
  }

  @Test
  void exitCodesAndBothStreamsReachTheCaller() {
    for (Program program : ways("from")) {
      InstanceResult good = run(program, what("exit", "0", "well"));
      assertThat(succeeded(good).getFirst().items())
          .extracting(Item::text)
          .containsExactly("error well\n", "out well\n");
      for (int code : new int[] {1, 7, 255}) {
        Problem problem = failed(run(program, what("exit", Integer.toString(code), "badly")));
        assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_EXIT);
        GuestState guest = Objects.requireNonNull(problem.guest());
        assertThat(guest.exitCode()).isEqualTo(code);
        assertThat(guest.lastWords()).isEqualTo("stdout:\nout badly\nstderr:\nerror badly\n");
      }
    }
  }

  /** Of 4 KiB standard error comes first, and what is left of them has the end of stdout. */
  @Test
  void theEndOfBothStreamsIsKeptOfAFailure() {
    for (Program program : ways("from")) {
      assertThat(lastWords(run(program, what("fail_printing", "0", "5")))).isEqualTo("eeeee");
      assertThat(lastWords(run(program, what("fail_printing", "5", "0")))).isEqualTo("ööööö");
      assertThat(lastWords(run(program, what("fail_printing", "3", "2"))))
          .isEqualTo("stdout:\nööö\nstderr:\nee");
      assertThat(lastWords(run(program, what("fail_printing", "30000", "3000"))))
          .hasSizeLessThan(4096)
          .matches("stdout:\nö{500,600}\nstderr:\ne{3000}");
      assertThat(lastWords(run(program, what("fail_printing", "30000", "4090"))))
          .isEqualTo("e".repeat(4090));
      assertThat(lastWords(run(program, what("fail_printing", "30000", "30000"))))
          .isEqualTo("e".repeat(4096));
    }
  }

  private static String lastWords(InstanceResult result) {
    return Objects.requireNonNull(
        Objects.requireNonNull(failed(result).guest()).lastWords(), "last words");
  }

  @Test
  void whatIsPrintedIsAnItemOnlyWhereItIsDeclared() {
    for (Program program : ways("write", "100000")) {
      assertThat(printed(run(program))).hasSize(100_000).endsWith("abcdefghijklmnopqrstuvwxyzabcd");
      assertThat(succeeded(run(program.withOutputs(List.of("data"))))).allMatch(DataSet::isEmpty);
    }
  }

  private DataSet randomFiles(String set, int count) {
    Map<String, Item> items = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      String name =
          switch (random.nextInt(4)) {
            case 0 -> word();
            case 1 -> "deep/" + word() + "/" + word();
            case 2 -> "ü " + word() + ".txt";
            default -> word() + "/x";
          };
      Key key = random.nextBoolean() ? Key.ZERO : new Key(random.nextInt());
      items.put(
          key + "/" + name, Item.of(name, key, bytes(random.nextInt(8) == 0 ? 200_000 : 900)));
    }
    return new DataSet(set, List.copyOf(items.values()));
  }

  @Test
  void filesComeInAndGoOut() {
    for (Program program : ways("from")) {
      for (int round = 0; round < 6; round++) {
        DataSet data = randomFiles("data", random.nextInt(20));
        List<String> words = new ArrayList<>(List.of("copy"));
        data.items().stream()
            .map(item -> item.key().equals(Key.ZERO) ? "data" : "data:" + item.key())
            .distinct()
            .forEach(folder -> {
              words.add("/in/" + folder);
              words.add("/out/" + folder);
            });
        // Folders of keys have to be made; a program makes them by itself.
        List<DataSet> outputs = succeeded(run(program, data, what(words.toArray(String[]::new))));
        assertThat(contents(outputs.get(1))).as("seed %d", SEED).isEqualTo(contents(data));
        assertThat(outputs.get(2).isEmpty()).isTrue();
      }
    }
  }

  @Test
  void setsAreFoldersAtTheRootAsWell() {
    for (Program program : ways("from")) {
      DataSet data =
          new DataSet("data", List.of(Item.ofText("x", "first"), Item.ofText("y/z", "second")));
      assertThat(printed(run(program, data, what("show", "/data/x", "/in/data/y/z"))))
          .isEqualTo("/data/x: first\n/in/data/y/z: second\n");
      List<DataSet> outputs =
          succeeded(
              run(program, what("put", "/result/a", "1", "/out/result/b", "2", "/out/data/c", "")));
      assertThat(outputs.get(2).items())
          .extracting(Item::name, Item::text)
          .containsExactlyInAnyOrder(
              org.assertj.core.groups.Tuple.tuple("a", "1"),
              org.assertj.core.groups.Tuple.tuple("b", "2"));
      assertThat(outputs.get(1).items()).extracting(Item::name).containsExactly("c");
    }
  }

  @Test
  void filesThatNoSetTakesAreNamed() {
    for (Program program : ways("from")) {
      for (String path : List.of("/out/none/x", "/out/x", "/out/data:y/x")) {
        Problem problem = failed(run(program, what("put", path.replace("none/x", "x"), "text")));
        assertThat(problem.code()).isIn(ProblemCode.GUEST_BAD_OUTPUT, ProblemCode.GUEST_EXIT);
        assertThat(problem.toString() + problem.guest()).contains("/out/");
      }
    }
  }

  @Test
  void absentSetsAreEmptyAndStaticSetsAreThere() {
    for (Program program : ways("show", "/in/fixed/x", "/in/fixed/deep/y")) {
      Program fixed =
          program.withInputs(
              List.of(
                  InputSet.dynamic("stdio"),
                  new InputSet(
                      "fixed",
                      List.of(Item.ofText("x", "ever"), Item.ofText("deep/y", "the same"))),
                  InputSet.dynamic("data")));
      for (int round = 0; round < 3; round++) {
        assertThat(printed(run(fixed)))
            .isEqualTo("/in/fixed/x: ever\n/in/fixed/deep/y: the same\n");
      }
    }
  }

  @Test
  @Tag("stress")
  void largeFilesPass() {
    byte[] bytes = new byte[30 << 20];
    random.nextBytes(bytes);
    DataSet data = new DataSet("data", List.of(Item.of("large", Key.ZERO, bytes)));
    for (Program program : ways("copy", "/in/data", "/out/data")) {
      for (int round = 0; round < 2; round++) {
        Item item = succeeded(run(program.withContext(256 << 20), data)).get(1).items().getFirst();
        assertThat(item.data().mismatch(data.items().getFirst().data())).isEqualTo(-1);
      }
    }
  }

  @Test
  void timeAndChanceAreAlwaysTheSame() {
    for (Programs.Libc libc : Programs.Libc.those()) {
      String first = printed(run(Program.probe(libc, false, "chance")));
      for (Program program : List.of(Program.probe(libc, false), Program.probe(libc, true))) {
        for (int round = 0; round < 3; round++) {
          Program again =
              new Program(
                  "probe",
                  libc,
                  program.snapshot(),
                  List.of("chance"),
                  program.inputs(),
                  program.outputs(),
                  program.contextBytes());
          assertThat(printed(run(again))).isEqualTo(first);
        }
      }
      assertThat(printed(run(Program.probe(libc, false, "sleep", "1000")))).isEqualTo("later\n");
    }
  }

  @Test
  void memoryEndsWithAnErrorThatProgramsUnderstand() {
    for (Program program : ways("from")) {
      Problem problem = failed(run(program.withContext(64 << 20), what("exhaust")));
      GuestState guest = Objects.requireNonNull(problem.guest());
      assertThat(guest.exitCode()).as("%s", problem).isEqualTo(12);
      assertThat(guest.lastWords()).startsWith("no more after much\n");
    }
  }

  @Test
  void endlessProgramsEndAtTheirDeadline() {
    Limits limits = Limits.DEFAULTS.with(Limit.FUNCTION_RUN, TimeUnit.MILLISECONDS.toNanos(50));
    for (Program program : ways("from")) {
      for (String mode : List.of("loop", "loop_calls")) {
        // The run that makes a snapshot has a time of its own.
        var _ = run(program, what("work"));
        Problem problem = failed(run(program, limits, what(mode)));
        assertThat(problem.code()).as("%s", problem).isEqualTo(ProblemCode.GUEST_DEADLINE);
      }
      assertWorks(program);
    }
  }

  private static final Map<String, String> FAULTS =
      Map.of(
          "null_read", "14",
          "null_write", "14",
          "write_constant", "14",
          "write_code", "14",
          "execute_data", "14",
          "execute_heap", "14",
          "execute_stack", "14",
          "divide", "0",
          "illegal", "6",
          "unmapped", "13 14");

  @Test
  void faultsSayWhereTheProgramWas() {
    for (Program program : ways("from")) {
      FAULTS.forEach((kind, vectors) -> {
        InstanceResult result = run(program, what("fault", kind));
        assertThat(result.problem()).as(kind).isNotNull();
        Problem problem = failed(result);
        assertThat(problem.code()).as("%s: %s", kind, problem).isEqualTo(ProblemCode.GUEST_FAULT);
        GuestState guest = Objects.requireNonNull(problem.guest());
        assertThat(String.valueOf(guest.vector()))
            .as("%s: %s", kind, problem)
            .isIn((Object[]) vectors.split(" ", -1));
        if (!kind.startsWith("execute")) {
          assertThat(guest.symbol()).as(kind).startsWith("mode_fault");
        }
      });
      Problem deep = failed(run(program, what("overflow")));
      assertThat(deep.code()).isEqualTo(ProblemCode.GUEST_FAULT);
      assertThat(deep.hint()).contains("stack overflowed");
      Problem abort = failed(run(program, what("abort")));
      assertThat(abort.code()).isEqualTo(ProblemCode.GUEST_EXIT);
      GuestState guest = Objects.requireNonNull(abort.guest());
      assertThat(guest.exitCode()).isEqualTo(134);
      assertThat(guest.lastWords()).startsWith("giving up\n");
      assertWorks(program);
    }
  }

  @Test
  void whatFunctionsDoNotHaveIsNamed() {
    Map<String, String> wants =
        Map.of("fork", "fork", "socket", "socket", "exec", "exec", "unknown", "a call");
    for (Program program : ways("from")) {
      wants.forEach((kind, call) -> {
        Problem problem = failed(run(program, what("want", kind)));
        assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_EXIT);
        String words = Objects.requireNonNull(Objects.requireNonNull(problem.guest()).lastWords());
        assertThat(words).startsWith(kind + ": -1, error ");
        // fork of a C library is clone.
        assertThat(words.lines().skip(1).findFirst().orElse(""))
            .as(words)
            .containsAnyOf(call, "clone");
      });
    }
  }

  @Test
  void signalsAreHarmless() {
    for (Program program : ways("from")) {
      assertThat(printed(run(program, what("signals")))).isEqualTo("0\n1 1\n");
    }
  }

  @Test
  void whatWaitsForEverEndsAtOnce() {
    for (Program program : ways("from")) {
      for (String kind : List.of("read", "sigsuspend")) {
        Problem problem = failed(run(program, what("wait", kind)));
        GuestState guest = Objects.requireNonNull(problem.guest());
        assertThat(guest.exitCode()).as("%s: %s", kind, problem).isEqualTo(125);
        assertThat(guest.lastWords()).startsWith("deadlock").contains(kind);
      }
    }
  }

  private static void assertWorks(ProgramContract contract, Program program) {
    assertThat(printed(contract.run(program, what("work")))).startsWith("2000 2668667000 ");
  }

  private void assertWorks(Program program) {
    assertWorks(this, program);
  }

  /** Random work, in words for a probe, with its inputs. */
  private DataSet[] randomWork() {
    return switch (random.nextInt(6)) {
      case 0 -> new DataSet[] {what("work")};
      case 1 -> new DataSet[] {what("chance")};
      case 2 ->
          new DataSet[] {
            what("cat"), new DataSet("stdio", List.of(Item.of("stdin", Key.ZERO, bytes(100_000))))
          };
      case 3 -> new DataSet[] {what("copy", "/in/data", "/out/data"), randomFiles("data", 5)};
      case 4 ->
          new DataSet[] {
            what("count"),
            new DataSet(
                "stdio",
                List.of(
                    Item.of(
                        "stdin",
                        Key.ZERO,
                        word().repeat(random.nextInt(3000)).getBytes(StandardCharsets.UTF_8))))
          };
      default -> new DataSet[] {what("put", "/out/data/" + word(), word(), "/tmp/" + word(), "x")};
    };
  }

  /** The same outputs, or the same failure. */
  private static void assertSame(InstanceResult actual, InstanceResult expected, String what) {
    if (expected.problem() != null) {
      assertThat(failed(actual).detail()).as(what).isEqualTo(expected.problem().detail());
      return;
    }
    List<DataSet> outputs = succeeded(actual);
    for (int i = 0; i < outputs.size(); i++) {
      assertThat(outputs.get(i).items())
          .as(what)
          .extracting(item -> item.key() + "/" + item.name())
          .containsExactlyElementsOf(
              expected.outputs().get(i).items().stream()
                  .map(item -> item.key() + "/" + item.name())
                  .toList());
      assertThat(contents(outputs.get(i))).as(what).isEqualTo(contents(expected.outputs().get(i)));
    }
  }

  @Test
  void aRunFromASnapshotIsLikeOneFromTheStart() {
    for (Programs.Libc libc : Programs.Libc.those()) {
      Program plain = Program.probe(libc, false, "from");
      Program quick = Program.probe(libc, true, "from");
      for (int round = 0; round < 40; round++) {
        DataSet[] work = randomWork();
        assertSame(
            run(quick, work),
            run(plain, work),
            "seed %d round %d %s: %s"
                .formatted(SEED, round, libc, work[0].items().getFirst().text()));
      }
    }
  }

  @Test
  void snapshotsAreMadeWhereTheyAreWanted() {
    for (Programs.Libc libc : Programs.Libc.those()) {
      // Of a size that no other test has, so that nobody has run it.
      Program quick = Program.probe(libc, true, "from").withContext(77 << 20);
      Program plain = Program.probe(libc, false, "from").withContext(77 << 20);
      for (Program program : List.of(quick, plain)) {
        // An input that says how to start makes none.
        var _ = run(program, stdio("argv", "probe words"));
        assertThat(slot(program).filled()).isNull();
        assertWorks(program);
      }
      assertThat(slot(quick).whyNot()).isNull();
      assertThat(slot(quick).filled()).isNotNull();
      assertThat(slot(plain).filled()).isNull();
      // One that touches no input has none, and runs all the same.
      Program without = Program.probe(libc, true, "work").withContext(77 << 20);
      assertThat(printed(run(without))).startsWith("2000 2668667000 ");
      assertThat(slot(without).filled()).isNull();
      assertThat(Objects.requireNonNull(slot(without).whyNot()).detail())
          .contains("before it touched an input");
      assertThat(printed(run(without))).startsWith("2000 2668667000 ");
    }
  }

  @Test
  void aProgramMayMarkABetterPoint() {
    for (Programs.Libc libc : Programs.Libc.those()) {
      Program marked = Program.probe(libc, true, "mark").withContext(79 << 20);
      OneTemplateFile store = new OneTemplateFile();
      slot(marked).keepIn(store);
      for (int round = 0; round < 3; round++) {
        assertThat(printed(run(marked, what("marks"))))
            .isEqualTo("before the mark, behind the mark\n");
      }
      assertThat(slot(marked).filled()).isNotNull();
      byte[] file = Objects.requireNonNull(store.file()).toArray(ValueLayout.JAVA_BYTE);
      assertThat(new String(file, StandardCharsets.ISO_8859_1))
          .contains("before the mark")
          .doesNotContain("behind the mark");
      Program plain = Program.probe(libc, false, "mark").withContext(79 << 20);
      assertSame(run(marked, what("work")), run(plain, what("work")), "mark");
      assertThat(slot(plain).filled()).isNull();
    }
  }

  @Test
  void programsTakeTurns() {
    List<Program> all = ways("from");
    for (int round = 0; round < 40; round++) {
      Program program = all.get(random.nextInt(all.size()));
      if (random.nextInt(4) == 0) {
        var _ = run(program, what("fault", "null_write"));
      } else {
        assertWorks(program);
      }
    }
  }

  @Test
  void nothingIsLeftOfFormerRuns() {
    List<Program> all = ways("from");
    Limits short_ = Limits.DEFAULTS.with(Limit.FUNCTION_RUN, TimeUnit.MILLISECONDS.toNanos(5));
    for (int round = 0; round < 80; round++) {
      Program program = all.get(random.nextInt(all.size()));
      String seed = Integer.toString(random.nextInt(1 << 30));
      switch (random.nextInt(6)) {
        case 0 -> {
          var _ = run(program, what("fault", "write_code"));
        }
        case 1 -> {
          // Killed somewhere on the way.
          var _ = run(program, short_, what("residue", seed));
        }
        case 2 -> {
          var _ = run(program, randomWork());
        }
        default ->
            assertThat(printed(run(program, what("residue", seed))))
                .as("seed %d round %d %s", SEED, round, program)
                .isEqualTo("0\n");
      }
    }
  }
}
