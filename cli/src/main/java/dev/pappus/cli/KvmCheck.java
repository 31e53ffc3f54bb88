package dev.pappus.cli;

import dev.pappus.linux.KvmAvailability;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.kvm.KvmDriver;
import dev.pappus.sandbox.kvm.KvmSettings;
import dev.pappus.sandbox.kvm.SelfTestReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Whether this machine can run sandboxes: device, permission, then the start-up self-test. */
final class KvmCheck {
  private KvmCheck() {}

  /** Looks, and runs the self-test if it can. */
  static List<HostCheck> run() {
    KvmAvailability availability = KvmAvailability.probe();
    return switch (availability) {
      case KvmAvailability.Present() -> selfTest();
      case KvmAvailability.Absent() ->
          List.of(
              HostCheck.broken(
                  "kvm",
                  KvmAvailability.DEVICE + " is absent",
                  "load kvm_intel or kvm_amd, enable virtualisation in the firmware, or nested"
                      + " virtualisation where this is a virtual machine"));
      case KvmAvailability.NotPermitted(String group, boolean groupMayOpen) ->
          List.of(
              HostCheck.broken(
                  "kvm",
                  "you may not open "
                      + KvmAvailability.DEVICE
                      + ", which belongs to group "
                      + group,
                  groupMayOpen
                      ? "sudo usermod -aG " + group + " $USER, then log in again"
                      : "its group may not either: sudo chmod g+rw " + KvmAvailability.DEVICE));
      case KvmAvailability.Broken(String reason) ->
          List.of(
              HostCheck.broken(
                  "kvm", KvmAvailability.DEVICE + " does not work: " + reason, "see dmesg"));
    };
  }

  private static List<HostCheck> selfTest() {
    KvmSettings settings = KvmSettings.DEFAULTS.withWarmBlanks(0);
    try (KvmDriver driver = new KvmDriver(settings)) {
      return describe(driver.selfTest());
    } catch (ProblemException e) {
      Problem problem = e.problem();
      String hint = problem.hint();
      return List.of(
          HostCheck.ok("kvm", KvmAvailability.DEVICE + " can be opened"),
          HostCheck.broken(
              "kvm self-test",
              problem.detail(),
              hint == null ? "please report it with the output of 'pappus doctor -o json'" : hint));
    }
  }

  private static List<HostCheck> describe(SelfTestReport report) {
    List<HostCheck> checks = new ArrayList<>();
    checks.add(
        HostCheck.ok(
            "kvm",
            String.format(
                Locale.ROOT,
                "%s, in and out of a guest in %.1f µs",
                report.kind(),
                report.roundTripNanos() / 1000.0)));
    checks.add(
        HostCheck.ok(
            "kvm self-test",
            "entry "
                + report.variant().text()
                + ", wipe by "
                + report.wipeMethod().text()
                + ", guests have "
                + report.vectorState()));
    checks.add(
        report.runsPrograms()
            ? HostCheck.ok("kvm programs", "system calls of programs " + report.syscalls())
            : HostCheck.warning(
                "kvm programs",
                "system calls of programs " + report.syscalls(),
                "deploy programs for Linux with --sandbox process"));
    for (String finding : report.findings()) {
      checks.add(
          HostCheck.warning("kvm self-test", finding, "works all the same, by the slower way"));
    }
    return checks;
  }
}
