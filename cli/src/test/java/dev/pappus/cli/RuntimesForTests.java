package dev.pappus.cli;

import java.util.List;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Builds the runtimes that {@code PAPPUS_TEST_RUNTIMES} names, unless they are there, before the
 * first test: minutes. Where it names none, tests take what is there.
 */
public final class RuntimesForTests implements LauncherSessionListener {
  @Override
  public void launcherSessionOpened(LauncherSession session) {
    String names = System.getenv().getOrDefault("PAPPUS_TEST_RUNTIMES", "").strip();
    for (String name : names.isEmpty() ? List.<String>of() : List.of(names.split(" +", -1))) {
      // Programs for the tests of sandboxes.
      if (name.equals("foreign")) {
        continue;
      }
      CommandRun added =
          CommandRun.in(CommandRun.ROOT, System.getenv(), new byte[0], "runtime", "add", name);
      // Tests that want it will say that they did not run.
      System.out.println(added.err().strip());
    }
  }
}
