package dev.pappus.server.telemetry;

import dev.pappus.dispatcher.InstanceReport;
import dev.pappus.dispatcher.InvocationInfo;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.InvocationTarget;
import dev.pappus.model.Namespace;
import dev.pappus.model.Phases;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.StartLevel;
import dev.pappus.model.TraceContext;
import java.time.Instant;
import java.util.List;

/** Ends of invocations as a dispatcher tells them. */
final class Endings {
  static final Instant ACCEPTED = Instant.parse("2026-01-02T03:04:05.000006Z");
  static final StartLevel BOUND = new StartLevel(StartLevel.Code.BOUND, false);
  static final StartLevel FILE = new StartLevel(StartLevel.Code.FILE, false);

  private Endings() {}

  static InvocationTarget named(String name) {
    return new InvocationTarget.Named(name);
  }

  static InstanceReport instance(
      String application, String function, StartLevel start, long readyNanos, Phases phases) {
    return new InstanceReport(
        application, function, null, null, null, 5, readyNanos, start, phases, null, "printed");
  }

  static InvocationResult succeeded(
      String target, TraceContext trace, Phases phases, InstanceReport... instances) {
    return result(target, trace, new InvocationResult.Succeeded(List.of()), phases, instances);
  }

  static InvocationResult failed(String target, ProblemCode code) {
    return result(
        target,
        TraceContext.begin(),
        new InvocationResult.Failed(Problem.of(code, "it failed").withHint("look")),
        Phases.ZERO);
  }

  private static InvocationResult result(
      String target,
      TraceContext trace,
      InvocationResult.Outcome outcome,
      Phases phases,
      InstanceReport... instances) {
    StartLevel coldest = null;
    for (InstanceReport instance : instances) {
      StartLevel start = instance.start();
      coldest = coldest == null || start == null ? start : StartLevel.colder(coldest, start);
    }
    return new InvocationResult(
        new InvocationInfo("id-" + target, Namespace.DEFAULT, target, ACCEPTED, trace),
        outcome,
        phases,
        coldest,
        List.of(instances));
  }
}
