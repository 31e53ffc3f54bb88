package dev.pappus.sandbox;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.SandboxChoice;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The backends of a node, and which of them runs a function. It owns the drivers. Immutable; any
 * thread may use it.
 */
public final class Backends implements AutoCloseable {
  /** Stands for the backend of a function that no backend of the node can run. */
  public static final String NONE = "none";

  private final Map<String, ComputeDriver> drivers = new LinkedHashMap<>();
  private final Map<String, String> missing;
  private final ResidentBudget budget;

  /**
   * The backends of a node.
   *
   * @param drivers the one first that gets a function whose owner does not care; a name occurs once
   * @param missing for names of backends that the node does not have: why, and what to do
   */
  public Backends(List<ComputeDriver> drivers, Map<String, String> missing) {
    this(drivers, missing, new ResidentBudget(Long.MAX_VALUE));
  }

  /**
   * The same.
   *
   * @param budget what their sandboxes charge for what they keep
   */
  public Backends(List<ComputeDriver> drivers, Map<String, String> missing, ResidentBudget budget) {
    this.budget = budget;
    for (ComputeDriver driver : drivers) {
      if (this.drivers.put(driver.name(), driver) != null) {
        throw new IllegalArgumentException("two backends are called " + driver.name());
      }
    }
    this.missing = Collections.unmodifiableMap(new LinkedHashMap<>(missing));
  }

  /** Their names, the preferred one first. */
  public List<String> names() {
    return List.copyOf(drivers.keySet());
  }

  /** For names of backends that the node does not have: why, and what to do. */
  public Map<String, String> missing() {
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
    return missing.isEmpty()
        ? "this node has no sandboxes"
        : missing.entrySet().stream()
            .map(each -> each.getKey() + ": " + each.getValue())
            .collect(Collectors.joining("; "));
  }

  private @Nullable ComputeDriver preferred(BinaryKind kind) {
    for (ComputeDriver driver : drivers.values()) {
      if (driver.accepts() == kind) {
        return driver;
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
    ComputeDriver driver =
        kind != null
            ? preferred(kind)
            : drivers.isEmpty() ? null : drivers.values().iterator().next();
    return driver == null ? NONE : driver.name();
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
   * The backend called {@code name}.
   *
   * @throws ProblemException with SANDBOX_UNAVAILABLE if the node does not have it
   */
  public ComputeDriver require(String name) {
    ComputeDriver driver = drivers.get(name);
    if (driver == null) {
      throw unavailable(name);
    }
    return driver;
  }

  private ProblemException unavailable(String name) {
    String why = name.equals(NONE) ? whyNoNativePrograms() : missing.get(name);
    String detail =
        name.equals(NONE)
            ? "this node has no sandbox for the function"
            : "this node has no sandbox '" + name + "'";
    return new ProblemException(
        Problem.of(ProblemCode.SANDBOX_UNAVAILABLE, "%s%s", detail, why == null ? "" : ": " + why)
            .withHint(
                drivers.isEmpty()
                    ? "'pappus doctor' on the node's host says what is missing"
                    : "it has "
                        + String.join(", ", drivers.keySet())
                        + "; 'pappus doctor' on its host says what the others lack"));
  }

  @Override
  public void close() {
    drivers.values().forEach(ComputeDriver::close);
  }
}
