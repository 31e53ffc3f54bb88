package dev.pappus.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A small source tree with the real launcher, and a PATH that holds nothing but what is put there.
 */
final class LauncherTree {
  private static final List<String> SYSTEM_TOOLS =
      List.of(
          "sh",
          "readlink",
          "basename",
          "find",
          "sha256sum",
          "flock",
          "mkdir",
          "rm",
          "mv",
          "cp",
          "cat",
          "date",
          "grep",
          "sed",
          "awk",
          "head",
          "tail",
          "sleep",
          "tee",
          "touch",
          "env",
          "true");

  /** Builds, or writes the reports that a test has laid down. */
  private static final String MAVEN =
      """
      #!/bin/sh
      echo "$*" >maven-arguments
      echo build >>builds
      if [ -p pid ]; then
        echo $$ >pid
        exec sleep 600
      fi
      for argument in "$@"; do
        case $argument in
        -Dpappus.lib=*) mkdir -p "${argument#*=}"; : >"${argument#*=}/pappus.jar" ;;
        esac
      done
      mkdir -p guest/build cli/target sandbox-kvm/target
      : >cli/target/cli-1.jar
      : >guest/build/f.elf
      if [ -d reports ]; then
        for report in reports/*; do
          mkdir -p "${report#*/}/target/surefire-reports"
          cp "$report" "${report#*/}/target/surefire-reports/TEST-x.xml"
        done
        echo "KVM tests: 3 no-idt, 4 idt" >sandbox-kvm/target/kvm-tests.txt
      fi
      if [ -e fail ]; then
        echo "[ERROR] /src/A.java:[1,2] missing ;"
        echo "[ERROR] Re-run Maven using the -X switch to enable full debug logging."
        exit 1
      fi
      """;

  private final Path folder;
  private final Path home;
  private final Map<String, String> environment = new HashMap<>();

  /** What a start gave. */
  record Run(int exitCode, String out, String err) {}

  LauncherTree(Path folder) throws IOException {
    this.folder = folder.toRealPath();
    this.home = this.folder.resolve("home dir");
    copy("pappus");
    for (String script : List.of("jdk.sh", "build.sh", "cache.sh", "start.sh", "test.sh")) {
      copy("cli/src/main/sh/" + script);
    }
    write("pom.xml", "<project/>");
    write(".mvn/jvm.config", "");
    write("model/pom.xml", "<project/>");
    write("model/src/main/java/A.java", "class A {}");
    write("model/src/main/java/B.java", "class B {}");
    write("model/src/test/java/.keep", "");
    write("cli/pom.xml", "<project/>");
    write("guest/runtime.c", "");
    for (String tool : SYSTEM_TOOLS) {
      link(systemTool(tool), "bin/" + tool);
    }
    environment.put("PATH", this.folder.resolve("bin").toString());
    environment.put("PAPPUS_CACHE", "off");
    environment.put("PAPPUS_JVM_FOLDER", this.folder.resolve("jvm").toString());
  }

  Path folder() {
    return folder;
  }

  Path home() {
    return home;
  }

  /**
   * A folder that looks like a JDK; its java prints its version and arguments, makes caches of
   * classes unless {@link #makesNoCaches}, and as {@code bench wait} goes on until its standard
   * input ends.
   */
  void jdk(String name, String version) throws IOException {
    Path jdk = folder.resolve(name);
    Files.createDirectories(jdk.resolve("bin"));
    Files.writeString(
        jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    executable(
        jdk.resolve("bin/java"),
        """
        #!/bin/sh
        case " $* " in *" dev.pappus.cli.Rehearsal "*)
          echo >>"%1$s"
          for argument in "$@"; do
            case $argument in
            -XX:AOTCacheOutput=*) [ -e "%1$s.fail" ] || echo classes >"${argument#*=}" ;;
            esac
          done
          ;;
        esac
        printf 'java of %%s\\n' '%2$s'
        printf '%%s|' "$@"
        case " $* " in *" dev.pappus.cli.Main bench wait "*) echo; cat ;; esac
        """
            .formatted(folder.resolve("rehearsals"), version));
    executable(jdk.resolve("bin/javac"), "#!/bin/sh\n");
  }

  /** Stand-ins for what a build needs. */
  void tools() throws IOException {
    executable(folder.resolve("bin/mvn"), MAVEN);
    for (String tool : List.of("gcc", "make", "ld")) {
      executable(folder.resolve("bin/" + tool), "#!/bin/sh\n");
    }
  }

  void setFile(String variable, String file) {
    set(variable, folder.resolve(file).toString());
  }

  void set(String variable, String value) {
    environment.put(variable, value);
  }

  /** The file whose lock is held while caches are made, and while something is measured. */
  Path cacheLock(String version) throws IOException {
    return builds("aot-" + version + ".lock").getFirst();
  }

  /** Waits until nothing that starts have left in the background uses a build any more. */
  void awaitBackground() throws IOException, InterruptedException {
    for (Path lock : builds("lock")) {
      new ProcessBuilder("flock", lock.toString(), "true").start().waitFor();
    }
  }

  /** A file of each build. */
  private List<Path> builds(String file) throws IOException {
    try (Stream<Path> builds = Files.list(home.resolve("target/run"))) {
      return builds.filter(Files::isDirectory).map(build -> build.resolve(file)).toList();
    }
  }

  /** From now on runs of what is to be cached fail. */
  void makesNoCaches() throws IOException {
    Files.createFile(folder.resolve("rehearsals.fail"));
  }

  /** What says that caches could not be made. */
  Path cacheFailure(String version) throws IOException {
    return builds("aot-" + version + ".failed").getFirst();
  }

  /** How often something to be cached was run. */
  long rehearsals() throws IOException {
    Path log = folder.resolve("rehearsals");
    return Files.exists(log) ? Files.readAllLines(log).size() : 0;
  }

  void link(String target, String name) throws IOException {
    Path link = folder.resolve(name);
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, folder.resolve(target));
  }

  void write(String file, String text) throws IOException {
    Path path = home.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  String file(String name) throws IOException {
    return Files.readString(home.resolve(name));
  }

  /** Removes a file of the tree, or of what lies beside it. */
  void remove(String name) throws IOException {
    Path inTree = home.resolve(name);
    Path path = Files.exists(inTree) ? inTree : folder.resolve(name);
    try (Stream<Path> files = Files.walk(path)) {
      for (Path each : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(each);
      }
    }
  }

  /** From now on Maven tells its process at {@code pid}, once, and never ends. */
  Path hangs() throws IOException, InterruptedException {
    Path pipe = home.resolve("pid");
    new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor();
    return pipe;
  }

  /** How often Maven was started. */
  long builds() throws IOException {
    try (Stream<String> lines = Files.lines(home.resolve("builds"))) {
      return lines.count();
    }
  }

  Process start(String... arguments) throws IOException {
    List<String> line = new ArrayList<>(List.of(home.resolve("pappus").toString()));
    line.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.directory(folder.toFile()).start();
  }

  Run run(String... arguments) throws IOException, InterruptedException {
    return runIn(folder, arguments);
  }

  /** Runs the launcher in a working folder. */
  Run runIn(Path working, String... arguments) throws IOException, InterruptedException {
    Path err = Files.createTempFile(folder, "err", "");
    List<String> line = new ArrayList<>(List.of(home.resolve("pappus").toString()));
    line.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(line).redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.directory(working.toFile()).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), out, Files.readString(err));
  }

  private void copy(String file) throws IOException {
    Path to = home.resolve(file);
    Files.createDirectories(to.getParent());
    Files.copy(CommandRun.ROOT.resolve(file), to);
    Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void executable(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static String systemTool(String name) {
    return Stream.of("/usr/bin/", "/bin/")
        .map(folder -> folder + name)
        .filter(file -> Files.isExecutable(Path.of(file)))
        .findFirst()
        .orElseThrow();
  }
}
