package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.server.NodeJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher in a tree of its own, with stand-ins for the JDK and Maven that record their use.
 */
class LauncherTest {
  private LauncherTree tree;

  LauncherTest(@TempDir Path folder) throws IOException {
    tree = new LauncherTree(folder);
  }

  @BeforeEach
  void aJdkAndTheTools() throws IOException {
    tree.jdk("jvm/jdk-25", "25.0.1");
    tree.tools();
  }

  @Test
  void withoutAJdkSaysWhereItLookedAndWhatToInstall() throws Exception {
    tree.remove("jvm/jdk-25");
    tree.jdk("jvm/java-17", "17.0.9");
    LauncherTree.Run run = tree.run("version");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains("no JDK 25 or newer", "17.0.9", "JAVA_HOME", "apt-get install openjdk-25-jdk")
        .doesNotContain("not found");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void prefersJavaHomeThenThePathThenTheOldestThatIsNewEnough() throws Exception {
    tree.jdk("jvm/jdk-27", "27");
    tree.jdk("jvm/jdk-17", "17.0.1");
    assertThat(tree.run("server").err()).contains("using JDK 25.0.1");
    tree.jdk("path", "26.0.2+5");
    tree.link("path/bin/java", "bin/java");
    assertThat(tree.run("server").out()).contains("java of 26.0.2+5");
    tree.jdk("home", "28-ea");
    tree.setFile("JAVA_HOME", "home");
    assertThat(tree.run("server").out()).contains("java of 28-ea");
    tree.setFile("JAVA_HOME", "jvm/jdk-17");
    assertThat(tree.run("server").out()).contains("java of 26.0.2+5");
  }

  @Test
  void passesArgumentsAsTheyAre() throws Exception {
    LauncherTree.Run run = tree.run("invoke", "a b", "$x'\"", "");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains(
            "dev.pappus.cli.Main|invoke|a b|$x'\"||",
            "--enable-native-access=ALL-UNNAMED",
            "-Xlog:pagesize=off",
            "-Dpappus.home=" + tree.home());
  }

  @Test
  void nodesThatItDoesNotStartHaveTheSameOptions() throws Exception {
    assertThat(tree.run("server").out())
        .contains("java of 25.0.1\n" + String.join("|", NodeJvm.OPTIONS) + "|-Dslf4j.provider=");
  }

  @Test
  void aCacheThatIsMadeIsUsed() throws Exception {
    tree.link("/usr/bin/nice", "bin/nice");
    tree.set("PAPPUS_CACHE", "now");
    assertThat(tree.run("version").out()).contains("-XX:AOTCache=");
    assertThat(tree.run("version").out()).contains("-XX:AOTCache=");
    assertThat(tree.rehearsals()).isEqualTo(1);
    tree.set("PAPPUS_CACHE", "soon");
    assertThat(tree.run("version").err()).contains("PAPPUS_CACHE must be on, off or now");
  }

  @Test
  void aCacheThatCannotBeMadeIsTriedOnceADay() throws Exception {
    tree.link("/usr/bin/nice", "bin/nice");
    tree.makesNoCaches();
    tree.set("PAPPUS_CACHE", "now");
    LauncherTree.Run run = tree.run("version");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("Main|version|").doesNotContain("AOTCache=");
    assertThat(run.err()).contains("no caches made: this JVM cannot");
    assertThat(tree.rehearsals()).isEqualTo(1);
    tree.set("PAPPUS_CACHE", "on");
    tree.run("version");
    tree.awaitBackground();
    assertThat(tree.rehearsals()).isEqualTo(1);
    if (!memoryIsLimited()) {
      Files.setLastModifiedTime(
          tree.cacheFailure("25.0.1"), FileTime.from(Instant.now().minus(Duration.ofDays(2))));
      tree.run("version");
      tree.awaitBackground();
      assertThat(tree.rehearsals()).isEqualTo(2);
    }
  }

  @Test
  void limitsOfMemoryAreSeenInAllGroupsAbove() throws Exception {
    Path root = tree.folder().resolve("groups");
    Files.createDirectories(root.resolve("a/b"));
    Path limit = Files.writeString(root.resolve("a/memory.max"), "max\n");
    assertThat(hasLimit("/a/b")).isFalse();
    assertThat(hasLimit("/elsewhere")).isFalse();
    Files.writeString(limit, "9223372036854771712\n"); // version 1
    assertThat(hasLimit("/a/b")).isFalse();
    Files.writeString(limit, "1073741824\n");
    assertThat(hasLimit("/a/b")).isTrue();
    assertThat(hasLimit("/a")).isTrue();
    assertThat(hasLimit("/")).isFalse();
    Files.writeString(root.resolve("memory.max"), "1073741824\n");
    assertThat(hasLimit("/")).isTrue();
  }

  private boolean hasLimit(String group) throws Exception {
    return exitCode("has_limit '" + tree.folder() + "/groups' " + group + " memory.max") == 0;
  }

  private static int exitCode(String call) throws Exception {
    Path script = Path.of(System.getProperty("pappus.root"), "cli/src/main/sh/cache.sh");
    return new ProcessBuilder("sh", "-c", ". '" + script + "'; " + call).start().waitFor();
  }

  @Test
  void startsAtTheSameTimeShareOneCache() throws Exception {
    tree.link("/usr/bin/nice", "bin/nice");
    tree.set("PAPPUS_CACHE", "now");
    List<Process> starts = List.of(tree.start("ls"), tree.start("ps"), tree.start("version"));
    for (Process each : starts) {
      assertThat(each.waitFor()).isZero();
    }
    assertThat(tree.rehearsals()).isEqualTo(1);
  }

  @Test
  void aNodeHasTheCachesMadeBesideIt() throws Exception {
    tree.link("/usr/bin/nice", "bin/nice");
    tree.remove("bin/sleep"); // the pause that a node gets first
    tree.link("/usr/bin/true", "bin/sleep");
    tree.set("PAPPUS_CACHE", "on");
    for (int i = 0; i < 2; i++) {
      LauncherTree.Run run = tree.run("server", "--port", "0");
      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(run.out()).contains("Main|server|--port|0|");
      assertThat(run.out().contains("-XX:AOTCache=")).isEqualTo(i > 0 && !memoryIsLimited());
      tree.awaitBackground();
      assertThat(tree.rehearsals()).isEqualTo(memoryIsLimited() ? 0 : 1);
    }
  }

  /** Then nothing runs in the background: reaching the limit would end the node, too. */
  private static boolean memoryIsLimited() throws Exception {
    return exitCode("memory_is_limited") == 0;
  }

  @Test
  void nobodyMakesCachesBesideWhatMeasures() throws Exception {
    tree.link("/usr/bin/nice", "bin/nice");
    Process bench = tree.start("bench", "wait");
    try (BufferedReader out = bench.inputReader()) {
      assertThat(out.readLine()).contains("java of 25.0.1");
      tree.set("PAPPUS_CACHE", "now");
      LauncherTree.Run run = tree.run("version");
      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(tree.rehearsals()).isZero();
      bench.getOutputStream().close();
      assertThat(bench.waitFor()).isZero();
    }
    assertThat(tree.run("version").exitCode()).isZero();
    assertThat(tree.rehearsals()).isEqualTo(1);
  }

  @Test
  void whatMeasuresWaitsForWhoMakesCaches() throws Exception {
    assertThat(tree.run("bench").exitCode()).isZero();
    String lock = tree.cacheLock("25.0.1").toString();
    Process making = new ProcessBuilder("flock", lock, "sh", "-c", "echo held; cat").start();
    try (BufferedReader held = making.inputReader()) {
      assertThat(held.readLine()).isEqualTo("held");
      Process bench = tree.start("bench");
      try (BufferedReader said = bench.errorReader()) {
        // Until that line comes, or the lines end.
        assertThat(said.lines().anyMatch(line -> line.contains("until the JVM's caches are made")))
            .isTrue();
        making.getOutputStream().close();
        assertThat(making.waitFor()).isZero();
        assertThat(bench.waitFor()).isZero();
      }
    }
  }

  @Test
  void buildsOnlyWhatHasChanged() throws Exception {
    tree.run("version");
    tree.run("version");
    assertThat(tree.builds()).isEqualTo(1);

    tree.write("model/src/test/java/T.java", "class T {}");
    tree.run("version");
    assertThat(tree.builds()).as("tests are no part of the product").isEqualTo(1);

    tree.write("model/src/main/java/A.java", "class A { int x; }");
    tree.run("version");
    assertThat(tree.builds()).as("a change").isEqualTo(2);

    tree.remove("model/src/main/java/B.java");
    tree.run("version");
    assertThat(tree.builds()).as("a file less").isEqualTo(3);

    Path file = tree.home().resolve("guest/runtime.c");
    Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
    tree.run("version");
    assertThat(tree.builds()).as("another file that is older").isEqualTo(4);
  }

  @Test
  void aFailedBuildIsExplainedAndTriedAgain() throws Exception {
    tree.write("fail", "");
    LauncherTree.Run run = tree.run("version");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("A.java:[1,2] missing ;", "the build failed", "build.log");
    assertThat(run.out()).isEmpty();
    tree.remove("fail");
    assertThat(tree.run("version").exitCode()).isZero();
    assertThat(tree.builds()).isEqualTo(2);
  }

  /**
   * By SIGTERM; a shell cannot take notice of the others where whoever runs the tests ignores them.
   */
  @Test
  void whoEndsABuildEndsMavenToo() throws Exception {
    Path pid = tree.hangs();
    Process start = tree.start("version");
    long maven = Long.parseLong(Files.readString(pid).strip());
    try {
      start.destroy();
      assertThat(start.waitFor()).isEqualTo(130);
      assertThat(ProcessHandle.of(maven)).isEmpty();
      try (Stream<Path> left = Files.list(tree.home().resolve("target/run"))) {
        assertThat(left.filter(Files::isDirectory)).isEmpty();
      }
    } finally {
      ProcessHandle.of(maven).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void startsAtTheSameTimeShareOneBuild() throws Exception {
    List<Process> starts = List.of(tree.start("version"), tree.start("version"), tree.start("ls"));
    for (Process each : starts) {
      assertThat(each.waitFor()).isZero();
    }
    assertThat(tree.builds()).isEqualTo(1);
  }

  @Test
  void saysWhichToolsAreMissing() throws Exception {
    tree.remove("bin/mvn");
    tree.remove("bin/gcc");
    LauncherTree.Run run = tree.run("version");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("apt-get install maven gcc libc6-dev");
  }

  @Test
  void testAddsUpAndEndsWithTheTotals() throws Exception {
    tree.write("reports/model", report(5, 0, 0));
    tree.write("reports/sandbox-kvm", report(7, 0, 0));
    LauncherTree.Run good = tree.run("test");
    assertThat(good.err()).contains("using JDK");
    assertThat(good.out()).endsWith("\n12 passed, 0 failed\n").contains("KVM tests");
    assertThat(good.exitCode()).isZero();
    assertThat(tree.file("maven-arguments")).contains("-Dpappus.test.excluded=fuzz,stress");

    tree.write("reports/model", report(5, 2, 0));
    LauncherTree.Run bad = tree.run("test");
    assertThat(bad.out()).endsWith("\n10 passed, 2 failed\n");
    assertThat(bad.exitCode()).isEqualTo(1);
  }

  @Test
  void aBuildThatFailsWithoutAFailedTestIsAFailure() throws Exception {
    tree.write("reports/model", report(5, 0, 0));
    tree.write("fail", "");
    LauncherTree.Run run = tree.run("test");
    assertThat(run.out()).endsWith("\n5 passed, 1 failed\n");
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void testWithinAProjectIsTheProjectsOwn() throws Exception {
    tree.write("reports/model", report(5, 0, 0));
    Path project = tree.folder().resolve("my project");
    Path inner = Files.createDirectories(project.resolve("functions/f"));
    Path file = project.resolve("pappus.toml");
    Files.writeString(file, "version = 1\nserver = \"http://127.0.0.1:9080\"\n");
    assertThat(tree.runIn(inner, "test").out())
        .as("settings only")
        .endsWith("5 passed, 0 failed\n");

    Files.writeString(file, "version = 1\n[project]\nname = \"x\"\n");
    assertThat(tree.runIn(inner, "test", "hello").out())
        .contains("dev.pappus.cli.Main|test|hello|");
    assertThat(tree.runIn(project, "test").out()).contains("dev.pappus.cli.Main|test|");
    assertThat(tree.run("test", "--project", project.toString()).out())
        .contains("dev.pappus.cli.Main|test|--project|");
    assertThat(tree.run("test", "--help").out()).contains("dev.pappus.cli.Main|test|--help|");

    Path within = Files.createDirectories(tree.home().resolve("examples/app"));
    assertThat(tree.runIn(within, "test").out()).endsWith("5 passed, 0 failed\n");
    Files.writeString(within.resolve("pappus.toml"), "project.name = \"x\"\n");
    assertThat(tree.runIn(within, "test").out()).contains("dev.pappus.cli.Main|test|");
    assertThat(tree.runIn(tree.home(), "test").out()).endsWith("5 passed, 0 failed\n");
  }

  @Test
  void testKnowsItsOptions() throws Exception {
    LauncherTree.Run run = tree.run("test", "--everything");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--everything", "--all");
  }

  private static String report(int tests, int failures, int skipped) {
    return "<testsuite name=\"x\" time=\"0.1\" tests=\"%d\" errors=\"0\" skipped=\"%d\" failures=\"%d\">\n"
        .formatted(tests, skipped, failures);
  }
}
