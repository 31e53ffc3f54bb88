package dev.pappus.sandbox;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings a program to its snapshot point, without any input of an invocation, on the thread of its
 * engine. Whatever keeps it from that is no failure of the invocation that came first: its runs
 * begin at the start.
 */
final class TemplateMaker {
  private static final List<String> START_ITEMS = List.of("argv", "environ");

  private final ComputeEngine engine;
  private final PreparedFunction function;
  private final FunctionSpec spec;
  private final Limits limits;

  TemplateMaker(ComputeEngine engine, PreparedFunction function, FunctionSpec spec, Limits limits) {
    this.engine = engine;
    this.function = function;
    this.spec = spec;
    this.limits = limits;
  }

  /**
   * What runs with these inputs from a template, or null if it has to begin at its start.
   *
   * @param inputs as the invocation brings them
   * @param deadline of the run that wants it; the time that the program needs to its snapshot point
   *     is counted on its own
   */
  @Nullable PreparedFunction find(List<DataSet> inputs, Deadline deadline) {
    TemplateSlot slot = function.templateSlot();
    if (slot == null || !spec.program().snapshot() || saysHowToStart(inputs)) {
      return null;
    }
    PreparedFunction filled = slot.filled();
    if (filled == null && slot.take()) {
      boolean ended = false;
      try {
        make(slot, deadline);
        ended = true;
      } finally {
        if (!ended) {
          slot.leave();
        }
      }
      filled = slot.filled();
    }
    return filled;
  }

  /** Items that a program has read before it begins. */
  private static boolean saysHowToStart(List<DataSet> inputs) {
    for (DataSet set : inputs) {
      if (set.name().equals(GuestAbi.STDIO)) {
        for (Item item : set.items()) {
          if (START_ITEMS.contains(item.name())) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private void make(TemplateSlot slot, Deadline deadline) {
    Template stored = slot.stored();
    if (stored != null) {
      try {
        slot.fill(function.withTemplate(stored), null);
        return;
      } catch (ProblemException e) {
        // Made of something else: it is made again.
      }
    }
    try (Context context = engine.domain().acquire(function)) {
      context.askForTemplate();
      context.write(onlyStatics(spec), spec.outputs());
      long limit = Math.min(spec.timeoutNanos(), limits.get(Limit.FUNCTION_RUN));
      Deadline own = deadline.within(System.nanoTime() + limit);
      end(slot, engine.run(context, own), context, deadline);
    } catch (ProblemException e) {
      end(slot, e.problem());
    }
  }

  private void end(TemplateSlot slot, RunOutcome outcome, Context context, Deadline deadline) {
    switch (outcome) {
      case RunOutcome.Exited exited -> {
        if (exited.exitCode() == ExitCodes.TEMPLATE) {
          Template template = context.readTemplate(limits);
          slot.fill(function.withTemplate(template), template);
        } else {
          slot.close(TemplateSlot.notReached(ExitCodes.describe(exited.exitCode())));
        }
      }
      case RunOutcome.Faulted faulted ->
          slot.close(TemplateSlot.notReached("failed: " + faulted.description()));
      case RunOutcome.DeadlineExceeded _ -> {
        if (deadline.hasPassed(System.nanoTime())) {
          slot.leave();
        } else {
          slot.close(TemplateSlot.notReached("used up its time"));
        }
      }
      case RunOutcome.SandboxFailed _ -> slot.leave();
    }
  }

  private static void end(TemplateSlot slot, Problem problem) {
    if (problem.code() == ProblemCode.OVERLOADED
        || problem.code() == ProblemCode.SANDBOX_UNAVAILABLE) {
      slot.leave();
    } else {
      slot.close(problem);
    }
  }

  private static List<DataSet> onlyStatics(FunctionSpec spec) {
    return spec.inputs().stream()
        .map(input -> new DataSet(input.name(), input.staticItems()))
        .toList();
  }

  /** Inputs of a run from a template, which has the static ones. */
  static List<DataSet> withoutStatics(FunctionSpec spec, List<DataSet> sets) {
    List<InputSet> declared = spec.inputs();
    List<DataSet> dynamic = new java.util.ArrayList<>(sets);
    for (int i = 0; i < declared.size(); i++) {
      if (declared.get(i).isStatic()) {
        dynamic.set(i, DataSet.empty(declared.get(i).name()));
      }
    }
    return dynamic;
  }
}
