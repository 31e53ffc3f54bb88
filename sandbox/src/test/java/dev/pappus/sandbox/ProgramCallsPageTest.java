package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/programs-calls.md lists what {@link ProgramDifferenceContract} compares. */
class ProgramCallsPageTest {
  private static final Path ROOT = Path.of(System.getProperty("pappus.root"));
  private static final Path PAGE = ROOT.resolve("docs/programs-calls.md");
  private static final Pattern CALL = Pattern.compile("\\b([a-z][a-z0-9_]*)\\(");

  @TempDir Path folder;

  private String page() throws IOException {
    StringBuilder page =
        new StringBuilder(
            """
            # System calls that are compared with the host's

            Written by `ProgramCallsPageTest`. Each program of guest/conformance prints the same, line by line, on the kernel of the machine that tests and in
            the sandboxes `kvm` and `process`, with musl and with glibc, from the start and from a snapshot. Random sequences of calls are compared besides
            (`ProgramDifferenceContract`).

            | program | lines | what | calls in it |
            |---|--:|---|---|
            """);
    for (String name : Programs.conformance()) {
      String source = Files.readString(ROOT.resolve("guest/" + name + ".c"));
      String file = name.substring(name.indexOf('/') + 1) + ".c";
      long lines =
          HostRun.printed(Programs.file(name, Programs.Libc.GLIBC), "", folder).lines().count();
      page.append(
          "| %s | %d | %s | %s |%n"
              .formatted(file, lines, what(source, file), String.join(" ", calls(source))));
    }
    return page.toString();
  }

  /** The first comment, without the file's name. */
  private static String what(String source, String file) {
    Matcher comment =
        Pattern.compile("/\\* " + Pattern.quote(file) + ": (.*?)\\*/", Pattern.DOTALL)
            .matcher(source);
    assertThat(comment.find()).as("%s says in a comment what it is about", file).isTrue();
    String text = comment.group(1).replaceAll("\\s*\\n \\* ?", " ").strip();
    return text.replaceAll("\\.$", "").replace("|", "\\|");
  }

  /** Names of system calls that stand before a parenthesis. */
  private static List<String> calls(String source) {
    TreeSet<String> found = new TreeSet<>();
    Matcher matcher = CALL.matcher(source);
    while (matcher.find()) {
      if (NAMES.contains(" " + matcher.group(1) + " ")) {
        found.add(matcher.group(1));
      }
    }
    return List.copyOf(found);
  }

  private static final String NAMES =
      (" accept access alarm arch_prctl bind brk chdir chmod chown clock_getres clock_gettime clock_nanosleep"
          + " close close_range connect copy_file_range creat dup dup2 dup3 execve exit faccessat faccessat2"
          + " fadvise64 fallocate fchdir fchmod fchmodat fchown fcntl fdatasync flock fork fstat fstatat"
          + " fstatfs fsync ftruncate futex futimens getcwd getdents64 getegid geteuid getgid getgroups"
          + " getpgrp getpid getppid getpriority getrandom getrlimit getrusage getsid gettid gettimeofday"
          + " getuid ioctl kill lchown link linkat listen lseek lstat madvise mincore mkdir mkdirat mlock"
          + " mmap mprotect mremap msync munlock munmap nanosleep newfstatat open openat openat2 pause"
          + " pipe pipe2 poll ppoll pread preadv prctl prlimit pselect pwrite pwritev raise read readlink"
          + " readlinkat readv rename renameat renameat2 rmdir rseq sched_getaffinity sched_yield select"
          + " sendfile set_robust_list set_tid_address setitimer setrlimit sigaction sigaltstack"
          + " sigpending sigprocmask sigsuspend socket stat statfs statx symlink symlinkat sync sysinfo"
          + " tgkill time times truncate umask uname unlink unlinkat utimensat wait4 waitpid write writev ");

  @Test
  void thePageIsWhatTheProgramsSay() throws IOException {
    String page = page();
    if (Boolean.getBoolean("pappus.regenerate")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE))
        .as(
            "regenerate it with: mvn -pl sandbox -am test -Dtest=ProgramCallsPageTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dpappus.regenerate=true")
        .isEqualTo(page);
  }
}
