package dev.pappus.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command talks to. Data goes to {@code out}, talk to {@code err}.
 *
 * @param arguments the bytes of the command line
 * @param in standard input
 * @param out standard output
 * @param err standard error
 * @param environment environment variables
 * @param home root of the source tree, from which the launcher was started
 * @param guestBuild folder of the built guest programs
 * @param folder the working folder
 * @param inInteractive whether a person types {@code in}
 * @param interactive whether a person reads {@code err}
 * @param outInteractive whether a person reads {@code out}
 * @param talk what the options {@code -q}, {@code -v} and {@code --no-color} say
 */
record Terminal(
    RawArguments arguments,
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> environment,
    Path home,
    Path guestBuild,
    Path folder,
    boolean inInteractive,
    boolean interactive,
    boolean outInteractive,
    Talk talk) {
  /** How much to talk; set while the command line is read. */
  static final class Talk {
    private boolean quiet;
    private boolean verbose;
    private boolean plain;

    void setQuiet() {
      quiet = true;
    }

    void setVerbose() {
      verbose = true;
    }

    void setPlain() {
      plain = true;
    }
  }

  /** That of this process, as the launcher set it up. */
  static Terminal ofProcess(String... arguments) {
    Path home = Path.of(System.getProperty("pappus.home", "."));
    return new Terminal(
        RawArguments.ofProcess(arguments),
        System.in,
        System.out,
        System.err,
        System.getenv(),
        home,
        Path.of(System.getProperty("pappus.guest.build", home.resolve("guest/build").toString())),
        Path.of("").toAbsolutePath(),
        Boolean.getBoolean("pappus.terminal.in"),
        Boolean.getBoolean("pappus.terminal"),
        Boolean.getBoolean("pappus.terminal.out"),
        new Talk());
  }

  /** Whether somebody wants to hear more than usual. */
  boolean verbose() {
    return talk.verbose;
  }

  /** Whether to show how far long work has come. */
  boolean showsProgress() {
    return interactive && !talk.quiet && !"dumb".equals(environment.get("TERM"));
  }

  /** What starts pappus, as a shell takes it. */
  String launcher() {
    return home.equals(Path.of("").toAbsolutePath())
        ? "./pappus"
        : DemoNext.quote(home.resolve("pappus").toString());
  }

  /** Whether {@code err} may carry colours. */
  boolean coloured() {
    return interactive
        && !talk.plain
        && environment.getOrDefault("NO_COLOR", "").isEmpty()
        && !"dumb".equals(environment.get("TERM"));
  }

  /** Tells the user how things go; {@code -q} silences it. */
  void say(String text) {
    if (!talk.quiet) {
      err.println(safe(text));
    }
  }

  /** What others wrote may stand in any of it: only we steer the terminal. */
  private static String safe(String text) {
    return ProblemText.printableLines(text);
  }

  /** A line that belongs to an error, a hint or a warning. */
  void sayMore(String text) {
    err.println(safe(text));
  }

  /** {@code error: …}. */
  void sayError(String text) {
    err.println(paint("31;1", "error:") + " " + safe(text));
  }

  /** {@code hint: …}: what to do next. */
  void sayHint(String text) {
    err.println(paint("36", "hint:") + " " + safe(text));
  }

  /** {@code warning: …}. */
  void sayWarning(String text) {
    err.println(paint("33", "warning:") + " " + safe(text));
  }

  private String paint(String code, String text) {
    return coloured() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
