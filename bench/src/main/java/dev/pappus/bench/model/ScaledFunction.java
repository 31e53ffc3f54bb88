package dev.pappus.bench.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;

/**
 * One function on a {@link KeepAlivePlatform}: its instances, the calls that wait, and what its
 * autoscaler has seen. A simulation of discrete events.
 */
final class ScaledFunction {
  private final KeepAliveSettings settings;
  private final List<Demand> calls;
  private final long endNanos;
  private final KeepAlivePlatform.Result result;
  private final Deque<Demand> waiting = new ArrayDeque<>();
  private final Deque<Instance> idle = new ArrayDeque<>();
  private final PriorityQueue<Instance> underWay =
      new PriorityQueue<>(Comparator.comparingLong((Instance each) -> each.freeNanos));
  private final ConcurrencyWindow window;
  private final long memoryBytes;
  private int instances;
  private int surplus;
  private long cold;
  private int inFlight;
  private long panicUntilNanos = Long.MIN_VALUE;

  /** An instance that starts or is at a call until {@link #freeNanos}, or is idle. */
  private static final class Instance {
    private final long createdNanos;
    private long freeNanos;
    private boolean atCall;

    Instance(long createdNanos, long freeNanos) {
      this.createdNanos = createdNanos;
      this.freeNanos = freeNanos;
    }
  }

  ScaledFunction(
      KeepAliveSettings settings,
      List<Demand> calls,
      long endNanos,
      KeepAlivePlatform.Result result) {
    this.settings = settings;
    this.calls = calls;
    this.endNanos = endNanos;
    this.result = result;
    this.window = new ConcurrencyWindow(settings.tickNanos(), settings.windowNanos());
    this.memoryBytes =
        settings.overheadBytes() + calls.stream().mapToLong(Demand::memoryBytes).max().orElse(0);
  }

  /** Serves all calls; how many of them had to wait. */
  long serve() {
    int next = 0;
    long tick = settings.tickNanos();
    while (next < calls.size() || instances > 0) {
      long due = next < calls.size() ? calls.get(next).dueNanos() : Long.MAX_VALUE;
      long free = underWay.isEmpty() ? Long.MAX_VALUE : underWay.peek().freeNanos;
      if (free <= due && free <= tick) {
        freed(free);
      } else if (due <= tick) {
        arrived(calls.get(next), due);
        next++;
      } else {
        window.tick(tick, inFlight);
        decide(tick);
        tick += settings.tickNanos();
      }
    }
    return cold;
  }

  private void arrived(Demand call, long now) {
    window.change(now, inFlight);
    inFlight++;
    Instance instance = idle.pollLast();
    if (instance != null) {
      begin(instance, call, now);
      return;
    }
    cold++;
    waiting.add(call);
    if (instances == 0) {
      create(now); // the activator does not wait for the next decision
    }
  }

  private void begin(Instance instance, Demand call, long now) {
    instance.atCall = true;
    instance.freeNanos = now + call.serviceNanos();
    underWay.add(instance);
    result.active().add(now, instance.freeNanos, memoryBytes);
    result
        .latencies()
        .recordValue(
            Math.min(
                instance.freeNanos - call.dueNanos(),
                result.latencies().getHighestTrackableValue()));
  }

  private void create(long now) {
    instances++;
    underWay.add(new Instance(now, now + settings.startNanos()));
  }

  private void freed(long now) {
    Instance instance = underWay.remove();
    if (instance.atCall) {
      window.change(now, inFlight);
      inFlight--;
      instance.atCall = false;
    }
    Demand call = surplus > 0 ? null : waiting.poll();
    if (call != null) {
      begin(instance, call, now);
    } else if (surplus > 0) {
      surplus--;
      remove(instance, now);
    } else {
      idle.addLast(instance);
    }
  }

  private void remove(Instance instance, long now) {
    instances--;
    result.committed().add(instance.createdNanos, now, memoryBytes);
  }

  private void decide(long now) {
    int present = instances - surplus;
    int stable = wanted(window.average(settings.windowNanos()));
    int burst = wanted(window.average(settings.panicWindowNanos()));
    if (present > 0 && burst >= settings.panicFactor() * present) {
      panicUntilNanos = now + settings.windowNanos();
    }
    int wanted = now < panicUntilNanos ? Math.max(present, Math.max(burst, stable)) : stable;
    if (!waiting.isEmpty()) {
      wanted = Math.max(1, wanted);
    }
    // Never less than half at once, as Knative's max-scale-down-rate of 2 says.
    scaleTo(Math.max(wanted, present / 2), present, now);
    if (now >= endNanos && inFlight == 0) {
      while (!idle.isEmpty()) { // nobody looks any more
        remove(idle.remove(), now);
      }
    }
  }

  private int wanted(double concurrency) {
    return (int) Math.ceil(concurrency / settings.utilization() - 1e-9);
  }

  private void scaleTo(int wanted, int present, long now) {
    for (int i = present; i < wanted; i++) {
      if (surplus > 0) {
        surplus--; // one that was to go stays
      } else {
        create(now);
      }
    }
    for (int i = present; i > wanted; i--) {
      Instance unused = idle.pollFirst();
      if (unused != null) {
        remove(unused, now);
      } else {
        surplus++; // goes when its call has ended
      }
    }
  }

  /** How many calls were under way, averaged over each tick of the last window. */
  static final class ConcurrencyWindow {
    private final long tickNanos;
    private final List<Double> averages = new ArrayList<>();
    private final int kept;
    private long sinceNanos;
    private double area;

    ConcurrencyWindow(long tickNanos, long windowNanos) {
      this.tickNanos = tickNanos;
      this.kept = Math.toIntExact(Math.max(1, windowNanos / tickNanos));
    }

    /** The number is about to change from {@code current}. */
    void change(long now, int current) {
      area += (double) current * (now - sinceNanos);
      sinceNanos = now;
    }

    /** A tick has ended. */
    void tick(long now, int current) {
      change(now, current);
      averages.add(area / tickNanos);
      area = 0;
      if (averages.size() > kept) {
        averages.removeFirst();
      }
    }

    /** Over the last {@code nanos}; before that much has passed, over what has. */
    double average(long nanos) {
      int ticks = Math.toIntExact(Math.max(1, nanos / tickNanos));
      int from = Math.max(0, averages.size() - ticks);
      return averages.subList(from, averages.size()).stream()
          .mapToDouble(each -> each)
          .average()
          .orElse(0);
    }
  }
}
