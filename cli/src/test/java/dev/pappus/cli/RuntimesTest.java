package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    assertThat(built.binary().path()).hasContent("binary");
    assertThat(built.library()).containsOnlyKeys("deep/file", "run.js", "pappus.js");
    assertThat(Objects.requireNonNull(built.library().get("deep/file")).read())
        .asString()
        .isEqualTo("text\n");
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
    assertThat(build().binary().path()).hasContent("other");
    assertThat(cached()).hasSize(2);
    assertThat(runtimes.remove(RECIPE)).isEqualTo(2);
    assertThat(cached()).isEmpty();
    assertThat(runtimes.remove(RECIPE)).isZero();
  }

  @Test
  void damagedOnesAreAsGoodAsNone() throws Exception {
    InstalledRuntime built = build();
    Files.writeString(built.binary().path(), "longer than it was");
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
    Path left = Files.createDirectories(cache.resolve(".building-python-1"));
    Files.createDirectories(left.resolve("work"));
    Files.createFile(left.resolve("lock"));
    Path old = Files.createDirectories(cache.resolve(".building-python-4711"));
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
    Files.createDirectories(cache.resolve(".building-python-2"));
    Path living = Files.createDirectories(cache.resolve(".building-python-3"));
    try (FileChannel lock =
        FileChannel.open(
            living.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      assertThat(lock.tryLock()).isNotNull();
      build();
    }
    assertThat(cached())
        .containsExactly(
            ".building-python-2", ".building-python-3", "quickjs-1.2-" + runtimes.key(RECIPE));
  }

  @Test
  void whatIsNotWhatWasBuiltIsNotUsed() throws Exception {
    InstalledRuntime built = build();
    Files.writeString(built.binary().path(), "BINARY\n");
    InstalledRuntime found = Objects.requireNonNull(runtimes.find(RECIPE));
    assertThatThrownBy(found.binary()::read)
        .isInstanceOfSatisfying(
            CliException.class,
            failure -> {
              assertThat(failure.text()).contains("is not what was built");
              assertThat(failure.hint()).contains("pappus runtime add --force quickjs");
            });
    assertThat(Objects.requireNonNull(found.library().get("deep/file")).read())
        .asString()
        .isEqualTo("text\n");
    Path manifest = built.folder().resolve("manifest.json");
    Files.writeString(
        manifest, Files.readString(manifest).replaceAll("\"sha256\":\"", "\"sha256\":\"x"));
    assertThat(runtimes.find(RECIPE)).as("no digests").isNull();
  }

  @Test
  void ofSeveralVersionsTheHighestCounts() throws Exception {
    for (String version : List.of("1.10.2", "1.9.12", "1.10")) {
      script("echo binary >$2/program; sed -i s/1.2/" + version + "/ $2/about");
      build();
    }
    String key = runtimes.key(RECIPE);
    for (String each : cached()) {
      String version = each.split("-", -1)[1];
      Files.move(cache.resolve(each), cache.resolve("quickjs-" + version + "-" + key));
    }
    assertThat(Objects.requireNonNull(runtimes.find(RECIPE)).version()).isEqualTo("1.10.2");
  }

  @ParameterizedTest
  @CsvSource({
    "3.9,3.11",
    "2023.12.09,2025.04.26",
    "1.0,1.0a",
    "1.0,1.0.1",
    "1.0a,1.0b",
    "0.9.27,1"
  })
  void versionsHaveAnOrder(String older, String newer) {
    assertThat(RuntimeVersion.compare(older, newer)).isNegative();
    assertThat(RuntimeVersion.compare(newer, older)).isPositive();
    assertThat(RuntimeVersion.compare(older, older)).isZero();
  }

  @Test
  void whatABuildHasToSayIsShown() throws Exception {
    script("echo binary >$2/program; echo 'note from an older source'");
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal = CommandRun.terminal(folder, Map.of(), new ByteArrayOutputStream(), err);
    new RuntimeBuild(terminal, runtimes).run(RECIPE);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("quickjs: from an older source");
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
