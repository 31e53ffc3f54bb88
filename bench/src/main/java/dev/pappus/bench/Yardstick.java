package dev.pappus.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** A way to run a program apart that is not ours, to measure ourselves by. */
public enum Yardstick {
  /** A static program, started by vfork and exec; apart only as processes are. */
  FORK_EXEC("fork+exec"),
  /** A child of a waiting process, with namespaces of its own, behind a filter, without exec. */
  NAMESPACES("namespaces+seccomp"),
  BUBBLEWRAP("bubblewrap"),
  CRUN("crun"),
  RUNC("runc"),
  GVISOR("gVisor");

  private static final String LAUNCHER = "launcher";
  private static final String PROGRAM = "matmul_process";

  /** Some versions of crun refuse a host that has both versions of cgroups mounted. */
  private static final String WITHOUT_SECOND_CGROUPS =
      "umount /sys/fs/cgroup/unified && exec \"$0\" \"$@\"";

  private final String text;

  Yardstick(String text) {
    this.text = text;
  }

  /** What it is called in reports. */
  public String text() {
    return text;
  }

  /** The start level that is most like it: a waiting process has its code in memory. */
  StartKind start() {
    return this == NAMESPACES ? StartKind.LOADED : StartKind.FILE;
  }

  /**
   * A way to do it.
   *
   * @param note what is special about it, or empty
   * @param command for a {@link Launcher}
   */
  record Way(String note, List<String> command) {}

  /**
   * The ways to do it, the plainest first.
   *
   * @param n size of the matrices
   * @throws Unavailable if what it needs is not there
   */
  List<Way> ways(Path guestBuild, Path scratch, long n) throws IOException, Unavailable {
    Unavailable.requireBuilt(guestBuild.resolve(LAUNCHER));
    Path program = guestBuild.resolve(PROGRAM).toAbsolutePath();
    Unavailable.requireBuilt(program);
    String launcher = guestBuild.resolve(LAUNCHER).toAbsolutePath().toString();
    return switch (this) {
      case FORK_EXEC ->
          List.of(new Way("", List.of(launcher, "exec", program.toString(), Long.toString(n))));
      case NAMESPACES -> List.of(new Way("", List.of(launcher, "zygote", Long.toString(n))));
      case BUBBLEWRAP ->
          List.of(
              new Way(
                  "--unshare-all",
                  List.of(
                      launcher,
                      "exec",
                      find("bwrap"),
                      "--unshare-all",
                      "--die-with-parent",
                      "--ro-bind",
                      program.toString(),
                      "/program",
                      "/program",
                      Long.toString(n))));
      case CRUN -> {
        List<String> plain =
            oci(launcher, List.of(find("crun"), "--cgroup-manager=disabled"), scratch, program, n);
        List<String> apart = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c"));
        apart.add(WITHOUT_SECOND_CGROUPS);
        apart.addAll(plain);
        yield List.of(
            new Way("without cgroups", plain),
            new Way("without cgroups, the second version's hierarchy unmounted", apart));
      }
      case RUNC -> List.of(new Way("", oci(launcher, List.of(find("runc")), scratch, program, n)));
      case GVISOR ->
          List.of(
              new Way(
                  "ptrace, without network and cgroups",
                  oci(launcher, gvisor(), scratch, program, n)));
    };
  }

  /** The platform that needs neither KVM nor a version of this decade. */
  private static List<String> gvisor() throws Unavailable {
    return List.of(find("runsc"), "--platform=ptrace", "--network=none", "--ignore-cgroups");
  }

  /**
   * What it takes to run a program this way.
   *
   * @param launcher runs it; the caller closes it
   * @param note what is special about the way
   */
  public record Started(Launcher launcher, String note) {}

  /**
   * Finds the first way that works, by running the program once.
   *
   * @param scratch a folder for what it needs
   * @param n size of the matrices
   * @throws Unavailable if none does
   */
  public Started start(Path guestBuild, Path scratch, long n) throws IOException, Unavailable {
    Set<String> reasons = new LinkedHashSet<>();
    for (Way way : ways(guestBuild, scratch, n)) {
      Launcher launcher = new Launcher(way.command(), scratch);
      try {
        Launcher.Run _ = launcher.run();
        return new Started(launcher, way.note());
      } catch (Unavailable e) {
        launcher.close();
        reasons.add(e.reason());
      }
    }
    throw new Unavailable(String.join("; ", reasons));
  }

  private static List<String> oci(
      String launcher, List<String> tool, Path scratch, Path program, long n) throws IOException {
    Path bundle = OciBundle.make(scratch, program, n);
    List<String> command = new ArrayList<>(List.of(launcher, "exec"));
    command.addAll(tool);
    command.addAll(List.of("--root", bundle.resolve("state").toString()));
    command.addAll(List.of("run", "--bundle", bundle.toString(), "@"));
    return command;
  }

  private static String find(String tool) throws Unavailable {
    String path = System.getenv().getOrDefault("PATH", "");
    // Where distributions put what root uses.
    return Stream.concat(Stream.of(path.split(File.pathSeparator, -1)), Stream.of("/usr/sbin"))
        .filter(folder -> folder.startsWith("/"))
        .map(folder -> Path.of(folder, tool))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElseThrow(() -> new Unavailable(tool + " is not on the PATH"));
  }
}
