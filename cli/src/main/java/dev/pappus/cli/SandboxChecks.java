package dev.pappus.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Which sandboxes this machine offers. Native functions want one of two; the other is a bonus. */
final class SandboxChecks {
  private SandboxChecks() {}

  static List<HostCheck> run(Path guestBuild) {
    return merge(KvmCheck.run(), ProcessCheck.run(guestBuild));
  }

  /** Both lists; if one of them has nothing broken, what is broken in the other is a warning. */
  static List<HostCheck> merge(List<HostCheck> kvm, List<HostCheck> process) {
    List<HostCheck> all = new ArrayList<>(isBroken(process) ? kvm : softened(kvm));
    all.addAll(isBroken(kvm) ? process : softened(process));
    return all;
  }

  private static boolean isBroken(List<HostCheck> checks) {
    return checks.stream().anyMatch(each -> each.state() == HostCheck.State.BROKEN);
  }

  private static List<HostCheck> softened(List<HostCheck> checks) {
    return checks.stream()
        .map(each ->
            each.state() == HostCheck.State.BROKEN
                ? new HostCheck(each.name(), HostCheck.State.WARNING, each.detail(), each.fix())
                : each)
        .toList();
  }
}
