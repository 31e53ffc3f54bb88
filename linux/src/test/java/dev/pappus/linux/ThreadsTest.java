package dev.pappus.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ThreadsTest {
  @Test
  void aThreadCanBeConfinedAndSlowed() throws InterruptedException {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread thread =
        Thread.ofPlatform()
            .name("to-be-found-by-its-name")
            .uncaughtExceptionHandler((t, e) -> failure.set(e))
            .start(() -> {
              BitSet all = Threads.affinity();
              assertThat(all.cardinality()).isPositive();
              BitSet one = new BitSet();
              one.set(all.previousSetBit(all.length()));
              Threads.setAffinity(one);
              assertThat(Threads.affinity()).isEqualTo(one);
              assertThatThrownBy(() -> Threads.setAffinity(new BitSet()))
                  .isInstanceOf(LinuxException.class)
                  .hasMessageContaining("EINVAL");
              int own = Threads.currentTid();
              Threads.setNice(own, 5);
              assertThat(Threads.nice(own)).isEqualTo(5);
              assertThat(Threads.named("to-be-fo")).containsExactly(own);
              assertThat(Threads.runsNormally(own)).isTrue();
              Threads.runLast(own);
              assertThat(Threads.runsLast(own)).isTrue();
              assertThat(Threads.runsNormally(own)).isFalse();
            });
    thread.join();
    assertThat(failure).hasNullValue();
    assertThatThrownBy(() -> Threads.nice(Integer.MAX_VALUE))
        .isInstanceOf(LinuxException.class)
        .hasMessageContaining("ESRCH");
  }

  @Test
  void javasClockIsTheTimersClock() {
    long before = System.nanoTime();
    long kernel = Clocks.monotonicNanos();
    long after = System.nanoTime();
    assertThat(kernel).isBetween(before, after);
  }

  @Test
  void cpuTimeAdvances() {
    long start = Clocks.threadCpuNanos();
    long processStart = Clocks.processCpuNanos();
    long end = System.nanoTime() + 2_000_000;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(Clocks.threadCpuNanos()).isGreaterThan(start);
    assertThat(Clocks.processCpuNanos()).isGreaterThan(processStart);
  }

  @Test
  void timersCanBeArmedFarAheadPastAndNotAtAll() {
    try (PosixTimer timer = new PosixTimer()) {
      timer.arm(System.nanoTime() + 3_600_000_000_000L, 200_000);
      timer.arm(Long.MIN_VALUE, 1_000_000);
      timer.disarm();
      timer.disarm();
    }
  }

  @Test
  void errorsHaveNames() {
    assertThat(Errno.name(Errno.ENOMEM)).isEqualTo("ENOMEM");
    assertThat(Errno.name(12345)).isEqualTo("errno 12345");
    assertThat(new LinuxException("open", Errno.EACCES, "/x")).hasMessage("open: EACCES (/x)");
  }

  @Test
  void everyLackOfKvmSaysWhatToDo() {
    assertThat(new KvmAvailability.Absent().explanation()).contains("/dev/kvm is absent", "load");
    assertThat(new KvmAvailability.NotPermitted("kvm", true).explanation())
        .contains("sudo usermod -aG kvm");
    assertThat(new KvmAvailability.NotPermitted("root", false).explanation()).contains("chmod");
    assertThat(new KvmAvailability.Broken("x: EIO").explanation()).contains("x: EIO");
    assertThat(KvmAvailability.probe().explanation()).contains("/dev/kvm");
  }
}
