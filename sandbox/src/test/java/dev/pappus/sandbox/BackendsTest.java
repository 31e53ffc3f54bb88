package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.SandboxChoice;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Which backend a function gets. */
class BackendsTest {
  /** A backend of which nothing but its name matters here. */
  static ComputeDriver driver(String name, BinaryKind kind) {
    return driver(name, kind, () -> {});
  }

  private static ComputeDriver driver(String name, BinaryKind kind, Runnable onClose) {
    return new ComputeDriver() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public BinaryKind accepts() {
        return kind;
      }

      @Override
      public PreparedFunction prepare(MemorySegment binary, FunctionSpec spec) {
        throw new UnsupportedOperationException();
      }

      @Override
      public ComputeEngine openEngine(int index) {
        throw new UnsupportedOperationException();
      }

      @Override
      public void close() {
        onClose.run();
      }
    };
  }

  private static Backends.Offer offer(String name, BinaryKind kind, List<String> events) {
    return new Backends.Offer(
        name,
        kind,
        kind == BinaryKind.WASM,
        () -> {
          events.add("open " + name);
          return driver(name, kind, () -> events.add("close " + name));
        });
  }

  private static Backends.Offer nativeOffer(String name, Supplier<ComputeDriver> opener) {
    return new Backends.Offer(name, BinaryKind.ELF, false, opener);
  }

  private static Backends.Offer absent(String name, List<String> events) {
    return nativeOffer(
        name,
        () -> {
          events.add("no " + name);
          throw new ProblemException(
              Problem.of(ProblemCode.SANDBOX_UNAVAILABLE, "no /dev/%s", name)
                  .withHint("load its module"));
        });
  }

  private static Backends of(Backends.Offer... offers) {
    return new Backends(List.of(offers), new ResidentBudget(0));
  }

  private static final Backends ALL =
      new Backends(
          List.of(
              driver("kvm", BinaryKind.ELF),
              driver("process", BinaryKind.ELF),
              driver("wasm", BinaryKind.WASM)),
          Map.of());
  private static final Backends NO_KVM =
      new Backends(
          List.of(driver("process", BinaryKind.ELF), driver("wasm", BinaryKind.WASM)),
          Map.of("kvm", "/dev/kvm is absent"));
  private static final Backends NOTHING = new Backends(List.of(), Map.of("kvm", "it is absent"));

  private static void assertProblem(ThrowingCallable call, ProblemCode code, String... words) {
    assertThatThrownBy(call)
        .asInstanceOf(type(ProblemException.class))
        .extracting(ProblemException::problem, type(Problem.class))
        .satisfies(problem -> {
          assertThat(problem.code()).isEqualTo(code);
          assertThat(problem.detail() + " " + problem.hint()).contains(words);
        });
  }

  @Test
  void withoutAWishTheFirstOfTheKindIsTaken() {
    assertThat(ALL.chooseFor(SandboxChoice.AUTO, BinaryKind.ELF)).isEqualTo("kvm");
    assertThat(ALL.chooseFor(SandboxChoice.AUTO, BinaryKind.WASM)).isEqualTo("wasm");
    assertThat(NO_KVM.chooseFor(SandboxChoice.AUTO, BinaryKind.ELF)).isEqualTo("process");
    assertThat(ALL.chooseFor(SandboxChoice.AUTO, null)).isEqualTo("kvm");
    assertThat(NOTHING.chooseFor(SandboxChoice.AUTO, BinaryKind.ELF)).isEqualTo(Backends.NONE);
    assertThat(NOTHING.chooseFor(SandboxChoice.AUTO, null)).isEqualTo(Backends.NONE);
  }

  @Test
  void aWishIsHeededOrRefused() {
    assertThat(ALL.chooseFor(SandboxChoice.PROCESS, BinaryKind.ELF)).isEqualTo("process");
    assertProblem(
        () -> NO_KVM.chooseFor(SandboxChoice.KVM, BinaryKind.ELF),
        ProblemCode.SANDBOX_UNAVAILABLE,
        "'kvm': /dev/kvm is absent",
        "process, wasm");
    assertProblem(
        () -> ALL.chooseFor(SandboxChoice.KVM, BinaryKind.WASM),
        ProblemCode.BAD_BINARY,
        "WebAssembly module",
        "build --native");
    assertProblem(
        () -> ALL.chooseFor(SandboxChoice.WASM, BinaryKind.ELF),
        ProblemCode.BAD_BINARY,
        "native program",
        "--sandbox wasm");
  }

  @Test
  void whatIsStoredIsNotRefusedButMayFindNoBackend() {
    assertThat(NO_KVM.nameFor(SandboxChoice.KVM, BinaryKind.ELF)).isEqualTo("kvm");
    assertProblem(
        () -> NO_KVM.require("kvm"),
        ProblemCode.SANDBOX_UNAVAILABLE,
        "/dev/kvm is absent",
        "process, wasm");
    assertThat(NO_KVM.nameFor(SandboxChoice.PROCESS, BinaryKind.ELF)).isEqualTo("process");
    assertProblem(
        () -> NOTHING.require(Backends.NONE),
        ProblemCode.SANDBOX_UNAVAILABLE,
        "it is absent",
        "doctor");
    assertThat(NO_KVM.whyNoNativePrograms()).isNull();
    assertThat(NOTHING.whyNoNativePrograms()).isEqualTo("kvm: it is absent");
  }

  @Test
  void aBackendIsOpenedOnceWhenSomebodyAsksForIt() {
    List<String> events = new ArrayList<>();
    Backends backends =
        of(
            offer("kvm", BinaryKind.ELF, events),
            offer("process", BinaryKind.ELF, events),
            offer("wasm", BinaryKind.WASM, events));
    assertThat(events).isEmpty();
    assertThat(backends.nameFor(SandboxChoice.AUTO, BinaryKind.ELF)).isEqualTo("kvm");
    assertThat(backends.whyNoNativePrograms()).isNull();
    assertThat(backends.nameFor(SandboxChoice.PROCESS, BinaryKind.ELF)).isEqualTo("process");
    assertThat(events).containsExactly("open kvm");
    assertThat(backends.require("process")).isSameAs(backends.require("process"));
    assertThat(events).containsExactly("open kvm", "open process");
    backends.close();
    assertThat(events).containsExactly("open kvm", "open process", "close kvm", "close process");
    assertProblem(
        () -> backends.require("wasm"), ProblemCode.SANDBOX_UNAVAILABLE, "the node has stopped");
    assertThat(events).hasSize(4);
  }

  @Test
  void theNextIsOpenedWhereTheHostDoesNotGiveTheFirst() {
    List<String> events = new ArrayList<>();
    Backends backends =
        of(
            absent("kvm", events),
            offer("process", BinaryKind.ELF, events),
            offer("wasm", BinaryKind.WASM, events));
    assertThat(backends.nameFor(SandboxChoice.AUTO, BinaryKind.ELF)).isEqualTo("process");
    assertThat(events).containsExactly("no kvm", "open process");
    assertThat(backends.names()).containsExactly("process", "wasm");
    assertThat(backends.missing())
        .containsExactly(Map.entry("kvm", "no /dev/kvm; load its module"));
    assertProblem(
        () -> backends.require("kvm"),
        ProblemCode.SANDBOX_UNAVAILABLE,
        "'kvm': no /dev/kvm; load its module",
        "process, wasm");
    assertThat(events).as("each host has WebAssembly").containsExactly("no kvm", "open process");
    assertThat(backends.nameFor(SandboxChoice.AUTO, BinaryKind.WASM)).isEqualTo("wasm");
    assertThat(events).containsExactly("no kvm", "open process");
    assertThat(backends.require("wasm").name()).isEqualTo("wasm");
    assertThat(events).containsExactly("no kvm", "open process", "open wasm");
  }

  @Test
  void anUnforeseenFailureIsNotForGood() {
    List<String> events = new ArrayList<>();
    Backends backends =
        of(
            nativeOffer(
                "kvm",
                () -> {
                  events.add("failed");
                  throw new IllegalStateException("once more");
                }));
    assertThatThrownBy(() -> backends.require("kvm")).hasMessage("once more");
    assertThatThrownBy(() -> backends.require("kvm")).hasMessage("once more");
    assertThat(events).hasSize(2);
  }

  @Test
  void askersWaitForTheOneWhoOpens() throws Exception {
    CountDownLatch mayOpen = new CountDownLatch(1);
    AtomicInteger opened = new AtomicInteger();
    Backends backends =
        of(
            nativeOffer(
                "kvm",
                () -> {
                  opened.incrementAndGet();
                  await(mayOpen);
                  return driver("kvm", BinaryKind.ELF);
                }));
    try (ExecutorService askers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<ComputeDriver> first = askers.submit(() -> backends.require("kvm"));
      Future<ComputeDriver> second = askers.submit(() -> backends.require("kvm"));
      mayOpen.countDown();
      assertThat(first.get()).isSameAs(second.get());
    }
    assertThat(opened).hasValue(1);
  }

  @Test
  void whatIsBeingOpenedWhenTheNodeStopsIsClosedThen() throws Exception {
    List<String> events = new CopyOnWriteArrayList<>();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayOpen = new CountDownLatch(1);
    Backends backends =
        of(
            nativeOffer(
                "process",
                () -> {
                  begun.countDown();
                  await(mayOpen);
                  return driver("process", BinaryKind.ELF, () -> events.add("close"));
                }));
    try (ExecutorService askers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<ComputeDriver> asker = askers.submit(() -> backends.require("process"));
      begun.await();
      backends.close();
      assertThat(events).isEmpty();
      mayOpen.countDown();
      assertThatThrownBy(asker::get).hasMessageContaining("the node has stopped");
    }
    assertThat(events).containsExactly("close");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void kindsAreToldByTheFirstBytes() {
    assertThat(BinaryKind.of(Guests.binary("basic"))).isEqualTo(BinaryKind.ELF);
    assertThat(BinaryKind.of(MemorySegment.ofArray(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0})))
        .isEqualTo(BinaryKind.WASM);
    assertThat(BinaryKind.of(MemorySegment.ofArray(new byte[] {0, 'a', 's'}))).isNull();
    assertThat(BinaryKind.of(MemorySegment.ofArray("#!/bin/sh".getBytes(StandardCharsets.UTF_8))))
        .isNull();
  }
}
