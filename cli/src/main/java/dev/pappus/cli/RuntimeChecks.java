package dev.pappus.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Which language runtimes are there, which can be built here, and what the others want. */
final class RuntimeChecks {
  private static final String SEE = "see docs/runtimes.md";

  private RuntimeChecks() {}

  static List<HostCheck> run(Terminal terminal) {
    List<HostCheck> checks = new ArrayList<>();
    try {
      Runtimes runtimes = Runtimes.of(terminal);
      RuntimeBuild build = new RuntimeBuild(terminal, runtimes);
      for (RuntimeRecipe recipe : RuntimeRecipe.values()) {
        checks.add(check(runtimes, build, recipe));
      }
    } catch (CliException e) {
      checks.add(HostCheck.warning("runtimes", e.text(), e.hint() == null ? SEE : e.hint()));
    } catch (IOException e) {
      checks.add(HostCheck.warning("runtimes", IoText.of(e), SEE));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return checks;
  }

  private static HostCheck check(Runtimes runtimes, RuntimeBuild build, RuntimeRecipe recipe)
      throws IOException, InterruptedException {
    InstalledRuntime installed = runtimes.find(recipe);
    if (installed != null) {
      return HostCheck.ok(name(recipe), installed.version() + " in " + installed.folder());
    }
    String add = "pappus runtime add " + recipe.text();
    RuntimeBuild.Lack lack = build.lack(recipe);
    if (!lack.obstacles().isEmpty()) {
      return HostCheck.warning(
          name(recipe), "cannot be built here: " + lack.obstacles().getFirst(), SEE);
    }
    String packages = String.join(" ", lack.packages());
    return lack.none()
        ? HostCheck.ok(name(recipe), "not there; can be built here: " + add)
        : HostCheck.warning(
            name(recipe),
            "cannot be built without " + packages,
            "apt-get install " + packages + ", then " + add);
  }

  private static String name(RuntimeRecipe recipe) {
    return "runtime " + recipe.text();
  }
}
