package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** One kind of sandbox is enough. */
class SandboxChecksTest {
  private static final List<HostCheck> GOOD = List.of(HostCheck.ok("good", "works"));
  private static final List<HostCheck> BAD =
      List.of(HostCheck.ok("bad", "is there"), HostCheck.broken("bad", "does not work", "mend it"));

  @Test
  void whatIsBrokenIsAWarningIfTheOtherWorks() {
    assertThat(SandboxChecks.merge(BAD, GOOD))
        .extracting(HostCheck::state)
        .containsExactly(HostCheck.State.OK, HostCheck.State.WARNING, HostCheck.State.OK);
    assertThat(SandboxChecks.merge(GOOD, BAD))
        .extracting(HostCheck::state)
        .containsExactly(HostCheck.State.OK, HostCheck.State.OK, HostCheck.State.WARNING);
    assertThat(SandboxChecks.merge(GOOD, BAD).getLast().fix()).isEqualTo("mend it");
  }

  @Test
  void ifBothAreBrokenTheyStayThat() {
    assertThat(SandboxChecks.merge(BAD, BAD))
        .extracting(HostCheck::state)
        .filteredOn(HostCheck.State.BROKEN::equals)
        .hasSize(2);
  }

  @Test
  void theseProgramsMakeProcesses() {
    assertThat(ProcessCheck.run(CommandRun.GUEST_BUILD))
        .extracting(HostCheck::state)
        .doesNotContain(HostCheck.State.BROKEN);
  }
}
