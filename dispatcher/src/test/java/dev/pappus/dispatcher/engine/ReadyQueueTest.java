package dev.pappus.dispatcher.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The fair queue against a plain model of it, and what fairness promises. */
class ReadyQueueTest {
  private static final long MILLI = 1_000_000;

  private static final class Task extends EngineTask {
    private final Namespace namespace;
    private final long expectedNanos;

    Task(String namespace, long expectedNanos) {
      this.namespace = new Namespace(namespace);
      this.expectedNanos = expectedNanos;
      readyNanos = System.nanoTime();
      weigh();
    }

    @Override
    protected Namespace namespace() {
      return namespace;
    }

    @Override
    protected long expectedNanos() {
      return expectedNanos;
    }

    @Override
    protected int preferredEngine() {
      return -1;
    }

    @Override
    protected void run(EngineWorker worker) {
      throw new AssertionError("not run here");
    }

    @Override
    protected void fail(Problem problem) {
      throw new AssertionError("not failed here");
    }
  }

  /** Lists by namespace in the order in which their turns come; the first one has begun its. */
  private static final class Model {
    private final LinkedHashMap<Namespace, Deque<Task>> flows = new LinkedHashMap<>();
    private final Map<Namespace, Integer> credit = new HashMap<>();

    void add(Task task) {
      boolean first = flows.isEmpty();
      flows.computeIfAbsent(task.namespace, _ -> new ArrayDeque<>()).add(task);
      credit.putIfAbsent(task.namespace, first ? 1 : 0);
    }

    private void rotate() {
      Map.Entry<Namespace, Deque<Task>> first = flows.pollFirstEntry();
      flows.putLast(first.getKey(), first.getValue());
      credit.merge(flows.firstEntry().getKey(), 1, Integer::sum);
    }

    @Nullable Task poll() {
      if (flows.isEmpty()) {
        return null;
      }
      while (flows.size() > 1 && turnsOfFirst() > creditOf(flows.firstEntry().getKey())) {
        rotate();
      }
      Namespace namespace = flows.firstEntry().getKey();
      Task task = flows.firstEntry().getValue().getFirst();
      credit.put(namespace, flows.size() == 1 ? 0 : creditOf(namespace) - task.turns());
      remove(task);
      if (flows.containsKey(namespace) && creditOf(namespace) < turnsOfFirst()) {
        rotate();
      }
      return task;
    }

    private int creditOf(Namespace namespace) {
      return credit.getOrDefault(namespace, 0);
    }

    private int turnsOfFirst() {
      return flows.firstEntry().getValue().getFirst().turns();
    }

    void remove(Task task) {
      Deque<Task> flow = Objects.requireNonNull(flows.get(task.namespace));
      assertThat(flow.remove(task)).isTrue();
      if (flow.isEmpty()) {
        boolean first = flows.firstEntry().getKey().equals(task.namespace);
        flows.remove(task.namespace);
        credit.remove(task.namespace);
        if (first && !flows.isEmpty()) {
          credit.merge(flows.firstEntry().getKey(), 1, Integer::sum);
        }
      }
    }
  }

  @Test
  void doesWhatTheModelDoes() {
    long seed = Long.getLong("pappus.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      ReadyQueue queue = new ReadyQueue();
      Model model = new Model();
      List<Task> inside = new ArrayList<>();
      int namespaces = 1 + random.nextInt(5);
      for (int step = 0; step < 300; step++) {
        String as = "seed " + seed + " round " + round + " step " + step;
        int action = random.nextInt(10);
        if (action < 5) {
          Task task = new Task("n" + random.nextInt(namespaces), random.nextInt(12) * MILLI / 2);
          queue.add(task);
          model.add(task);
          inside.add(task);
        } else if (action < 8) {
          if (random.nextInt(4) == 0) {
            assertThat(queue.poll(_ -> false)).as(as).isNull(); // it stays what is next
          }
          EngineTask polled = queue.poll();
          assertThat(polled).as(as).isSameAs(model.poll());
          inside.remove(polled);
        } else if (!inside.isEmpty()) {
          Task task = inside.remove(random.nextInt(inside.size()));
          assertThat(queue.remove(task)).as(as).isTrue();
          assertThat(queue.remove(task)).as(as).isFalse();
          model.remove(task);
        }
        assertThat(queue.size()).as(as).isEqualTo(inside.size());
        assertThat(queue.headReadyNanos() == ReadyQueue.NONE).as(as).isEqualTo(inside.isEmpty());
      }
    }
  }

  @Test
  void whatIsNotWantedHoldsUpNobody() {
    ReadyQueue queue = new ReadyQueue();
    Task left = new Task("a", 0);
    Task behind = new Task("a", 0);
    Task other = new Task("b", 0);
    List.of(left, behind, other).forEach(queue::add);
    assertThat(queue.poll(task -> task != left && task != behind)).isSameAs(other);
    assertThat(queue.poll(task -> task != left)).isSameAs(behind);
    assertThat(queue.poll(task -> task != left)).isNull();
    assertThat(queue.headReadyNanos()).isNotEqualTo(ReadyQueue.NONE);
    assertThat(queue.poll()).isSameAs(left);
    assertThat(queue.size()).isZero();
  }

  @Test
  void oneNamespaceIsServedInTheOrderOfArrival() {
    ReadyQueue queue = new ReadyQueue();
    List<Task> tasks = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      tasks.add(new Task("only", (i % 7) * MILLI));
      queue.add(tasks.getLast());
    }
    for (Task task : tasks) {
      assertThat(queue.poll()).isSameAs(task);
    }
    assertThat(queue.poll()).isNull();
  }

  @Test
  void aLongBacklogDoesNotDelayAnotherNamespace() {
    ReadyQueue queue = new ReadyQueue();
    for (int i = 0; i < 10_000; i++) {
      queue.add(new Task("noisy", 0));
    }
    Task quiet = new Task("quiet", 0);
    queue.add(quiet);
    int before = 0;
    while (queue.poll() != quiet) {
      before++;
    }
    assertThat(before).isLessThanOrEqualTo(1);
  }

  @Test
  void backloggedNamespacesGetTheSameTimeNotTheSameNumberOfTasks() {
    ReadyQueue queue = new ReadyQueue();
    for (int i = 0; i < 4000; i++) {
      queue.add(new Task("long", 4 * MILLI));
      queue.add(new Task("short", MILLI));
    }
    Map<Namespace, Long> nanos = new HashMap<>();
    for (int i = 0; i < 4000; i++) {
      Task task = (Task) Objects.requireNonNull(queue.poll());
      nanos.merge(task.namespace, task.expectedNanos, Long::sum);
    }
    double ratio =
        (double) nanos.getOrDefault(new Namespace("long"), 0L)
            / nanos.getOrDefault(new Namespace("short"), 1L);
    assertThat(ratio).isBetween(0.95, 1.05);
  }

  @Test
  void placesAreSharedWithRoomForWhoeverComesNext() {
    FairShare places = new FairShare(100);
    Namespace noisy = new Namespace("noisy");
    while (places.tryTake(noisy)) {
      assertThat(places.total()).isLessThan(100);
    }
    assertThat(places.held(noisy)).isEqualTo(80);
    List<Namespace> others = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Namespace other = new Namespace("n" + i);
      others.add(other);
      assertThat(places.tryTake(other)).isTrue();
    }
    // As the crowd's work ends, all four come to hold about as much.
    Random random = new Random(7);
    for (int i = 0; i < 10_000; i++) {
      Namespace one = random.nextBoolean() ? noisy : others.get(random.nextInt(3));
      if (!places.tryTake(one) && places.held(noisy) > places.held(one)) {
        places.give(noisy);
      }
    }
    for (Namespace other : others) {
      assertThat(places.held(other)).isGreaterThan(places.held(noisy) / 2);
    }
    assertThat(places.total()).isLessThanOrEqualTo(100);
    assertThat(places.hasRoom(new Namespace("late"))).isTrue();
    for (Namespace each : others) {
      while (places.held(each) > 0) {
        places.give(each);
      }
    }
    assertThat(places.holders()).isEqualTo(1);
  }
}
