package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is said while something takes long. */
class ActivityTest {
  private static Terminal terminal(Screen screen, boolean interactive) {
    return new Terminal(
        RawArguments.none(),
        new ByteArrayInputStream(new byte[0]),
        screen.stream(),
        screen.stream(),
        Map.of("TERM", "xterm"),
        Path.of(""),
        Path.of(""),
        Path.of(""),
        false,
        interactive,
        interactive,
        new Terminal.Talk());
  }

  @Test
  void itIsSaidOnATerminalAndErasedAndNotInAPipe() throws Exception {
    Screen screen = new Screen();
    Screen pipe = new Screen();
    Screen quiet = new Screen();
    Terminal quietTerminal = terminal(quiet, true);
    quietTerminal.talk().setQuiet();
    try (Activity _ = Activity.of(quietTerminal, "compiling x.c");
        Activity _ = Activity.of(terminal(pipe, false), "compiling x.c");
        Activity _ = Activity.of(terminal(screen, true), "compiling x.c")) {
      screen.await("\rcompiling x.c, ", " s");
    }
    assertThat(screen.text()).endsWith(" \r");
    assertThat(pipe.text()).isEmpty();
    assertThat(quiet.text()).isEmpty();
  }

  @Test
  void whatIsOverWithinASecondIsNotSaid() {
    Screen screen = new Screen();
    Activity.of(terminal(screen, true), "compiling x.c").close();
    assertThat(screen.text()).isEmpty();
  }
}
