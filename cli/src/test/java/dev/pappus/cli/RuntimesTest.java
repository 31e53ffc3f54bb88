package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cache of runtimes, with a script that builds in no time. */
class RuntimesTest {
  private static final RuntimeRecipe RECIPE = RuntimeRecipe.QUICKJS;

  @TempDir private Path folder;

  private Path recipes = Path.of("");
  private Path cache = Path.of("");
  private Runtimes runtimes = new Runtimes(recipes, cache);

  @BeforeEach
  void writeRecipe() throws IOException {
    recipes = folder.resolve("recipes");
    cache = folder.resolve("cache");
    runtimes = new Runtimes(recipes, cache);
    for (RuntimeRecipe each : RuntimeRecipe.values()) {
      Files.createDirectories(recipes.resolve(each.text()));
    }
    Files.writeString(recipes.resolve("common.sh"), "");
    script("echo binary >$2/program");
  }

  /** A build script that does this, and says what is necessary. */
  private void script(String commands) throws IOException {
    Files.writeString(
        runtimes.script(RECIPE),
        """
        set -e
        if [ "$1" = check ]; then echo "need gcc make"; echo "cannot do it at all"; exit; fi
        echo "at 50 half-way"
        mkdir -p $2/library/deep
        echo text >$2/library/deep/file
        printf 'version 1.2\\ncompiler cc\\nsource a 1 2\\n' >$2/about
        echo "the log" >&2
        %s
        """
            .formatted(commands));
  }

  private InstalledRuntime build() throws IOException, InterruptedException {
    return new RuntimeBuild(CommandRun.terminal(folder), runtimes).run(RECIPE);
  }

  private List<String> cached() throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      return files.map(each -> String.valueOf(each.getFileName())).sorted().toList();
    }
  }

  @Test
  void whatIsBuiltIsFound() throws Exception {
    assertThat(runtimes.find(RECIPE)).isNull();
    InstalledRuntime built = build();
    assertThat(built).isEqualTo(runtimes.find("quickjs"));
    assertThat(built.version()).isEqualTo("1.2");
    assertThat(built.binary()).hasContent("binary");
    assertThat(built.library()).containsOnlyKeys("deep/file", "run.js", "pappus.js");
    assertThat(built.library().get("deep/file")).hasContent("text");
    assertThat(cached()).containsExactly("quickjs-1.2-" + runtimes.key(RECIPE));
    assertThat(runtimes.installed()).containsExactly(built);
  }

  @Test
  void theManifestSaysWhatItWasMadeOfAndTheSameBuildSaysTheSame() throws Exception {
    Path manifest = build().folder().resolve("manifest.json");
    byte[] first = Files.readAllBytes(manifest);
    JsonObject read = JsonObject.parse(first);
    assertThat(read.text("compiler")).isEqualTo("cc");
    assertThat(read.names("sources")).containsExactly("a 1 2");
    assertThat(read.names("files")).containsExactly("library/deep/file", "program");
    assertThat(read.objects("files").getLast().text("sha256"))
        .isEqualTo(RuntimeManifest.digest(manifest.resolveSibling("program")).hex());
    build();
    assertThat(manifest).hasBinaryContent(first);
  }

  @Test
  void anotherRecipeIsAnotherRuntime() throws Exception {
    build();
    script("echo other >$2/program");
    assertThat(runtimes.find(RECIPE)).isNull();
    assertThat(build().binary()).hasContent("other");
    assertThat(cached()).hasSize(2);
    assertThat(runtimes.remove(RECIPE)).isEqualTo(2);
    assertThat(cached()).isEmpty();
    assertThat(runtimes.remove(RECIPE)).isZero();
  }

  @Test
  void damagedOnesAreAsGoodAsNone() throws Exception {
    InstalledRuntime built = build();
    Files.writeString(built.binary(), "longer than it was");
    assertThat(runtimes.find(RECIPE)).isNull();
    build();
    assertThat(runtimes.find(RECIPE)).isNotNull();
    Files.writeString(built.folder().resolve("manifest.json"), "{");
    assertThat(runtimes.find(RECIPE)).isNull();
    Files.delete(built.folder().resolve("manifest.json"));
    assertThat(runtimes.find(RECIPE)).isNull();
  }

  @Test
  void failuresLeaveNothingButALog() throws Exception {
    script("echo 'error no gcc'; echo 'hint apt-get install gcc'; exit 1");
    assertThatThrownBy(this::build)
        .isInstanceOfSatisfying(
            CliException.class,
            failure -> {
              assertThat(failure.exitCode()).isEqualTo(ExitCode.FAILED);
              assertThat(failure.text()).isEqualTo("quickjs cannot be built: no gcc");
              assertThat(failure.hint()).contains("apt-get install gcc", "quickjs.log");
            });
    assertThat(cached()).containsExactly("quickjs.log");
    assertThat(cache.resolve("quickjs.log")).hasContent("the log");
    assertThat(runtimes.find(RECIPE)).isNull();
  }

  @Test
  void whatTheScriptForgetsIsAFailure() throws Exception {
    script("");
    assertThatThrownBy(this::build).hasMessageContaining("cannot be used");
    script("echo binary >$2/program; echo nonsense >>$2/about");
    assertThatThrownBy(this::build).hasMessageContaining("nonsense");
  }

  @Test
  void whatKilledBuildsLeftIsRemoved() throws Exception {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    Files.createDirectories(cache.resolve(".building-python-" + gone.pid()).resolve("work"));
    long living = ProcessHandle.current().parent().orElseThrow().pid();
    String other = ".building-python-" + living;
    Files.createDirectories(cache.resolve(other));
    build();
    assertThat(cached()).containsExactly(other, "quickjs-1.2-" + runtimes.key(RECIPE));
  }

  @Test
  void whatAHostLacksIsSaid() throws Exception {
    RuntimeBuild.Lack lack = new RuntimeBuild(CommandRun.terminal(folder), runtimes).lack(RECIPE);
    assertThat(lack.packages()).containsExactly("gcc", "make");
    assertThat(lack.obstacles()).containsExactly("do it at all");
    assertThat(lack.none()).isFalse();
  }

  @Test
  void withoutRecipesNothingIsFoundAndItIsSaid() throws IOException {
    Files.delete(recipes.resolve("common.sh"));
    assertThatThrownBy(() -> runtimes.find("tcc"))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("common.sh");
    assertThat(runtimes.find("cobol")).isNull();
  }

  @Test
  void everyRecipeHasAScriptThatKnowsThisHost() throws Exception {
    Terminal terminal = CommandRun.terminal(folder);
    RuntimeBuild build =
        new RuntimeBuild(
            terminal, new Runtimes(CommandRun.ROOT.resolve("runtimes"), folder.resolve("none")));
    for (RuntimeRecipe recipe : RuntimeRecipe.values()) {
      assertThat(build.lack(recipe).obstacles())
          .as(recipe.text())
          .doesNotContain("its script cannot be run");
      for (String helper : recipe.helpers()) {
        assertThat(CommandRun.ROOT.resolve("runtimes/library").resolve(helper)).isRegularFile();
      }
    }
  }
}
