package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What sealed sandboxes cost, and until when. */
class PooledDomainTest {
  private final ResidentBudget budget = new ResidentBudget(100);

  /** What the budget held when memory was freed. */
  private final List<Long> chargedAtWipe = new ArrayList<>();

  private static final class Box implements PooledDomain.Sandbox {
    private long restedNanos;

    @Override
    public boolean holds(PreparedFunction function) {
      return false;
    }

    @Override
    public void unbind() {}

    @Override
    public void giveBack() {}

    @Override
    public long idleSinceNanos() {
      return restedNanos;
    }

    @Override
    public void restSince(long nanos) {
      restedNanos = nanos;
    }
  }

  private final class Domain extends PooledDomain<Box> {
    Domain() {
      super(budget, 4);
    }

    @Override
    protected boolean nodeHasRoom() {
      return true;
    }

    @Override
    protected void discard(Box sandbox) {}

    @Override
    protected void abandon(Box sandbox) {}

    @Override
    protected void discardAbandoned(Box sandbox) {
      chargedAtWipe.add(budget.chargedBytes());
    }

    @Override
    public Context acquire(PreparedFunction function) {
      throw new UnsupportedOperationException("nothing runs here");
    }

    Runnable leave(long bytes) {
      Box box = new Box();
      lend(box);
      return Objects.requireNonNull(
          leaveSealed(box, bytes, () -> chargedAtWipe.add(budget.chargedBytes())));
    }
  }

  @Test
  void whatIsSealedIsChargedUntilItIsWiped() {
    try (Domain domain = new Domain()) {
      domain.leave(60).run();
      assertThat(budget.chargedBytes()).isEqualTo(60);
      domain.reclaim();
      assertThat(chargedAtWipe).containsExactly(60L);
      assertThat(budget.chargedBytes()).isZero();
    }
  }

  @Test
  void whatIsReadAfterItsDomainHasClosedIsChargedUntilItIsGone() {
    Runnable lastReader;
    try (Domain domain = new Domain()) {
      lastReader = domain.leave(60);
    }
    assertThat(budget.chargedBytes()).isEqualTo(60);
    lastReader.run();
    assertThat(chargedAtWipe).containsExactly(60L);
    assertThat(budget.chargedBytes()).isZero();
  }

  @Test
  void pagesOfWhatIsLentAreCountedWhole() {
    SealedContext sealed = new SealedContext(new ArrayMemory(1 << 16));
    sealed.lend(0, 1);
    assertThat(sealed.lentPageBytes()).isEqualTo(4096);
    sealed.lend(4095, 2);
    assertThat(sealed.lentPageBytes()).isEqualTo(3 * 4096);
    sealed.lend(8192, 0);
    assertThat(sealed.lentPageBytes()).isEqualTo(3 * 4096);
    assertThat(sealed.lentBytes()).isEqualTo(3);
  }
}
