package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limits;
import dev.pappus.model.ProgramOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Runs of Linux programs on one engine. */
abstract class ProgramFixture extends EngineFixture {
  /** Sets that every probe has besides {@code stdio}. */
  static final List<String> SETS = List.of("what", "data", "other");

  private final Map<Program, PreparedFunction> prepared = new HashMap<>();

  /**
   * A program as a function.
   *
   * @param file of guest/programs
   * @param snapshot whether its runs may begin from a snapshot
   */
  record Program(
      String file,
      Programs.Libc libc,
      boolean snapshot,
      List<String> words,
      List<InputSet> inputs,
      List<String> outputs,
      long contextBytes) {
    /** The probe, which finds out from {@code words} or its inputs what to do. */
    static Program probe(Programs.Libc libc, boolean snapshot, String... words) {
      List<InputSet> inputs = new ArrayList<>(List.of(InputSet.dynamic("stdio")));
      SETS.forEach(name -> inputs.add(InputSet.dynamic(name)));
      return new Program(
          "probe",
          libc,
          snapshot,
          List.of(words),
          inputs,
          List.of("stdio", "data", "result"),
          Guests.CONTEXT_BYTES);
    }

    Program withInputs(List<InputSet> other) {
      return new Program(file, libc, snapshot, words, other, outputs, contextBytes);
    }

    Program withOutputs(List<String> other) {
      return new Program(file, libc, snapshot, words, inputs, other, contextBytes);
    }

    Program withContext(long bytes) {
      return new Program(file, libc, snapshot, words, inputs, outputs, bytes);
    }

    FunctionSpec spec() {
      return Programs.spec(
          file.substring(file.lastIndexOf('/') + 1),
          inputs,
          outputs,
          contextBytes,
          new ProgramOptions(words, snapshot));
    }
  }

  /** Every way to run one of the probes. */
  protected static List<Program> ways(String... words) {
    List<Program> ways = new ArrayList<>();
    for (Programs.Libc libc : Programs.Libc.those()) {
      ways.add(Program.probe(libc, false, words));
      ways.add(Program.probe(libc, true, words));
    }
    return ways;
  }

  protected final InstanceResult run(Program program, DataSet... inputs) {
    return run(program, Limits.DEFAULTS, inputs);
  }

  /** Runs it; {@code inputs} go to the sets of their names. */
  protected final InstanceResult run(Program program, Limits limits, DataSet... inputs) {
    FunctionSpec spec = program.spec();
    List<DataSet> sets = new ArrayList<>();
    for (InputSet input : spec.inputs()) {
      sets.add(
          Arrays.stream(inputs)
              .filter(set -> set.name().equals(input.name()))
              .findFirst()
              .orElse(DataSet.empty(input.name())));
    }
    Deadline deadline = Deadline.in(TimeUnit.MINUTES.toNanos(1));
    return run(function(program), spec, limits, deadline, sets);
  }

  /** Where a program that has run has its snapshot. */
  protected final TemplateSlot slot(Program program) {
    return Objects.requireNonNull(function(program).templateSlot(), "slot of a program");
  }

  private PreparedFunction function(Program program) {
    return prepared.computeIfAbsent(
        program,
        key -> opened().prepare(Programs.binary(program.file(), program.libc()), program.spec()));
  }

  /** Tells a probe without words of its own, by standard input, what to do. */
  protected static DataSet standardInput(String... words) {
    return new DataSet("stdio", List.of(Item.ofText("stdin", String.join("\n", words) + "\n")));
  }

  /** Tells a probe whose word is {@code from}, by a file, what to do. */
  protected static DataSet what(String... words) {
    return new DataSet("what", List.of(Item.ofText("words", String.join("\n", words) + "\n")));
  }

  /** What a run, which must have succeeded, has printed. */
  protected static String printed(InstanceResult result) {
    return succeeded(result).getFirst().items().get(1).text();
  }

  /** Items of a set by {@code KEY/NAME}. */
  protected static Map<String, List<Byte>> contents(DataSet set) {
    Map<String, List<Byte>> items = new TreeMap<>();
    for (Item item : set.items()) {
      List<Byte> bytes = new ArrayList<>();
      for (byte each : item.toBytes()) {
        bytes.add(each);
      }
      assertThat(items.put(item.key() + "/" + item.name(), bytes)).isNull();
    }
    return items;
  }
}
