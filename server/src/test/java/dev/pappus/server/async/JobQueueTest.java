package dev.pappus.server.async;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.dispatcher.store.StoredInvocation;
import dev.pappus.model.InvocationStatus;
import dev.pappus.model.Namespace;
import dev.pappus.model.TraceContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JobQueueTest {
  private final JobQueue queue = new JobQueue();

  private static DurableJob job(String namespace, int number) {
    return new DurableJob(
        new StoredInvocation(
            namespace + number,
            new Namespace(namespace),
            "f",
            Instant.EPOCH,
            1,
            TraceContext.begin().toHeader(),
            InvocationStatus.QUEUED,
            0,
            null,
            1,
            0,
            null),
        null);
  }

  private @Nullable DurableJob poll() {
    for (DurableJob head : queue.heads()) {
      queue.take(head);
      return head;
    }
    return null;
  }

  private List<String> drain() {
    List<String> ids = new ArrayList<>();
    while (!queue.isEmpty()) {
      ids.add(Objects.requireNonNull(poll()).id());
    }
    return ids;
  }

  @Test
  void whoMayNotRunIsPassedOver() {
    queue.add(job("full", 0));
    queue.add(job("other", 0));
    queue.add(job("other", 1));
    List<String> heads = new ArrayList<>();
    queue.heads().forEach(job -> heads.add(job.id()));
    assertThat(heads).containsExactly("full0", "other0");
    Iterator<DurableJob> turns = queue.heads().iterator();
    turns.next();
    queue.take(turns.next());
    assertThat(drain()).containsExactly("full0", "other1");
  }

  @Test
  void aNamespaceDoesNotWaitForAllOfAnother() {
    for (int i = 0; i < 1000; i++) {
      queue.add(job("noisy", i));
    }
    queue.add(job("quiet", 0));
    queue.add(job("quiet", 1));
    assertThat(drain()).startsWith("noisy0", "quiet0", "noisy1", "quiet1", "noisy2").hasSize(1002);
    assertThat(poll()).isNull();
  }

  @Test
  void nothingIsLostOrReorderedWithinANamespace() {
    long seed = Long.getLong("pappus.seed", System.nanoTime());
    System.out.println("pappus.seed=" + seed);
    Random random = new Random(seed);
    Map<String, List<DurableJob>> model = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      String namespace = "n" + random.nextInt(5);
      List<DurableJob> own = model.computeIfAbsent(namespace, _ -> new ArrayList<>());
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          DurableJob job = job(namespace, i);
          queue.add(job);
          own.add(job);
        }
        case 2 -> {
          DurableJob taken = poll();
          if (taken != null) {
            String name = taken.row().namespace().name();
            assertThat(model.getOrDefault(name, List.of()).removeFirst()).isSameAs(taken);
          } else {
            assertThat(model.values()).allMatch(List::isEmpty);
          }
        }
        default -> {
          if (!own.isEmpty()) {
            DurableJob job = own.remove(random.nextInt(own.size()));
            assertThat(queue.remove(job)).isTrue();
            assertThat(queue.remove(job)).isFalse();
          }
        }
      }
    }
    assertThat(drain()).hasSize(model.values().stream().mapToInt(List::size).sum());
  }
}
