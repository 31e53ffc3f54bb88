package dev.pappus.server.async;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pappus.dispatcher.InstanceReport;
import dev.pappus.dispatcher.InvocationInfo;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.OutputSet;
import dev.pappus.model.DataSet;
import dev.pappus.model.Diagnostic;
import dev.pappus.model.Digest;
import dev.pappus.model.GuestState;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Namespace;
import dev.pappus.model.Phases;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.StartLevel;
import dev.pappus.model.TraceContext;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Stored documents come back whole, and damaged ones do no harm. */
class CodecTest {
  private static final InvocationInfo INFO =
      new InvocationInfo("id", Namespace.DEFAULT, "t", Instant.EPOCH, TraceContext.begin());
  private static final Problem PROBLEM =
      Problem.of(ProblemCode.GUEST_FAULT, "it faulted")
          .withHint("look")
          .withNode("n")
          .withFunction("f")
          .withApplication("c/1:f")
          .withItem("s:1/i")
          .withGuest(new GuestState(3, 14, -1L, null, Long.MIN_VALUE, "sym+0x1", "words ü"))
          .withDiagnostics(
              List.of(new Diagnostic(Diagnostic.Severity.WARNING, 1, 2, "message", "excerpt")));
  private static final InstanceReport REPORT =
      new InstanceReport(
          "c/1:f",
          "f",
          Digest.of(Item.ofText("", "x").data()),
          "item",
          Key.of(Key.MAX),
          9,
          8,
          new StartLevel(StartLevel.Code.FILE, true),
          new Phases(1, 2, 3, 4),
          ProblemCode.GUEST_FAULT,
          "tail\n");
  private static final InvocationResult FAILED =
      new InvocationResult(
          INFO,
          new InvocationResult.Failed(PROBLEM),
          new Phases(5, 6, 7, Long.MAX_VALUE),
          null,
          List.of(REPORT));
  private static final InvocationResult SUCCEEDED =
      new InvocationResult(
          INFO,
          new InvocationResult.Succeeded(
              List.of(
                  new OutputSet("a", "b", List.of(Item.of("ü", Key.of(7), new byte[] {0, -1}))),
                  new OutputSet("empty", "empty", List.of()))),
          Phases.ZERO,
          new StartLevel(StartLevel.Code.BOUND, false),
          List.of());

  private static InvocationResult roundTrip(InvocationResult result) {
    return InvocationCodec.result(
        INFO, ReportCodec.encode(result), InvocationCodec.outputs(result));
  }

  @Test
  void resultsComeBack() {
    assertThat(roundTrip(FAILED)).isEqualTo(FAILED);
    InvocationResult succeeded = roundTrip(SUCCEEDED);
    assertThat(succeeded.coldestStart()).isEqualTo(SUCCEEDED.coldestStart());
    List<OutputSet> sets = ((InvocationResult.Succeeded) succeeded.outcome()).outputs();
    assertThat(sets).extracting(OutputSet::name).containsExactly("a", "empty");
    assertThat(sets).extracting(OutputSet::producerName).containsExactly("b", "empty");
    Item item = sets.getFirst().items().getFirst();
    assertThat(item.name()).isEqualTo("ü");
    assertThat(item.key()).isEqualTo(Key.of(7));
    assertThat(item.toBytes()).containsExactly(0, -1);
  }

  @Test
  void requestsComeBack() {
    List<DataSet> sets =
        List.of(
            DataSet.empty("none"),
            new DataSet("some", List.of(Item.ofText("a", "1"), Item.ofText("", ""))));
    List<DataSet> back = InvocationCodec.request(InvocationCodec.request(sets));
    assertThat(back).extracting(DataSet::name).containsExactly("none", "some");
    assertThat(back.get(1).items()).extracting(Item::text).containsExactly("1", "");
  }

  @Test
  void damagedDocumentsAreProblemsAndNothingElse() {
    long seed = Long.getLong("pappus.seed", System.nanoTime());
    Random random = new Random(seed);
    byte[] report = ReportCodec.encode(FAILED);
    byte[] outputs = InvocationCodec.outputs(SUCCEEDED);
    byte[] request =
        InvocationCodec.request(List.of(new DataSet("s", List.of(Item.ofText("a", "b")))));
    for (int round = 0; round < 3000; round++) {
      tryDamaged(() -> ReportCodec.decode(INFO, damaged(report, random)), seed);
      tryDamaged(() -> InvocationCodec.request(damaged(request, random)), seed);
      byte[] good = ReportCodec.encode(SUCCEEDED);
      tryDamaged(() -> InvocationCodec.result(INFO, good, damaged(outputs, random)), seed);
    }
    assertThatExceptionOfType(ProblemException.class)
        .isThrownBy(() -> ReportCodec.decode(INFO, Arrays.copyOf(report, report.length - 1)));
  }

  private static void tryDamaged(Runnable decode, long seed) {
    try {
      decode.run();
    } catch (ProblemException e) {
      assertThat(e.problem().code()).as("seed %d", seed).isEqualTo(ProblemCode.STORAGE_FAILED);
    }
  }

  private static byte[] damaged(byte[] document, Random random) {
    byte[] damaged = Arrays.copyOf(document, document.length - random.nextInt(2));
    for (int i = random.nextInt(4); i >= 0; i--) {
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
    }
    return damaged;
  }
}
