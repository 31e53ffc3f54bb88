package dev.pappus.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.server.settings.Settings;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** examples/programs, as a user deploys and invokes them. */
class ProgramExamplesTest {
  private static final Path EXAMPLES = CommandRun.ROOT.resolve("examples/programs");

  @TempDir private Path folder;
  private DemoNode node;
  private Map<String, String> environment;

  @BeforeEach
  void start() throws IOException {
    environment = new HashMap<>(ProgramTools.environment());
    node =
        LocalNode.empty(
            CommandRun.terminal(folder, environment),
            Settings.load(Settings.Sources.of(Map.of(), folder, null)));
    environment.put("PAPPUS_SERVER", node.adminAddress().toString());
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private CommandRun command(String... arguments) {
    CommandRun run = CommandRun.in(folder, environment, new byte[0], arguments);
    assertThat(run.exitCode()).as(run.err()).isZero();
    return run;
  }

  private static String example(String name) {
    return EXAMPLES.resolve(name).toString();
  }

  private void build(String name, String... libraries) throws Exception {
    ProgramTools.build(EXAMPLES.resolve(name + ".c"), folder.resolve(name), libraries);
  }

  @Test
  void wordsAreCounted() throws Exception {
    build("wordcount");
    Files.writeString(folder.resolve("book.txt"), "to be\nor not\n");
    command("deploy", "wordcount");
    assertThat(command("invoke", "wordcount", "-d", "@book.txt").out()).isEqualTo("2 4 13\n");
    command("deploy", "wordcount", "--name", "lines", "--", "-l");
    assertThat(command("invoke", "lines", "-d", "@book.txt").out()).isEqualTo("2\n");
  }

  @Test
  void picturesBecomeSmall() throws Exception {
    build("thumbnail", "png16", "z", "m");
    BufferedImage picture = new BufferedImage(400, 300, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < 200; x++) {
      for (int y = 0; y < 300; y++) {
        picture.setRGB(x, y, 0xFF8000);
      }
    }
    ImageIO.write(picture, "png", folder.resolve("cat.png").toFile());
    command("deploy", "thumbnail", "--in", "pictures", "--out", "thumbnails", "--", "64");
    command("invoke", "thumbnail", "--set", "pictures/cat.png=@cat.png", "--out-dir", "made");
    BufferedImage made = ImageIO.read(folder.resolve("made/thumbnails/cat.png").toFile());
    assertThat(made.getWidth()).isEqualTo(64);
    assertThat(made.getHeight()).isEqualTo(48);
    assertThat(made.getRGB(3, 3) & 0xFFFFFF).isEqualTo(0xFF8000);
    assertThat(made.getRGB(60, 44) & 0xFFFFFF).isZero();
    Files.writeString(folder.resolve("no.png"), "no picture");
    CommandRun broken =
        CommandRun.in(
            folder,
            environment,
            new byte[0],
            "invoke",
            "thumbnail",
            "--set",
            "pictures/no.png=@no.png");
    assertThat(broken.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(broken.err()).contains("/in/pictures/no.png: Not a PNG");
  }

  private void writeShop() throws SQLException {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("shop.db"));
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE goods (name TEXT, price)");
      statement.execute(
          "INSERT INTO goods VALUES (' Tea ', '3.20'), ('Coffee', 12.5), ('Air', NULL),"
              + " ('a \"b\"', 1)");
    }
  }

  @Test
  void aDatabaseIsAnInput() throws Exception {
    build("query", "sqlite3", "m");
    writeShop();
    command("deploy", "query", "--in", "database", "--out", "stdio", "--", "SELECT * FROM goods");
    assertThat(command("invoke", "query", "--set", "database/shop.db=@shop.db").out())
        .isEqualTo(
            """
            {"name":" Tea ","price":"3.20"}
            {"name":"Coffee","price":12.5}
            {"name":"Air","price":null}
            {"name":"a \\"b\\"","price":1}
            """);
  }

  @Test
  void pythonTransformsJson() {
    ProgramTools.requirePython();
    command("deploy", example("clean.py"));
    CommandRun cleaned =
        command(
            "invoke",
            "clean",
            "--set",
            "rows/1={\"name\":\" Tea \",\"price\":\"3.20\"}",
            "--set",
            "rows/2={\"name\":\"Air\"}");
    assertThat(cleaned.out()).isEqualTo("{\"name\": \"tea\", \"cents\": 320}\n");
    assertThat(command("ls").out()).containsPattern("clean +program +rows,lib +records");
  }

  @Test
  void javaScriptTransformsJson() {
    ProgramTools.requireRuntime("quickjs");
    command("deploy", example("score.js"), "--name", "best");
    CommandRun scored =
        command(
            "invoke",
            "best",
            "--set",
            "records/1={\"name\":\"tea\",\"cents\":320}",
            "--set",
            "records/2={\"name\":\"coffee\",\"cents\":1250}");
    assertThat(scored.out()).isEqualTo("12.50 coffee\n3.20 tea\n");
  }

  @Test
  void aCompositionMixesThem() throws Exception {
    ProgramTools.requirePython();
    ProgramTools.requireRuntime("quickjs");
    build("query", "sqlite3", "m");
    build("wordcount");
    writeShop();
    command(
        "deploy",
        "query",
        "--in",
        "database",
        "--out",
        "rows",
        "--",
        "SELECT name, price FROM goods",
        "/out/rows");
    command("deploy", "wordcount", example("clean.py"), example("score.js"), example("shop.dag"));
    command("invoke", "shop", "--set", "database/shop.db=@shop.db", "--out-dir", "made");
    assertThat(folder.resolve("made/ranking/stdin"))
        .hasContent("12.50 coffee\n3.20 tea\n1.00 a \"b\"\n");
    assertThat(folder.resolve("made/count/stdout")).hasContent("3 7 33\n");
  }

  @Test
  void theNodeCompiles() throws Exception {
    ProgramTools.requireRuntime("tcc");
    Files.copy(EXAMPLES.resolve("wordcount.c"), folder.resolve("wordcount.c"));
    command("deploy", "wordcount.c", "--compile", "--", "-w");
    assertThat(command("invoke", "wordcount", "-d", "to be\nor not\n").out()).isEqualTo("4\n");
    CommandRun once =
        CommandRun.in(
            folder,
            environment,
            "to be\n".getBytes(UTF_8),
            "run",
            "wordcount.c",
            "--compile",
            "--",
            "-c");
    assertThat(once.out()).as(once.err()).isEqualTo("6\n");
    Files.writeString(
        folder.resolve("my words.c"),
        "#include \"words.h\"\nconst char *word(void) { return WORD; }\n");
    Files.writeString(
        folder.resolve("words.h"), "#define WORD \"header\"\nconst char *word(void);\n");
    Files.writeString(
        folder.resolve("main.c"),
        "#include <stdio.h>\n#include \"words.h\"\nint main(void) { puts(word()); return 0; }\n");
    CommandRun deployed =
        command("deploy", "main.c", "my words.c", "words.h", "--compile", "--name", "say");
    assertThat(deployed.err()).contains("main.c: function say created");
    assertThat(command("invoke", "say").out()).isEqualTo("header\n");
    Files.writeString(folder.resolve("words.h"), "#define WORD 1 +\n");
    CommandRun wrong =
        CommandRun.in(
            folder,
            environment,
            "".getBytes(UTF_8),
            "deploy",
            "my words.c",
            "words.h",
            "--compile");
    assertThat(wrong.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(wrong.err())
        .contains("my words.c:2:", "error:", "does not compile", "source_invalid");
    assertThat(command("ls").out())
        .as("what does not compile is not deployed")
        .doesNotContain("my_words");
  }
}
