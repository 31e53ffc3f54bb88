package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables, problems, JSON and quoting. */
class RenderingTest {
  @Test
  void tablesAlignByCharacters() {
    TextTable table = new TextTable("NAME", ">µs", "LAST");
    table.row("ä", "1.5", "x");
    table.row("longer", "10.25", "");
    assertThat(table.toString())
        .isEqualTo(
            """
            NAME       µs  LAST
            ä         1.5  x
            longer  10.25
            """);
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    table.print(new PrintStream(printed, true, StandardCharsets.ISO_8859_1));
    assertThat(printed.toString(StandardCharsets.ISO_8859_1)).isEqualTo(table.toString());
  }

  @Test
  void nothingThatOthersWroteSteersTheTerminal() {
    String evil = "a\u001b[2Jb\u009b1mc\u202ed\u0007";
    TextTable table = new TextTable("NAME");
    table.row(evil);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Terminal terminal = terminal(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    terminal.say(evil);
    terminal.sayMore(evil);
    terminal.sayError(evil);
    terminal.sayHint(evil + "\nand more");
    terminal.sayWarning(evil);
    assertThat(table + bytes.toString(StandardCharsets.UTF_8))
        .doesNotContainPattern("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e]")
        .contains("\nand more");
  }

  @Test
  void aProblemIsShownWithAllThatIsKnown() {
    String shown =
        say(
            502,
            """
            {"code":"guest_fault","detail":"page fault on write","function":"f",
             "application":"c/3:f","item":"logs:7/apache","node":"n1","vector":14,
             "address":"0x10","symbol":"main+0x4","stderrTail":"line 1\\nline 2\\u001b[2J",
             "hint":"look at line 3"}
            """);
    assertThat(shown)
        .isEqualTo(
            """
            error: page fault on write (guest_fault)
              in function f, application c/3:f, item logs:7/apache, node n1
              guest: vector 14, address 0x10, at main+0x4
              last words:
              | line 1
              | line 2\ufffd[2J
            hint: look at line 3
            more:  pappus explain guest_fault
            """);
  }

  @Test
  void diagnosticsKeepTheirExcerpts() {
    assertThat(
            say(
                422,
                """
                {"code":"composition_invalid","detail":"1 error","errors":[{"severity":"error",
                 "line":2,"column":5,"message":"unknown","excerpt":"    f ();\\n    ^"}]}
                """))
        .contains("2:5: error: unknown\n    f ();\n    ^\n");
  }

  @Test
  void anAnswerThatIsNoProblemIsShownByItsStatus() {
    assertThat(say(500, "<html>")).isEqualTo("error: the node answered 500\n");
  }

  @ParameterizedTest
  @CsvSource({
    "400, bad_request, 1",
    "403, egress_denied, 4",
    "404, unknown_invocable, 3",
    "413, payload_too_large, 6",
    "422, composition_invalid, 1",
    "429, overloaded, 6",
    "502, guest_exit, 1",
    "503, overloaded, 6",
    "503, shutting_down, 5",
    "503, sandbox_unavailable, 1",
    "504, guest_deadline, 124"
  })
  void statusesBecomeExitCodes(int status, String code, int exitCode) {
    assertThat(new ProblemReply(status, new JsonObject(Map.of("code", code))).exitCode())
        .isEqualTo(exitCode);
  }

  @Test
  void jsonComesBackAsItWent() {
    String document =
        "{\"a\":[1,2.5,true,null,\"\\u00e4\\n\"],\"b\":{\"c\":{}},\"d\":-9007199254740993}";
    byte[] written =
        Json.bytes(
            json -> Json.writeValue(json, Json.read(document.getBytes(StandardCharsets.UTF_8))));
    assertThat(Json.read(written)).isEqualTo(Json.read(document.getBytes(StandardCharsets.UTF_8)));
    assertThat(new String(written, StandardCharsets.UTF_8)).contains("-9007199254740993", "ä");
  }

  @Test
  void quotedWordsComeBackFromAShell() throws Exception {
    for (String word : List.of("plain", "two words", "it's", "$HOME", "a\nb", "*", "", "\\", "ä")) {
      Process shell = new ProcessBuilder("sh", "-c", "printf %s " + DemoNext.quote(word)).start();
      assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(word);
    }
  }

  private static Terminal terminal(PrintStream stream) {
    return new Terminal(
        RawArguments.none(),
        new ByteArrayInputStream(new byte[0]),
        stream,
        stream,
        Map.of(),
        Path.of("/"),
        Path.of("/"),
        Path.of("/"),
        false,
        false,
        false,
        new Terminal.Talk());
  }

  private static String say(int status, String body) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    ProblemText.say(
        terminal(stream),
        new ProblemReply(status, JsonObject.parse(body.getBytes(StandardCharsets.UTF_8))));
    return err.toString(StandardCharsets.UTF_8);
  }
}
