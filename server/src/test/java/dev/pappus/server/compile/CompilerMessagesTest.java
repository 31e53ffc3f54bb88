package dev.pappus.server.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Diagnostic;
import dev.pappus.model.Diagnostic.Severity;
import dev.pappus.model.Item;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Places that TinyCC's messages mean. */
class CompilerMessagesTest {
  private static final String FOLDER = "/in/source/";

  private static List<Diagnostic> read(String printed, Item... sources) {
    return new CompilerMessages(FOLDER, List.of(sources)).read(printed);
  }

  @Test
  void theColumnIsThatOfTheWordThatIsQuoted() {
    Item source = Item.ofText("a b.c", "int f(void) {\n\treturn xy + x;\n}\n");
    List<Diagnostic> found =
        read("/in/source/a b.c:2: error: 'x' undeclared\nsomething else\n", source);
    assertThat(found)
        .containsExactly(
            new Diagnostic(
                "a b.c",
                Severity.ERROR,
                2,
                14,
                "'x' undeclared",
                "\treturn xy + x;\n\t            ^"));
    assertThat(read("/in/source/a b.c:3: error: ';' expected (got \"}\")", source).getFirst())
        .extracting(Diagnostic::line, Diagnostic::column)
        .containsExactly(3, 1);
    assertThat(read("/in/source/a b.c:2: warning: odd", source).getFirst())
        .extracting(Diagnostic::severity, Diagnostic::column)
        .containsExactly(Severity.WARNING, 2);
  }

  @Test
  void whatTheLinkerMissesIsLookedFor() {
    Item header = Item.ofText("a.h", "int f(void);\nint fg(void);\n");
    Item source = Item.ofText("b.c", "#include \"a.h\"\n\nint main(void) { return ff() + f(); }\n");
    List<Diagnostic> found =
        read(
            "tcc: error: undefined symbol 'ff'\ntcc: error: undefined symbol 'gg'", header, source);
    assertThat(found.getFirst().file()).isEqualTo("b.c");
    assertThat(found.getFirst().line()).isEqualTo(3);
    assertThat(found.getFirst().column()).isEqualTo(25);
    assertThat(found.getLast().message()).isEqualTo("undefined symbol 'gg'");
    assertThat(found.getLast().line()).isEqualTo(1);
  }

  @Test
  void placesThatNoSourceHasAreNamedAsTheyAre() {
    Item source = Item.ofText("a.c", "");
    for (String line :
        List.of(
            "/lib/include/stdio.h:7: error: no",
            "/in/source/a.c:999999999: error: no",
            "/in/source/a.c:0: error: no")) {
      Diagnostic found = read(line, source).getFirst();
      assertThat(found.line()).as(line).isPositive();
      assertThat(found.column()).as(line).isEqualTo(1);
    }
    assertThat(read("x\n:::\ntcc: \nerror\n/in/source/a.c:9999999999: error: no", source))
        .isEmpty();
  }

  @Test
  void thereIsAnEndOfThem() {
    Item source = Item.ofText("a.c", "x");
    assertThat(read("/in/source/a.c:1: warning: w\n".repeat(1000), source)).hasSize(100);
  }

  /** Whatever is printed about whatever line: a part of both is looked at. */
  @Test
  @Timeout(60)
  void manyMessagesAboutALongLineCostLittle() {
    Item source = Item.ofText("a.c", " ".repeat(8 << 20) + "y");
    Item printed = Item.ofText("stderr", "/in/source/a.c:1: warning: 'y' is odd\n".repeat(200_000));
    List<Diagnostic> found = new CompilerMessages(FOLDER, List.of(source)).read(printed);
    assertThat(found).hasSize(100);
    assertThat(found.getFirst().column()).as("the word is too far away").isEqualTo(4097);
    String missing = "tcc: error: undefined symbol 'z'\n".repeat(1000);
    assertThat(read(missing, source)).hasSize(100);
  }

  @Test
  void aMessageThatIsCutOffIsNone() {
    Item source = Item.ofText("a.c", "x");
    String first = "/in/source/a.c:1: warning: first\n";
    Item printed =
        Item.ofText("stderr", first + "/in/source/a.c:1: warning: " + "x".repeat(1 << 20));
    assertThat(new CompilerMessages(FOLDER, List.of(source)).read(printed))
        .extracting(Diagnostic::message)
        .containsExactly("first");
  }
}
