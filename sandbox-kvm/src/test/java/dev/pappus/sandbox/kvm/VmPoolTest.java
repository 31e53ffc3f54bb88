package dev.pappus.sandbox.kvm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.linux.KvmSystem;
import dev.pappus.linux.LinuxException;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.ResidentBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What machines hold is bounded, also where they are made and destroyed. */
@NeedsKvm
class VmPoolTest {
  private static final long HEAP_BYTES = HeapSize.SMALLEST_BYTES;

  private static VirtualMachine machine(KvmSystem system) {
    return WarmUp.machine(
        new MachineType(
            system,
            HostFeatures.of(system),
            EntryVariant.IDT,
            WipeMethod.DIRTY_BITS,
            new ResidentBudget(Long.MAX_VALUE)),
        HEAP_BYTES);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void machinesGivenUpFasterThanTheyCanBeDestroyedDoNotPileUp() throws IOException {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    try (KvmSystem system = KvmSystem.open()) {
      VmPool pool =
          new VmPool(
              bytes -> {
                busy.countDown();
                await(go);
                return machine(system);
              },
              new ResidentBudget(Long.MAX_VALUE),
              1,
              Integer.MAX_VALUE,
              HEAP_BYTES);
      try {
        await(busy);
        long before = openMachines();
        List<VirtualMachine> machines = new ArrayList<>();
        for (int i = 0; i < VmPool.DOOMED_MAX + 5; i++) {
          machines.add(machine(system));
        }
        VirtualMachine first = machines.getFirst();
        first.memory().heap().set(JAVA_BYTE, 5 << 20, (byte) 1);
        machines.forEach(pool::retire);
        assertThat(openMachines() - before).isEqualTo(VmPool.DOOMED_MAX);
        assertThat(first.memory().heap().get(JAVA_BYTE, 5 << 20)).isZero();
      } finally {
        go.countDown();
        pool.close();
      }
    }
  }

  @Test
  void enginesTogetherHoldNoMoreMachinesThanTheNodeMay() throws IOException {
    KvmSettings settings =
        TestSettings.of(EntryVariant.IDT)
            .withWarmBlanks(0)
            .withSandboxesPerEngine(4)
            .withSandboxesMax(5);
    try (KvmDriver driver = new KvmDriver(settings)) {
      long before = openMachines();
      try (KvmEngine first = driver.openEngine(0);
          KvmEngine second = driver.openEngine(1);
          KvmEngine spare = driver.openEngine(2)) {
        for (KvmEngine engine : List.of(first, second, spare)) {
          for (int i = 0; i < 6; i++) {
            engine.domain().acquire(driver.prepare(Guests.binary("greet"), HEAP_BYTES)).close();
          }
        }
        // Four, one, and one more that the third engine needs to work at all.
        assertThat(openMachines() - before).isEqualTo(6);
      }
    }
  }

  @Test
  void aFailureToMakeMachinesIsNotTheEndOfMakingThem() {
    AtomicInteger calls = new AtomicInteger();
    CountDownLatch failed = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    try (KvmSystem system = KvmSystem.open();
        VmPool pool =
            new VmPool(
                bytes -> {
                  if (calls.getAndIncrement() == 0) {
                    failed.countDown();
                    throw new OutOfMemoryError("as the JVM says it when direct memory is short");
                  }
                  return machine(system);
                },
                new ResidentBudget(Long.MAX_VALUE),
                1,
                Integer.MAX_VALUE,
                HEAP_BYTES)) {
      await(failed);
      VirtualMachine vm = pool.poll(HEAP_BYTES);
      for (int i = 0; vm == null && i < 400; i++) {
        assertThat(never.await(50, TimeUnit.MILLISECONDS)).isFalse();
        vm = pool.poll(HEAP_BYTES);
      }
      Objects.requireNonNull(vm, "no machine within 20 s").close();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void memoryThatCannotBeHadInFullIsGivenBack() throws IOException {
    long before = addressSpacePages();
    for (int i = 0; i < 64; i++) {
      assertThatThrownBy(() -> new VmMemory(1L << 60, WipeMethod.DIRTY_BITS))
          .isInstanceOf(LinuxException.class)
          .hasMessageContaining("ENOMEM");
    }
    assertThat(addressSpacePages() - before).isLessThan((256L << 20) / 4096);
  }

  private static long addressSpacePages() throws IOException {
    return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ", 2)[0]);
  }

  private static long openMachines() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.filter(VmPoolTest::isMachine).count();
    }
  }

  private static boolean isMachine(Path file) {
    try {
      return Files.readSymbolicLink(file).toString().contains("kvm-vm");
    } catch (IOException e) {
      return false;
    }
  }
}
