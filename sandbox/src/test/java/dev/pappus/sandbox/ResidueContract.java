package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * No byte, register or pending exit of one run is visible to the next, whatever ran, on whichever
 * sandbox, and however it ended. {@link FunctionContract} says how a backend runs this.
 */
public abstract class ResidueContract extends ContractFixture {
  private static final long SEED = Long.getLong("pappus.seed", 20260101L);
  private static final int ROUNDS = Integer.getInteger("pappus.residue.rounds", 600);

  private static final List<String> FAULTING =
      List.of(
          "null_write",
          "divide_by_zero",
          "undefined",
          "halt",
          "execute_data",
          "stack_wild",
          "floating_point",
          "single_step",
          "port_in",
          "port_in_exit",
          "port_string_in_exit",
          "port_string_out_exit",
          "print_and_crash");

  private static final List<String> LEAVING =
      List.of("tables_good", "exit_by_interrupt", "exit_7", "exhaust_memory", "count_huge");

  private final Random random = new Random(SEED);

  @Test
  void nothingIsVisibleToTheNextRun() {
    for (int round = 0; round < ROUNDS; round++) {
      String what = "seed " + SEED + " round " + round;
      switch (random.nextInt(9)) {
        case 0, 1, 2 -> assertNoResidue(what);
        case 3 -> IsolationContract.assertCleanProcessor(run("entry_state"));
        case 4 -> hostile(any(FAULTING));
        case 5 -> hostile(any(LEAVING));
        case 6 -> killSoonAfterTheStart(what);
        case 7 -> assertEchoes(what);
        default -> computeSomething();
      }
    }
  }

  private String any(List<String> modes) {
    return modes.get(random.nextInt(modes.size()));
  }

  private void assertNoResidue(String what) {
    long contextBytes = random.nextBoolean() ? 1 << 20 : 2 << 20;
    FunctionSpec spec = Guests.spec("residue", List.of("seed"), List.of("found"), contextBytes);
    Item seed = Item.ofText("seed", Integer.toString(random.nextInt(1 << 30)));
    List<DataSet> outputs = succeeded(run("residue", spec, Limits.DEFAULTS, set("seed", seed)));
    assertThat(outputs.getFirst().items()).extracting(Item::text).as(what).containsExactly("0");
  }

  /** A deadline that strikes before, during and after faults and exits; then a look at the CPU. */
  private void killSoonAfterTheStart(String what) {
    int kind = random.nextInt(3);
    String mode = kind == 0 ? "loop_forever" : any(kind == 1 ? FAULTING : LEAVING);
    Limits limits = Limits.DEFAULTS.with(Limit.FUNCTION_RUN, random.nextInt(200_000));
    InstanceResult result = hostile(mode, limits);
    if (kind == 0) {
      Problem problem = failed(result);
      assertThat(problem.code()).as("%s: %s", what, problem).isEqualTo(ProblemCode.GUEST_DEADLINE);
    } else if (result.problem() != null) {
      assertThat(result.problem().code())
          .as("%s: %s", what, result.problem())
          .isNotEqualTo(ProblemCode.SANDBOX_UNAVAILABLE);
    }
    IsolationContract.assertCleanProcessor(run("entry_state"));
  }

  private void assertEchoes(String what) {
    byte[] bytes = new byte[random.nextInt(300_000)];
    random.nextBytes(bytes);
    Item item = Item.of("random", new Key(random.nextInt()), bytes);
    DataSet echoed = succeeded(run("echo", set("data", item))).getFirst();
    assertThat(echoed.items().getFirst().data().mismatch(item.data())).as(what).isEqualTo(-1);
  }

  private void computeSomething() {
    String guest = random.nextBoolean() ? "touch" : "matmul_n";
    int bound = guest.equals("touch") ? 8 << 20 : 100;
    Item number = Item.ofText("n", Integer.toString(random.nextInt(bound)));
    succeeded(run(guest, set("n", number)));
  }
}
