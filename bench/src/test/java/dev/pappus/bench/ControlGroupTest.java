package dev.pappus.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.bench.ControlGroup.Committed;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ControlGroupTest {
  /** Extracts of what kernels print. */
  private static final List<String> FIRST_VERSION =
      List.of(
          "cache 700",
          "rss 500",
          "shmem 100",
          "inactive_anon 600",
          "inactive_file 400",
          "active_file 200",
          "total_inactive_file 400");

  private static final List<String> SECOND_VERSION =
      List.of(
          "anon 500",
          "file 700",
          "kernel 230",
          "kernel_stack 20",
          "pagetables 30",
          "percpu 1",
          "sock 2",
          "vmalloc 7",
          "shmem 100",
          "inactive_file 400",
          "active_file 200",
          "slab_reclaimable 150",
          "slab_unreclaimable 20",
          "slab 170",
          "workingset_refault_file 9");

  @Test
  void theFirstVersionCountsWhatTheKernelRemembersOfFiles() {
    assertThat(Committed.of(FIRST_VERSION, 1400, OptionalLong.of(200)))
        .isEqualTo(new Committed(800, 100, 200));
  }

  @Test
  void theSecondVersionTellsItApart() {
    assertThat(Committed.of(SECOND_VERSION, 1430, OptionalLong.empty()))
        .isEqualTo(new Committed(1430 - 400 - 200 - 150, 100, 20 + 30 + 1 + 2 + 7 + 20));
  }

  @Test
  void numbersThatAreOfDifferentMomentsGiveNoLessThanIsShared() {
    assertThat(Committed.of(FIRST_VERSION, 650, OptionalLong.of(200)).bytes()).isEqualTo(100);
  }
}
