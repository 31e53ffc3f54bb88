package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFolderTest {
  @TempDir Path folder;

  private static DataSet set(String name, String... items) {
    return new DataSet(
        name,
        Stream.of(items)
            .map(item -> Item.of(item, Key.of(7), item.getBytes(StandardCharsets.UTF_8)))
            .toList());
  }

  @Test
  void itemsBecomeFilesBySetKeyAndName() throws IOException {
    Path out = folder.resolve("a/out");
    assertThat(OutputFolder.write(out, List.of(set("s", "x", "deep/y"), set("empty")), false))
        .isEqualTo(2);
    assertThat(out.resolve("s:7/x")).hasContent("x");
    assertThat(out.resolve("s:7/deep/y")).hasContent("deep/y");
    try (Stream<Path> left = Files.list(folder.resolve("a"))) {
      assertThat(left).as("nothing temporary stays").containsExactly(out);
    }
  }

  @Test
  void aFolderWithContentIsLeftAloneUnlessForced() throws IOException {
    Path out = Files.createDirectories(folder.resolve("out"));
    OutputFolder.write(out, List.of(set("s", "x")), false);
    Files.writeString(out.resolve("mine"), "m");
    assertThatThrownBy(() -> OutputFolder.write(out, List.of(set("s", "y")), false))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("is not empty");
    assertThat(out.resolve("s:7/y")).doesNotExist();
    OutputFolder.write(out, List.of(set("s", "y")), true);
    assertThat(out.resolve("s:7/y")).hasContent("y");
    assertThat(out.resolve("s:7/x")).hasContent("x");
    assertThat(out.resolve("mine")).hasContent("m");
  }

  @Test
  void nothingIsWrittenThroughLinks() throws IOException {
    Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
    Path out = Files.createDirectories(folder.resolve("out"));
    Files.createSymbolicLink(out.resolve("s:7"), elsewhere);
    assertThatThrownBy(() -> OutputFolder.write(out, List.of(set("s", "x")), true))
        .hasMessageContaining("is a link");
    assertThat(elsewhere).isEmptyDirectory();
    Path victim = Files.writeString(folder.resolve("victim"), "v");
    Files.delete(out.resolve("s:7"));
    Files.createDirectory(out.resolve("s:7"));
    Files.createSymbolicLink(out.resolve("s:7/x"), victim);
    OutputFolder.write(out, List.of(set("s", "x")), true);
    assertThat(victim).as("a link is replaced, not followed").hasContent("v");
    assertThat(out.resolve("s:7/x")).isRegularFile().hasContent("x");
    Path link = Files.createSymbolicLink(folder.resolve("link"), elsewhere);
    assertThatThrownBy(() -> OutputFolder.write(link, List.of(set("s", "x")), true))
        .hasMessageContaining("is no folder");
  }

  @Test
  void anItemThatIsFileAndFolderIsAnErrorThatLeavesNothing() throws IOException {
    Path out = folder.resolve("out");
    assertThatThrownBy(() -> OutputFolder.write(out, List.of(set("s", "x", "x/y")), false))
        .isInstanceOfAny(CliException.class, IOException.class);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void namesThatLeadOutOfTheFolderAreRefused() throws IOException {
    Path out = folder.resolve("deep/out");
    for (DataSet set :
        List.of(
            set("s", "../../../stolen"),
            set("s", "a/../../../../stolen"),
            set("s", "/tmp/stolen"),
            set("..", "stolen"),
            set("../..", "stolen"))) {
      assertThatThrownBy(() -> OutputFolder.write(out, List.of(set), false))
          .isInstanceOf(CliException.class)
          .hasMessageContaining("cannot be a file");
    }
    assertThat(out).doesNotExist();
    assertThat(folder.resolve("stolen")).doesNotExist();
  }
}
