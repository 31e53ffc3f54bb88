package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * docs/programs-libc.md lists which tests of C libraries {@link ForeignProgramContract} compares.
 */
class ForeignProgramsPageTest {
  private static final Path PAGE =
      Path.of(System.getProperty("pappus.root")).resolve("docs/programs-libc.md");

  @TempDir Path folder;

  /** With what the programs were made: elsewhere other ones may compile. */
  private static String origin(ForeignPrograms programs) throws IOException {
    return programs.about().stream()
        .filter(line -> line.startsWith("source glibc ") || line.startsWith("compiler "))
        .map(line -> line.startsWith("source") ? line.split(" ", -1)[2] : line.substring(9))
        .collect(Collectors.joining(", "));
  }

  private String page(ForeignPrograms programs) throws IOException {
    StringBuilder page =
        new StringBuilder(
            """
            # Tests of C libraries as programs

            Written by `ForeignProgramsPageTest`. These programs are the tests in Debian's source package glibc (%s) that stand alone; the others want a library of
            glibc's that has each run in processes of its own. They are compiled as they are, as static programs with musl and with glibc.
            `ForeignProgramContract` has each print the same, and end with the same exit code, on the kernel of the machine that tests and in the
            sandboxes `kvm` and `process`.

            A number is the exit code, on Linux and in the sandboxes. Some want a locale or a file that is not there, or expect of musl what glibc does, and say so in
            both. `–`: does not compile.

            | test | musl | glibc | not compared, because |
            |---|--:|--:|---|
            """
                .formatted(origin(programs)));
    for (ForeignPrograms.LibcTest test : programs.libcTests()) {
      if (!test.libcs().isEmpty()) {
        page.append("| ").append(test.source()).append(" |");
        for (Programs.Libc libc : Programs.Libc.values()) {
          page.append(' ').append(cell(programs, test, libc)).append(" |");
        }
        String why = test.whyNot();
        page.append(why == null ? " |" : " " + why + " |").append(System.lineSeparator());
      }
    }
    List<String> others =
        programs.libcTests().stream()
            .filter(test -> test.libcs().isEmpty())
            .map(ForeignPrograms.LibcTest::source)
            .toList();
    page.append("%nWhat compiles with neither of them: %s.%n".formatted(String.join(", ", others)));
    return page.toString();
  }

  private String cell(ForeignPrograms programs, ForeignPrograms.LibcTest test, Programs.Libc libc)
      throws IOException {
    if (!test.libcs().contains(libc)) {
      return "–";
    }
    if (test.whyNot() != null) {
      return "";
    }
    Path place = Files.createTempDirectory(folder, "run");
    Path program = programs.program(test.name(), libc);
    return "" + HostRun.of(program, "program", List.of(), "", folder, place).exitCode();
  }

  @Test
  void thePageIsWhatTheProgramsDo() throws IOException {
    ForeignPrograms programs = ForeignPrograms.require();
    assertThat(Programs.Libc.those()).as("C libraries").hasSize(Programs.Libc.values().length);
    if (Boolean.getBoolean("pappus.regenerate")) {
      Files.writeString(PAGE, page(programs));
    }
    String page = Files.readString(PAGE);
    if (!page.contains("(" + origin(programs) + ")")) {
      String why = "docs/programs-libc.md: NOT COMPARED, it is of other sources or compilers";
      System.out.println(why);
      Assumptions.abort(why);
    }
    assertThat(page)
        .as(
            "regenerate it with: mvn -pl sandbox -am test -Dtest=ForeignProgramsPageTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dpappus.regenerate=true")
        .isEqualTo(page(programs));
  }
}
