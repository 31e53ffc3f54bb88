package dev.pappus.sandbox.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.sandbox.Guests;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nodes of their own: one that is killed, and one without privileges. */
@Timeout(120)
class NodeDeathTest {
  private static final List<Class<?>> NEEDED =
      List.of(
          dev.pappus.model.Limits.class,
          dev.pappus.linux.Threads.class,
          dev.pappus.sandbox.ComputeDriver.class,
          Guests.class,
          ProcessDriver.class,
          TestNode.class);

  private static final String PROGRAM = "programs/probe-glibc";

  private static Process start(List<String> wrapper, Path classes, Path guests, String what)
      throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Dpappus.guest.build=" + guests);
    command.add("-cp");
    command.add(classes.toString());
    command.add(TestNode.class.getName());
    command.add(what);
    return new ProcessBuilder(command)
        .directory(classes.toFile())
        .redirectErrorStream(true)
        .start();
  }

  /** One folder with the classes that a node needs, which every user may read. */
  private static Path classes() throws IOException {
    Path folder =
        Files.createTempDirectory(
            "pappus-classes",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    for (Class<?> one : NEEDED) {
      copy(Path.of(one.getProtectionDomain().getCodeSource().getLocation().getPath()), folder);
    }
    return folder;
  }

  private static void copy(Path from, Path to) throws IOException {
    if (Files.isRegularFile(from)) {
      try (var jar = java.nio.file.FileSystems.newFileSystem(from)) {
        copy(jar.getPath("/"), to);
      }
      return;
    }
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Path target = to.resolve(from.relativize(file).toString());
            Files.createDirectories(target.getParent());
            if (!Files.exists(target)) {
              Files.copy(file, target);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path visited, @org.jspecify.annotations.Nullable IOException e) throws IOException {
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Test
  void aNodeThatIsKilledLeavesNoProcess() throws IOException, InterruptedException {
    Path classes = classes();
    try {
      Process node = start(List.of(), classes, Guests.file("").toAbsolutePath(), "loop");
      try (BufferedReader said = node.inputReader(StandardCharsets.UTF_8)) {
        int zygote = Integer.parseInt(said.readLine());
        while (Books.group(zygote).size() < 2) {
          assertThat(node.isAlive()).isTrue();
        }
        node.destroyForcibly();
        assertThat(node.waitFor(30, TimeUnit.SECONDS)).isTrue();
        // The kernel ends them with their parent, and whoever adopts them waits for them.
        while (Books.living(zygote) > 0) {
          Thread.onSpinWait();
        }
      } finally {
        node.destroyForcibly();
      }
    } finally {
      delete(classes);
    }
  }

  /** Some parents leave SIGCHLD ignored: then the kernel forgets children unasked. */
  @Test
  void aNodeServesWhoseParentIgnoredEndsOfChildren() throws IOException, InterruptedException {
    Path classes = classes();
    try {
      List<String> wrapper = List.of("env", "--ignore-signal=CHLD");
      Process node = start(wrapper, classes, Guests.file("").toAbsolutePath(), "few");
      try (BufferedReader said = node.inputReader(StandardCharsets.UTF_8)) {
        List<String> lines = said.lines().toList();
        assertThat(node.waitFor()).as("%s", lines).isZero();
        assertThat(lines).last().isEqualTo("good");
      } finally {
        node.destroyForcibly();
      }
    } finally {
      delete(classes);
    }
  }

  @Test
  void noPrivilegesAreNeeded() throws IOException, InterruptedException {
    Path classes = classes();
    try {
      for (String guest : List.of("zygote", "libos.elf", "hostile.elf", "process.elf", PROGRAM)) {
        Files.createDirectories(classes.resolve(guest).getParent());
        Files.copy(Guests.file(guest), classes.resolve(guest));
      }
      boolean root = Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
      List<String> wrapper =
          root
              ? List.of(
                  "setpriv",
                  "--reuid",
                  "65534",
                  "--regid",
                  "65534",
                  "--clear-groups",
                  "--no-new-privs",
                  "--bounding-set",
                  "-all",
                  "--inh-caps",
                  "-all")
              : List.of();
      Process node = start(wrapper, classes, classes, "few");
      try (BufferedReader said = node.inputReader(StandardCharsets.UTF_8)) {
        List<String> lines = said.lines().toList();
        assertThat(node.waitFor()).as("%s", lines).isZero();
        assertThat(lines).last().isEqualTo("good");
      } finally {
        node.destroyForcibly();
      }
    } finally {
      delete(classes);
    }
  }
}
