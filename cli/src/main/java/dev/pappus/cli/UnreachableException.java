package dev.pappus.cli;

import java.net.URI;

/** No node listens where one was looked for. */
final class UnreachableException extends CliException {
  private static final long serialVersionUID = 1L;

  UnreachableException(URI address) {
    super(
        ExitCode.UNREACHABLE,
        "no node answers at " + address,
        "start one with 'pappus server', or name one with --server or PAPPUS_SERVER");
  }
}
