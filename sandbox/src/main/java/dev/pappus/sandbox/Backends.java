package dev.pappus.sandbox;

import dev.pappus.model.MonotonicClock;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.SandboxChoice;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The backends of a node, and which of them runs a function. What the host does not give by itself
 * is found out when somebody asks for it, so a node that runs all in the first of its backends
 * never waits for the others. It owns the drivers. Any thread may use it, and may have to wait
 * while a backend is opened.
 */
public final class Backends implements AutoCloseable {
  /** Stands for the backend of a function that no backend of the node can run. */
  public static final String NONE = "none";

  private final Map<String, LazyDriver> candidates = new LinkedHashMap<>();
  private final ResidentBudget budget;

  /**
   * A backend that a node may have.
   *
   * @param name {@code kvm}, {@code process} or {@code wasm}
   * @param accepts what it runs
   * @param certain whether each host gives it, so that it need not be opened to be named
   * @param opener opens it, on any thread that asks for it; throws a {@link ProblemException} with
   *     why and what to do if the host or the configuration does not allow it
   */
  public record Offer(
      String name, BinaryKind accepts, boolean certain, Supplier<ComputeDriver> opener) {}

  /**
   * The backends of a node.
   *
   * @param offers the one first that gets a function whose owner does not care; a name occurs once
   * @param budget what their sandboxes charge for what they keep
   */
  public Backends(List<Offer> offers, ResidentBudget budget) {
    this.budget = budget;
    offers.forEach(this::add);
  }

  /**
   * Backends that are open.
   *
   * @param drivers the one first that gets a function whose owner does not care; a name occurs once
   * @param missing for names of backends that the node does not have: why, and what to do
   */
  public Backends(List<ComputeDriver> drivers, Map<String, String> missing) {
    this.budget = new ResidentBudget(Long.MAX_VALUE);
    drivers.forEach(driver -> {
      add(new Offer(driver.name(), driver.accepts(), false, () -> driver));
      ComputeDriver _ = require(driver.name());
    });
    missing.forEach((name, why) ->
        add(
            new Offer(
                name,
                BinaryKind.ELF,
                false,
                () -> {
                  throw new ProblemException(
                      Problem.of(ProblemCode.SANDBOX_UNAVAILABLE, "%s", why));
                })));
  }

  private void add(Offer offer) {
    if (candidates.put(offer.name(), new LazyDriver(offer, MonotonicClock.SYSTEM)) != null) {
      throw new IllegalArgumentException("two backends are called " + offer.name());
    }
  }

  /** The names of those that there are, the preferred one first; opens what is not certain. */
  public List<String> names() {
    return candidates.values().stream().filter(LazyDriver::isThere).map(LazyDriver::name).toList();
  }

  /**
   * For names of backends that the node does not have: why, and what to do; opens what is not
   * certain.
   */
  public Map<String, String> missing() {
    Map<String, String> missing = new LinkedHashMap<>();
    for (LazyDriver each : candidates.values()) {
      String why = each.isThere() ? null : each.whyMissing();
      if (why != null) {
        missing.put(each.name(), why);
      }
    }
    return missing;
  }

  /** Memory that their sandboxes keep between runs. */
  public long residentBytes() {
    return budget.chargedBytes();
  }

  /** Why there is no backend for native programs, and what to do; null if there is one. */
  public @Nullable String whyNoNativePrograms() {
    if (preferred(BinaryKind.ELF) != null) {
      return null;
    }
    Map<String, String> missing = missing();
    return missing.isEmpty()
        ? "this node has no sandboxes"
        : missing.entrySet().stream()
            .map(each -> each.getKey() + ": " + each.getValue())
            .collect(Collectors.joining("; "));
  }

  /**
   * The first that the host gives; of any kind if {@code kind} is null. It stays the same, as what
   * the host has refused when it was first asked is taken for nobody who has not named it.
   */
  private @Nullable LazyDriver preferred(@Nullable BinaryKind kind) {
    for (LazyDriver each : candidates.values()) {
      if ((kind == null || each.accepts() == kind) && each.isThere()) {
        return each;
      }
    }
    return null;
  }

  /**
   * The name of the backend for a binary.
   *
   * @param choice what the function's owner wants
   * @param kind of the binary; null, which is neither, goes to the preferred backend to be refused
   * @return a name, which the node need not have if the owner named it; {@link #NONE} if the owner
   *     does not care and the node has no backend for it
   */
  public String nameFor(SandboxChoice choice, @Nullable BinaryKind kind) {
    if (choice != SandboxChoice.AUTO) {
      return choice.text();
    }
    LazyDriver first = preferred(kind);
    return first == null ? NONE : first.name();
  }

  /**
   * The same for a function that is being registered.
   *
   * @throws ProblemException with SANDBOX_UNAVAILABLE if its owner wants a backend that the node
   *     does not have, BAD_BINARY if that backend runs binaries of another kind
   */
  public String chooseFor(SandboxChoice choice, @Nullable BinaryKind kind) {
    String name = nameFor(choice, kind);
    if (choice == SandboxChoice.AUTO) {
      return name;
    }
    ComputeDriver driver = require(name);
    if (kind != null && driver.accepts() != kind) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.BAD_BINARY,
                  "the binary is a %s, and sandbox '%s' runs %ss",
                  kind.text(),
                  name,
                  driver.accepts().text())
              .withHint(
                  kind == BinaryKind.WASM
                      ? "leave the sandbox out, or make a native program of it:"
                          + " pappus build --native"
                      : "leave the sandbox out, or build it with --sandbox wasm"));
    }
    return name;
  }

  /**
   * The backend called {@code name}. One that the host has refused is tried again, but not within
   * ten seconds: processes, memory or files may have run out for a while.
   *
   * @throws ProblemException with SANDBOX_UNAVAILABLE if the node does not have it
   */
  public ComputeDriver require(String name) {
    LazyDriver candidate = candidates.get(name);
    ComputeDriver driver = candidate == null ? null : candidate.get();
    if (driver == null) {
      throw unavailable(name, candidate);
    }
    return driver;
  }

  private ProblemException unavailable(String name, @Nullable LazyDriver candidate) {
    String why =
        candidate != null
            ? candidate.whyMissing()
            : name.equals(NONE) ? whyNoNativePrograms() : null;
    List<String> known =
        candidates.values().stream()
            .filter(each -> each != candidate && each.isKnownToBeThere())
            .map(LazyDriver::name)
            .toList();
    String detail =
        name.equals(NONE)
            ? "this node has no sandbox for the function"
            : "this node has no sandbox '" + name + "'";
    return new ProblemException(
        Problem.of(ProblemCode.SANDBOX_UNAVAILABLE, "%s%s", detail, why == null ? "" : ": " + why)
            .withHint(
                known.isEmpty()
                    ? "'pappus doctor' on the node's host says what is missing"
                    : "it has "
                        + String.join(", ", known)
                        + "; 'pappus doctor' on its host says what the others lack"));
  }

  /**
   * Closes those that are open, without waiting for one that is being opened, which is closed then.
   */
  @Override
  public void close() {
    candidates.values().forEach(LazyDriver::close);
  }
}
