package dev.pappus.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Map.entry;

import dev.pappus.model.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * Programs that others have written: those of sandbox/src/test/foreign/build.sh. They lie in the
 * cache of runtimes; where {@code PAPPUS_TEST_RUNTIMES} names {@code foreign} they are built if
 * they are not there, a minute.
 */
public final class ForeignPrograms {
  private static final String NAME = "foreign";
  private static final int KEY_DIGITS = 12;
  private static final Path ROOT = Path.of(System.getProperty("pappus.root"));
  private static final Path RECIPE = ROOT.resolve("sandbox/src/test/foreign/build.sh");
  private static final Path COMMON = ROOT.resolve("runtimes/common.sh");

  /** Tests of C libraries that want what there is not, or print what need not be the same. */
  private static final Map<String, String> DIFFERENT =
      Map.ofEntries(
          entry("dirent_list", "prints inode numbers"),
          entry("grp_testgrp", "prints who the user is"),
          entry("iconvdata_bug_iconv1", "wants tables of the machine's glibc"),
          entry("iconvdata_bug_iconv2", "wants tables of the machine's glibc"),
          entry("iconvdata_bug_iconv4", "wants tables of the machine's glibc"),
          entry("io_bug_ftw1", "walks the machine's folders"),
          entry("io_bug_ftw2", "walks the machine's folders"),
          entry("io_bug_ftw3", "runs for ordinary users alone"),
          entry("io_bug_ftw4", "walks the machine's folders"),
          entry("io_ftwtest", "walks the machine's folders"),
          entry("io_pwd", "prints the working directory"),
          entry("libio_tst_fgetws", "prints an address"),
          entry("libio_tst_wscanf", "prints memory that nobody has written"),
          entry("localedata_tst_fmon", "takes its environment for arguments"),
          entry("localedata_tst_numeric", "takes its environment for arguments"),
          entry("localedata_tst_rpmatch", "takes its environment for arguments"),
          entry("posix_annexc", "starts a compiler"),
          entry("posix_bug_regex6", "wants a locale of the machine"),
          entry("posix_test_vfork", "starts a process"),
          entry("posix_tst_fork", "starts a process"),
          entry("stdio_common_temptest", "prints random names"),
          entry("stdio_common_xbug", "starts a process"),
          entry("stdlib_isomac", "starts a compiler"),
          entry("stdlib_tst_qsort2", "takes many seconds"),
          entry(
              "time_clocktest",
              "waits for a clock that only ticks when looked at, a million times"),
          entry("time_test_time", "prints the time of day"),
          entry("time_tst_wcsftime", "prints the time of day"));

  /** What fails once is not tried again by each test. */
  private static boolean looked;

  private static @Nullable ForeignPrograms found;

  private final Path folder;

  private ForeignPrograms(Path folder) {
    this.folder = folder;
  }

  /**
   * A test of a C library.
   *
   * @param name of its file
   * @param source where it stands in its package
   * @param libcs what it could be compiled with
   */
  public record LibcTest(String name, String source, List<Programs.Libc> libcs) {
    public LibcTest {
      libcs = List.copyOf(libcs);
    }

    /** Why it cannot do the same in a sandbox; null if it does. */
    public @Nullable String whyNot() {
      return DIFFERENT.get(name);
    }
  }

  /** Those of this machine; ends the test, saying so, where there are none. */
  public static synchronized ForeignPrograms require() {
    try {
      if (!looked) {
        looked = true;
        found = find();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (found == null) {
      String why =
          "tests of foreign programs: NOT RUN, they are not built: PAPPUS_TEST_RUNTIMES=" + NAME;
      System.out.println(why);
      Assumptions.abort(why);
    }
    return found;
  }

  private static @Nullable ForeignPrograms find() throws IOException, InterruptedException {
    Path cache = cache();
    String recipe = Files.readString(RECIPE) + Files.readString(COMMON);
    Digest digest = Digest.of(MemorySegment.ofArray(recipe.getBytes(UTF_8)));
    Path folder = cache.resolve(NAME + "-" + digest.hex().substring(0, KEY_DIGITS));
    String wanted = System.getenv().getOrDefault("PAPPUS_TEST_RUNTIMES", "");
    if (!Files.isDirectory(folder) && Arrays.asList(wanted.split(" ", -1)).contains(NAME)) {
      build(cache, folder);
    }
    return Files.isDirectory(folder) ? new ForeignPrograms(folder) : null;
  }

  /** As {@code pappus runtime} has it. */
  private static Path cache() {
    String own = System.getenv().getOrDefault("PAPPUS_RUNTIMES", "");
    String xdg = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
    if (!own.isEmpty()) {
      return Path.of(own).toAbsolutePath();
    }
    return (xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg))
        .resolve("pappus/runtimes");
  }

  /** Where it fails, whoever wants the programs says that they are not there. */
  private static void build(Path cache, Path folder) throws IOException, InterruptedException {
    Path staging = cache.resolve(".building-" + NAME + "-" + ProcessHandle.current().pid());
    Path built = Files.createDirectories(staging.resolve("built"));
    Path work = Files.createDirectories(staging.resolve("work"));
    Path log = cache.resolve(NAME + ".log");
    try {
      Process script =
          new ProcessBuilder("bash", RECIPE.toString(), "build", built.toString(), work.toString())
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (script.waitFor() == 0) {
        Files.move(built, folder, StandardCopyOption.ATOMIC_MOVE);
        Files.deleteIfExists(log);
      } else {
        System.out.println("foreign programs cannot be built; " + log + " says why");
      }
    } finally {
      try (Stream<Path> all = Files.walk(staging)) {
        for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(each);
        }
      }
    }
  }

  /** What they are made of, and with what: a line each. */
  public List<String> about() throws IOException {
    return Files.readAllLines(folder.resolve("about"));
  }

  /** All tests of C libraries, by name. */
  public List<LibcTest> libcTests() throws IOException {
    List<LibcTest> tests = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("library/tests"))) {
      List<String> words = List.of(line.split(" ", -1));
      List<Programs.Libc> libcs =
          Programs.Libc.those().stream()
              .filter(libc -> words.subList(2, words.size()).contains(libc.text()))
              .toList();
      tests.add(new LibcTest(words.get(0), words.get(1), libcs));
    }
    return tests;
  }

  /** A program, by the name of its file before the C library's. */
  public Path program(String name, Programs.Libc libc) {
    return folder.resolve("library").resolve(name + "-" + libc.text());
  }
}
