package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ResidentBudgetTest {
  @Test
  void whatIsNeededOverdrawsWhatWouldBeGoodDoesNot() {
    ResidentBudget budget = new ResidentBudget(100);
    assertThat(budget.tryCharge(60)).isTrue();
    assertThat(budget.scarce(System.nanoTime())).isFalse();
    assertThat(budget.tryCharge(60)).isFalse();
    assertThat(budget.scarce(System.nanoTime())).isTrue();
    assertThat(budget.scarce(System.nanoTime() + ResidentBudget.SCARCE_NANOS)).isFalse();
    assertThat(budget.overdrawn()).isFalse();
    budget.charge(60);
    assertThat(budget.overdrawn()).isTrue();
    assertThat(budget.chargedBytes()).isEqualTo(120);
    budget.refund(80);
    assertThat(budget.overdrawn()).isFalse();
    assertThat(budget.tryCharge(60)).isTrue();
    assertThat(budget.chargedBytes()).isEqualTo(100);
  }

  @Test
  void threadsTogetherGetNoMoreThanThereIs() throws Exception {
    ResidentBudget budget = new ResidentBudget(1000);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> granted = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        granted.add(
            threads.submit(() -> {
              int had = 0;
              for (int i = 0; i < 10_000; i++) {
                had += budget.tryCharge(1) ? 1 : 0;
              }
              return had;
            }));
      }
      int sum = 0;
      for (Future<Integer> each : granted) {
        sum += each.get();
      }
      assertThat(sum).isEqualTo(1000);
    }
    assertThat(budget.chargedBytes()).isEqualTo(1000);
  }
}
