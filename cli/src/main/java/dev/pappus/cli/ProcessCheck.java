package dev.pappus.cli;

import dev.pappus.sandbox.process.ProcessDriver;
import dev.pappus.sandbox.process.ProcessSettings;
import dev.pappus.sandbox.process.SelfTestReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Whether this machine can run native functions in processes: the self-test of its backend. */
final class ProcessCheck {
  private static final String NAME = "process sandbox";

  private ProcessCheck() {}

  /** Runs the self-test with the zygote among the programs in {@code guestBuild}. */
  static List<HostCheck> run(Path guestBuild) {
    SelfTestReport report = ProcessDriver.selfTest(ProcessSettings.of(guestBuild));
    List<HostCheck> checks = new ArrayList<>();
    if (report.usable()) {
      checks.add(
          HostCheck.ok(
              NAME,
              String.format(
                  Locale.ROOT,
                  "a run in %.0f µs, in %s",
                  report.roundTripNanos() / 1e3,
                  report.childrenStay()
                      ? "processes that serve many"
                      : "a process of its own, as Linux is older than 5.19 or has no"
                          + " notifications of seccomp")));
    }
    for (String finding : report.findings()) {
      checks.add(
          report.usable()
              ? HostCheck.warning(NAME, finding, "works all the same")
              : HostCheck.broken(NAME, finding, "see docs/sandboxes.md for what it needs"));
    }
    return checks;
  }
}
