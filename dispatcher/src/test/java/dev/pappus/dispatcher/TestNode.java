package dev.pappus.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.communication.CommunicationFunction;
import dev.pappus.dispatcher.store.DataFolder;
import dev.pappus.language.AnySharding;
import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.sandbox.Backends;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A dispatcher over {@link JavaDriver}, and short words for what tests do with it. */
final class TestNode implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;

  final JavaDriver driver;
  final Dispatcher dispatcher;

  private TestNode(JavaDriver driver, Dispatcher dispatcher) {
    this.driver = driver;
    this.dispatcher = dispatcher;
  }

  /** What a node is made of; change what matters, then start. */
  static final class Setup {
    private final Path folder;
    private JavaDriver driver = new JavaDriver();
    private int engines = 2;

    /** Whatever may stay in sandboxes does, however little it is. */
    private Limits limits = Limits.DEFAULTS.with(Limit.SEAL_FROM, 1);

    private ResultBudget results = ResultBudget.ofHeap();
    private AnySharding anySharding = new AnySharding.Max();
    private final List<CommunicationFunction> communication = new ArrayList<>();

    Setup(Path folder) {
      this.folder = folder;
    }

    Setup driver(JavaDriver newDriver) {
      driver = newDriver;
      return this;
    }

    Setup engines(int count) {
      engines = count;
      return this;
    }

    Setup limit(Limit limit, long value) {
      limits = limits.with(limit, value);
      return this;
    }

    Setup resultBytes(long capacity) {
      results = new ResultBudget(capacity);
      return this;
    }

    Setup anySharding(AnySharding mode) {
      anySharding = mode;
      return this;
    }

    Setup communication(CommunicationFunction function) {
      communication.add(function);
      return this;
    }

    TestNode start() {
      DataFolder data = DataFolder.open(folder);
      try {
        return start(data);
      } catch (RuntimeException e) {
        data.close();
        throw e;
      }
    }

    private TestNode start(DataFolder data) {
      return new TestNode(
          driver,
          new Dispatcher(
              new Dispatcher.Settings(
                  "n1",
                  data,
                  new Backends(List.of(driver), Map.of()),
                  engines,
                  communication,
                  limits,
                  anySharding,
                  List.of(),
                  () -> {}),
              results));
    }
  }

  static Setup in(Path folder) {
    return new Setup(folder);
  }

  static FunctionSpec spec(String name, List<String> inputs, List<String> outputs) {
    return new FunctionSpec(
        name, inputs.stream().map(InputSet::dynamic).toList(), outputs, 1 << 20, List.of());
  }

  /** Defines and registers a function. */
  TestNode function(String name, List<String> inputs, List<String> outputs, JavaDriver.Body body) {
    driver.define(name, body);
    register(name, inputs, outputs, "1", Registry.OnConflict.REFUSE);
    return this;
  }

  Registry.Change register(
      String name,
      List<String> inputs,
      List<String> outputs,
      String variant,
      Registry.OnConflict onConflict) {
    return dispatcher
        .registry()
        .registerFunction(
            spec(name, inputs, outputs), JavaDriver.binary(name, variant), onConflict);
  }

  TestNode compositions(String text) {
    dispatcher.registry().registerCompositions(text, Registry.OnConflict.REFUSE);
    return this;
  }

  Invocation start(String name, DataSet... inputs) {
    return dispatcher.invoke(
        new InvocationRequest(
            new InvocationTarget.Named(name), List.of(inputs), InvocationRequest.CodeSource.ANY));
  }

  InvocationResult run(String name, DataSet... inputs) {
    return await(start(name, inputs));
  }

  static InvocationResult await(Invocation invocation) {
    try {
      return invocation.result().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("no result of " + invocation.id(), e);
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits for something that other threads bring about. */
  static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as("waited in vain").isNegative();
      java.util.concurrent.locks.LockSupport.parkNanos(200_000);
    }
  }

  static List<OutputSet> outputs(InvocationResult result) {
    assertThat(result.outcome()).isInstanceOf(InvocationResult.Succeeded.class);
    return ((InvocationResult.Succeeded) result.outcome()).outputs();
  }

  static Problem problem(InvocationResult result) {
    assertThat(result.outcome()).isInstanceOf(InvocationResult.Failed.class);
    return ((InvocationResult.Failed) result.outcome()).problem();
  }

  /** A set of items {@code key=text}, or just {@code text} for key 0. */
  static DataSet set(String... items) {
    List<Item> all = new ArrayList<>();
    for (String item : items) {
      int split = item.indexOf('=');
      long key = split < 0 ? 0 : Long.parseLong(item.substring(0, split));
      all.add(item("i" + all.size(), key, item.substring(split + 1)));
    }
    return new DataSet("", all);
  }

  static Item item(String name, long key, String text) {
    return Item.of(name, Key.of(key), text.getBytes(StandardCharsets.UTF_8));
  }

  /** A set's items as {@link #set} takes them. */
  static List<String> texts(@Nullable List<Item> items) {
    return items == null
        ? List.of()
        : items.stream()
            .map(i -> i.key().equals(Key.ZERO) ? i.text() : i.key() + "=" + i.text())
            .toList();
  }

  @Override
  public void close() {
    dispatcher.close();
    assertThat(driver.ruleBreaks.get()).as("broken rules of the SPI").isZero();
    assertThat(driver.contextsNow.get()).as("contexts not released").isZero();
    assertThat(driver.lentNow.get()).as("contexts still sealed").isZero();
    assertThat(driver.openNow.get()).as("engines not closed").isZero();
    assertThat(driver.closed).as("driver closed").isTrue();
    assertThat(dispatcher.stats().computeWaiting()).as("tasks in queues").isZero();
    assertThat(dispatcher.stats().resultBytes()).as("results held").isZero();
    assertThat(dispatcher.stats().running()).as("invocations under way").isZero();
  }
}
