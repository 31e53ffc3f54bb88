package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.server.bson.Documents;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions that do whatever they must not, on a running node with one engine. */
@Tag("kvm")
class HostileGuestTest {
  private static final List<String> LOOPS =
      List.of("loop_forever", "loop_writing", "loop_calling_monitor");

  /** What a mode of the hostile guest may end with, where that is no fault. */
  private static final Map<String, List<String>> OTHER_ENDS =
      Map.of(
          "guest_deadline",
          LOOPS,
          "guest_memory",
          List.of("exhaust_memory", "one_huge_allocation"),
          "guest_exit",
          List.of(
              "exit_7",
              "exit_minus_5",
              "exit_1000",
              "exit_unset",
              "exit_never_initialised",
              "print_and_fail"),
          "guest_output_limit",
          List.of("first_huge", "first_wrapping", "items_over_limit", "bytes_over_limit"),
          "guest_bad_output",
          List.of(
              "count_",
              "sets_",
              "items_wild",
              "items_wrapping",
              "first_backward",
              "first_far",
              "name_",
              "set_name_wild",
              "set_name_not_utf8",
              "data_wild",
              "data_wrapping",
              "data_huge",
              "data_negative"),
          "",
          List.of(
              "use_all_memory",
              "exit_by_interrupt",
              "exit_without_outputs",
              "tables_good",
              "set_renamed",
              "set_name_empty",
              "data_empty_at_null",
              "data_untouched",
              "data_in_guard",
              "data_is_code",
              "key_wide",
              "items_at_limit"));

  /** A hypervisor under this one may answer these itself, which does nothing to anybody. */
  private static final Set<String> MAY_DO_NOTHING = Set.of("vm_call", "vmm_call");

  @TempDir Path data;

  private TestNode start(Consumer<Configuration.Builder> more) throws Exception {
    TestNode node =
        new TestNode(data, more.andThen(all -> all.limit(Limit.CONTEXT_DEFAULT, 48 << 20)));
    try {
      prepare(node);
      return node;
    } catch (Exception | Error e) {
      node.close();
      throw e;
    }
  }

  private static void prepare(TestNode node) throws Exception {
    assertThat(node.node().sandboxes().whyNoNativePrograms()).isNull();
    for (String name : List.of("hostile", "echo")) {
      assertThat(node.admin("PUT", "/v1/functions/" + name, TestNode.guest(name)).statusCode())
          .isEqualTo(201);
    }
    TestNode.assertOk(node.invoke("/function/echo", new byte[1]));
  }

  private static HttpResponse<byte[]> hostile(TestNode node, String mode) throws Exception {
    return node.invoke("/function/hostile", mode.getBytes(UTF_8));
  }

  /** That another function runs. */
  private static HttpResponse<byte[]> assertServing(TestNode node, String text) throws Exception {
    HttpResponse<byte[]> answer = node.invoke("/function/echo", text.getBytes(UTF_8));
    TestNode.assertOk(answer);
    assertThat(new String(answer.body(), UTF_8)).isEqualTo(text);
    return answer;
  }

  private static Set<String> modes() throws Exception {
    Path source = Path.of(System.getProperty("pappus.root"), "guest", "hostile", "hostile.c");
    Set<String> modes = new HashSet<>();
    Pattern.compile("\\bENTRY\\((\\w+)\\)[,}]")
        .matcher(Files.readString(source))
        .results()
        .forEach(match -> modes.add(match.group(1)));
    assertThat(modes).contains("null_read", "bytes_over_limit").hasSizeGreaterThan(100);
    return modes;
  }

  private static String expected(String mode) {
    return OTHER_ENDS.entrySet().stream()
        .filter(end ->
            end.getValue().stream()
                .anyMatch(name -> name.endsWith("_") ? mode.startsWith(name) : mode.equals(name)))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse("guest_fault");
  }

  private static void assertEnd(String mode, HttpResponse<byte[]> answer) {
    String code = expected(mode);
    if (code.isEmpty() || (answer.statusCode() == 200 && MAY_DO_NOTHING.contains(mode))) {
      assertThat(answer.statusCode())
          .as("%s: %s", mode, new String(answer.body(), UTF_8))
          .isEqualTo(200);
    } else {
      assertThat(answer.statusCode()).as(mode).isGreaterThanOrEqualTo(500);
      ProblemAnswer problem = ProblemAnswer.of(answer);
      problem.is(code.equals("guest_deadline") ? 504 : 502, code, "function");
      assertThat(problem.member("function")).isEqualTo("hostile");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-idt", "idt"})
  void everyModeEndsAsItMustAndTheNodeServesOn(String variant) throws Exception {
    try (TestNode node = start(all -> all.sandboxEntry(variant))) {
      Set<String> modes = modes();
      modes.removeAll(LOOPS);
      int bound = 0;
      for (String mode : modes) {
        assertEnd(mode, hostile(node, mode));
        HttpResponse<byte[]> answer = assertServing(node, mode);
        bound += answer.headers().firstValue("x-pappus-start").equals(Optional.of("bound")) ? 1 : 0;
        // A good run of the same function keeps the back-off away, and shows that nothing stuck.
        TestNode.assertOk(hostile(node, "tables_good"));
      }
      // The other function kept its sandbox; a spare engine may serve while one is being cleaned.
      assertThat(bound).isGreaterThan(modes.size() * 9 / 10);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-idt", "idt"})
  void loopsEndAtTheirDeadline(String variant) throws Exception {
    try (TestNode node =
        start(all -> all.sandboxEntry(variant).limit(Limit.FUNCTION_RUN, 200_000_000L))) {
      for (String mode : LOOPS) {
        HttpResponse<byte[]> answer = hostile(node, mode);
        assertEnd(mode, answer);
        assertThat(ProblemAnswer.of(answer).member("detail"))
            .contains("200ms", "limits.function_run");
        assertServing(node, mode);
      }
    }
  }

  @Test
  void problemsSayWhatTheGuestDidAndItsLastWords() throws Exception {
    try (TestNode node = start(_ -> {})) {
      ProblemAnswer crash = ProblemAnswer.of(hostile(node, "print_and_crash"));
      crash.is(502, "guest_fault", "function");
      assertThat(crash.members())
          .containsEntry("vector", "14")
          .containsEntry("address", "0x0")
          .containsEntry("errorCode", "0x6")
          .containsEntry("stderrTail", "before the crash: ä\n");
      assertThat(crash.member("symbol")).startsWith("print_and_crash");
      assertThat(crash.member("instruction")).matches("0x1[0-9a-f]{4}");
      assertThat(crash.member("instance")).isNotBlank();
      ProblemAnswer exit = ProblemAnswer.of(hostile(node, "print_and_fail"));
      exit.is(502, "guest_exit", "function");
      assertThat(exit.member("exitCode")).isEqualTo("1");
      assertThat(exit.member("stderrTail")).contains("the last words of a function");
      assertThat(ProblemAnswer.of(hostile(node, "exit_minus_5")).member("exitCode"))
          .isEqualTo("-5");
      ProblemAnswer stack = ProblemAnswer.of(hostile(node, "stack_overflow"));
      assertThat(stack.member("hint")).contains("stack overflowed");
      ProblemAnswer memory = ProblemAnswer.of(hostile(node, "exhaust_memory"));
      assertThat(memory.member("stderrTail")).contains("out of memory");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/hot/x", "/cold/x"})
  void onlyAFunctionThatFaultsAgainAndAgainIsSlowed(String path) throws Exception {
    byte[] faulting =
        Documents.encode(
            Documents.invocation(
                "hostile",
                List.of(new DataSet("mode", List.of(Item.ofText("mode", "null_read"))))));
    try (TestNode node = start(_ -> {})) {
      // The same binary under another name is another function.
      assertThat(node.admin("PUT", "/v1/functions/twin", TestNode.guest("hostile")).statusCode())
          .isEqualTo(201);
      HttpResponse<byte[]> answer = node.invoke(path, faulting);
      int faults = 0;
      while (answer.statusCode() == 502) {
        ProblemAnswer.of(answer).is(502, "guest_fault", "function");
        assertThat(++faults).as("faults in a row without a pause").isLessThan(300);
        answer = node.invoke(path, faulting);
      }
      ProblemAnswer slowed = ProblemAnswer.of(answer);
      slowed.is(503, "overloaded", "platform");
      assertThat(slowed.member("detail")).contains("faulted", "times in a row");
      assertThat(slowed.member("function")).isEqualTo("hostile");
      assertThat(answer.headers().firstValue("retry-after")).isPresent();
      assertThat(faults).isGreaterThan(10);
      assertServing(node, "others");
      TestNode.assertOk(node.invoke("/function/twin", "tables_good".getBytes(UTF_8)));
      // It may run again after a pause of at most 50 ms, and one good run clears it.
      long patienceEnds = System.nanoTime() + 5_000_000_000L;
      do {
        assertServing(node, "meanwhile");
        answer = hostile(node, "tables_good");
      } while (answer.statusCode() == 503 && System.nanoTime() < patienceEnds);
      TestNode.assertOk(answer);
      ProblemAnswer.of(hostile(node, "null_read")).is(502, "guest_fault", "function");
      TestNode.assertOk(hostile(node, "tables_good"));
    }
  }

  @Test
  void aFaultyInstanceEndsItsCompositionAtOnceAndIsNamed() throws Exception {
    try (TestNode node = start(all -> all.limit(Limit.FUNCTION_RUN, 1_500_000_000L))) {
      node.register(
          """
          function hostile(mode) => (result, other);
          composition many(modes) => (results) {
            hostile(mode = each modes) => (results = result);
          }
          """);
      List<Item> items = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        items.add(
            Item.of(
                "item" + i,
                Key.of(i),
                (i == 0 ? "divide_by_zero" : "loop_forever").getBytes(UTF_8)));
      }
      long start = System.nanoTime();
      ProblemAnswer problem =
          ProblemAnswer.of(
              node.invoke(
                  "/hot/x",
                  Documents.encode(
                      Documents.invocation("many", List.of(new DataSet("modes", items))))));
      assertThat(System.nanoTime() - start).as("nanoseconds").isLessThan(1_500_000_000L);
      problem.is(502, "guest_fault", "function");
      assertThat(problem.members())
          .containsEntry("function", "hostile")
          .containsEntry("vector", "0");
      assertThat(problem.member("application")).contains("hostile");
      assertThat(problem.member("item")).contains("item0");
      // The loops that had started run on, at most to their deadline; the others never start.
      assertServing(node, "after");
    }
  }

  @Test
  void theLimitOfTheInvocationIsBlamedOnThePlatform() throws Exception {
    try (TestNode node = start(all -> all.limit(Limit.INVOCATION_WALL, 1_000_000_000L))) {
      ProblemAnswer problem = ProblemAnswer.of(hostile(node, "loop_forever"));
      problem.is(504, "invocation_deadline", "platform");
      assertThat(problem.member("detail")).contains("1s", "limits.invocation_wall");
      assertServing(node, "after");
    }
  }

  @Test
  void hostileAndHealthyCallsAtOnceAreNotMixedUp() throws Exception {
    long seed = Long.getLong("pappus.seed", 20260101L);
    List<String> modes = new ArrayList<>(new TreeSet<>(modes()));
    modes.removeIf(mode -> LOOPS.contains(mode) || mode.equals("use_all_memory"));
    try (TestNode node = start(all -> all.engines(2));
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> ends = new ArrayList<>();
      for (int client = 0; client < 4; client++) {
        Random random = new Random(seed + client);
        boolean healthy = client % 2 == 0;
        ends.add(
            clients.submit(() -> {
              for (int call = 0; call < 60; call++) {
                if (healthy) {
                  byte[] text = Long.toHexString(random.nextLong()).getBytes(UTF_8);
                  HttpResponse<byte[]> answer = node.invoke("/function/echo", text);
                  TestNode.assertOk(answer);
                  assertThat(answer.body()).as("seed %d", seed).isEqualTo(text);
                } else {
                  String mode = modes.get(random.nextInt(modes.size()));
                  assertEnd(mode, hostile(node, mode));
                }
              }
              return null;
            }));
      }
      for (Future<?> end : ends) {
        end.get(30, TimeUnit.SECONDS);
      }
    }
  }
}
