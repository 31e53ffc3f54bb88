package dev.pappus.server.async;

import dev.pappus.dispatcher.InstanceReport;
import dev.pappus.dispatcher.InvocationInfo;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.InvocationResult.Failed;
import dev.pappus.dispatcher.InvocationResult.Outcome;
import dev.pappus.dispatcher.InvocationResult.Succeeded;
import dev.pappus.model.Diagnostic;
import dev.pappus.model.Digest;
import dev.pappus.model.GuestState;
import dev.pappus.model.Key;
import dev.pappus.model.Phases;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.StartLevel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a durable invocation, without its outputs, as a stored document. */
final class ReportCodec {
  private static final int VERSION = 1;

  /** As many as the history keeps of other invocations. */
  private static final int REPORTS_MAX = 64;

  private ReportCodec() {}

  static byte[] encode(InvocationResult result) {
    List<InstanceReport> reports =
        result.instances().subList(0, Math.min(REPORTS_MAX, result.instances().size()));
    return DocumentWriter.write(out -> {
      out.int32(VERSION);
      switch (result.outcome()) {
        case Succeeded _ -> out.bool(true);
        case Failed failed -> {
          out.bool(false);
          problem(out, failed.problem());
        }
      }
      phases(out, result.phases());
      start(out, result.coldestStart());
      out.int32(reports.size());
      reports.forEach(report -> instance(out, report));
    });
  }

  /** The result, of which a success has no outputs. */
  static InvocationResult decode(InvocationInfo info, byte[] document) {
    DocumentReader in = InvocationCodec.open(document);
    Outcome outcome = in.bool() ? new Succeeded(List.of()) : new Failed(problem(in));
    Phases phases = phases(in);
    StartLevel start = start(in);
    List<InstanceReport> reports = in.list(ReportCodec::instance);
    in.end();
    return new InvocationResult(info, outcome, phases, start, reports);
  }

  private static void phases(DocumentWriter out, Phases phases) {
    out.int64(phases.queueNanos());
    out.int64(phases.loadNanos());
    out.int64(phases.runNanos());
    out.int64(phases.replyNanos());
  }

  private static Phases phases(DocumentReader in) {
    return new Phases(in.int64(), in.int64(), in.int64(), in.int64());
  }

  private static void start(DocumentWriter out, @Nullable StartLevel start) {
    out.bool(start != null);
    if (start != null) {
      out.text(start.code().name());
      out.bool(start.freshVm());
    }
  }

  private static @Nullable StartLevel start(DocumentReader in) {
    return in.bool() ? new StartLevel(in.constant(StartLevel.Code.class), in.bool()) : null;
  }

  private static void instance(DocumentWriter out, InstanceReport report) {
    out.text(report.application());
    out.text(report.function());
    out.optionalText(report.binary() == null ? null : report.binary().hex());
    out.optionalText(report.itemName());
    out.optionalLong(report.itemKey() == null ? null : (Long) report.itemKey().value());
    out.int64(report.inputBytes());
    out.int64(report.readyNanos());
    start(out, report.start());
    phases(out, report.phases());
    out.optionalText(report.failure() == null ? null : report.failure().name());
    out.text(report.logTail());
  }

  private static InstanceReport instance(DocumentReader in) {
    String application = in.text();
    String function = in.text();
    String binary = in.optionalText();
    String item = in.optionalText();
    Long key = in.optionalLong();
    long inputBytes = in.int64();
    long readyNanos = in.int64();
    StartLevel start = start(in);
    Phases phases = phases(in);
    ProblemCode failure = in.bool() ? in.constant(ProblemCode.class) : null;
    try {
      return new InstanceReport(
          application,
          function,
          binary == null ? null : new Digest(binary),
          item,
          key == null ? null : Key.of(key),
          inputBytes,
          readyNanos,
          start,
          phases,
          failure,
          in.text());
    } catch (IllegalArgumentException e) {
      throw DocumentReader.damaged(String.valueOf(e.getMessage()));
    }
  }

  private static void problem(DocumentWriter out, Problem problem) {
    out.text(problem.code().name());
    out.text(problem.detail());
    out.optionalText(problem.hint());
    out.optionalText(problem.node());
    out.optionalText(problem.function());
    out.optionalText(problem.application());
    out.optionalText(problem.item());
    GuestState guest = problem.guest();
    out.bool(guest != null);
    if (guest != null) {
      out.optionalLong(longOf(guest.exitCode()));
      out.optionalLong(longOf(guest.vector()));
      out.optionalLong(guest.errorCode());
      out.optionalLong(guest.address());
      out.optionalLong(guest.instruction());
      out.optionalText(guest.symbol());
      out.optionalText(guest.lastWords());
    }
    out.int32(problem.diagnostics().size());
    for (Diagnostic each : problem.diagnostics()) {
      out.text(each.severity().name());
      out.int32(each.line());
      out.int32(each.column());
      out.text(each.message());
      out.text(each.excerpt());
    }
  }

  private static @Nullable Long longOf(@Nullable Integer value) {
    return value == null ? null : (Long) value.longValue();
  }

  private static @Nullable Integer intOf(@Nullable Long value) {
    return value == null ? null : (Integer) value.intValue();
  }

  private static Problem problem(DocumentReader in) {
    return new Problem(
        in.constant(ProblemCode.class),
        in.text(),
        in.optionalText(),
        in.optionalText(),
        in.optionalText(),
        in.optionalText(),
        in.optionalText(),
        in.bool() ? guest(in) : null,
        in.list(each ->
            new Diagnostic(
                each.constant(Diagnostic.Severity.class),
                each.int32(),
                each.int32(),
                each.text(),
                each.text())));
  }

  private static GuestState guest(DocumentReader in) {
    return new GuestState(
        intOf(in.optionalLong()),
        intOf(in.optionalLong()),
        in.optionalLong(),
        in.optionalLong(),
        in.optionalLong(),
        in.optionalText(),
        in.optionalText());
  }
}
