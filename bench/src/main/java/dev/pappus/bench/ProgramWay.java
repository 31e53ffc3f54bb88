package dev.pappus.bench;

/**
 * How a sandbox runs a program.
 *
 * @param sandbox which one
 * @param template whether from where the program first touches its input; else from its start
 * @param start how warm the sandbox is
 */
record ProgramWay(SandboxKind sandbox, boolean template, StartKind start) {
  /** What it is called in reports. */
  String text() {
    return sandbox.backend() + (template ? " from template" : " from start") + ", " + start.text();
  }

  /** Whether goals are about it: a node that has virtual machines runs programs in them. */
  boolean hasGoal() {
    return template && start == StartKind.BOUND && sandbox != SandboxKind.PROCESS;
  }
}
