package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.InputSet;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * System calls have the same results in a sandbox as on this machine's kernel: those of
 * guest/conformance, call by call, and random sequences of them. {@link FunctionContract} says how
 * a backend runs this.
 */
public abstract class ProgramDifferenceContract extends ProgramFixture {
  private static final long SEED = Long.getLong("pappus.seed", 20261128L);

  @TempDir Path folder;

  private static Program program(String file, Programs.Libc libc, boolean snapshot) {
    return new Program(
        file,
        libc,
        snapshot,
        List.of("/tmp"),
        List.of(InputSet.dynamic("stdio")),
        List.of("stdio"),
        Guests.CONTEXT_BYTES);
  }

  @Test
  void conformanceProgramsPrintTheSame() {
    for (Programs.Libc libc : Programs.Libc.those()) {
      for (String name : Programs.conformance()) {
        String here = HostRun.printed(Programs.file(name, libc), "", folder);
        for (boolean snapshot : new boolean[] {false, true}) {
          String there = printed(run(program(name, libc, snapshot)));
          assertThat(there.lines())
              .as("%s with %s, snapshot %s", name, libc, snapshot)
              .containsExactlyElementsOf(here.lines().toList());
        }
      }
    }
  }

  @Test
  void aFewRandomScriptsPrintTheSame() {
    compare(30, 60);
  }

  @Test
  @Tag("stress")
  void manyRandomScriptsPrintTheSame() {
    compare(3000, 120);
  }

  private void compare(int scripts, int calls) {
    for (Programs.Libc libc : Programs.Libc.those()) {
      for (int i = 0; i < scripts; i++) {
        String script = CallScript.of(new Random(SEED + i), calls);
        String here = HostRun.printed(Programs.file("script", libc), script + "\n", folder);
        InstanceResult there = run(program("script", libc, true), standardInput(script));
        assertSame(printed(there), here, script, SEED + i);
      }
    }
  }

  /** Names the first call whose result differs, with all calls before it. */
  private static void assertSame(String sandbox, String host, String script, long seed) {
    List<String> there = sandbox.lines().toList();
    List<String> here = host.lines().toList();
    List<String> calls = script.lines().toList();
    for (int i = 0; i < calls.size(); i++) {
      String got = i < there.size() ? there.get(i) : "nothing";
      String wanted = i < here.size() ? here.get(i) : "nothing";
      assertThat(got)
          .as("seed %d, call %d of%n%s", seed, i, String.join("\n", calls.subList(0, i + 1)))
          .isEqualTo(wanted);
    }
  }
}
