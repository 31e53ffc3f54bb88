package dev.pappus.server.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.server.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProjectFileTest {
  @TempDir Path folder;

  private ProjectFile project(String text) throws IOException {
    return ProjectFile.read(Files.writeString(folder.resolve(ProjectFile.NAME), text));
  }

  private static TomlSection function(ProjectFile project, String name) {
    return Objects.requireNonNull(project.functions().get(name));
  }

  @Test
  void theNearestFileUpwardsIsTheProjects() throws IOException {
    Path inner = Files.createDirectories(folder.resolve("a/b"));
    Path file = Files.writeString(folder.resolve("pappus.toml"), "");
    assertThat(ProjectFile.find(inner)).contains(file);
    Path nearer = Files.writeString(folder.resolve("a/pappus.toml"), "");
    assertThat(ProjectFile.find(inner)).contains(nearer);
    assertThat(ProjectFile.read(nearer).folder()).isEqualTo(folder.resolve("a"));
  }

  @Test
  void sectionsAreReadInOrder() throws IOException {
    ProjectFile project =
        project(
            """
            [project]
            name = "shop"
            [function.zoom]
            sources = ["a.c", "b.c"]
            memory = "64MiB"
            [function.add]
            timeout = 5
            fast = true
            """);
    assertThat(project.project().orElseThrow().text("name")).contains("shop");
    assertThat(project.functions().keySet()).containsExactly("zoom", "add");
    TomlSection zoom = function(project, "zoom");
    assertThat(zoom.texts("sources")).contains(List.of("a.c", "b.c"));
    assertThat(zoom.quantity("memory")).contains("64MiB");
    assertThat(zoom.text("absent")).isEmpty();
    TomlSection add = function(project, "add");
    assertThat(add.quantity("timeout")).contains("5");
    assertThat(add.integer("timeout")).contains(5L);
    assertThat(add.bool("fast")).contains(true);
    project.throwIfFaulty();
  }

  @Test
  void faultsAreToldTogetherWithTheirPlaces() throws IOException {
    ProjectFile project =
        project(
            """
            [function.zoom]
            sourcse = ["a.c"]
              memory = true
            sources = "a.c"
            """);
    TomlSection zoom = function(project, "zoom");
    zoom.requireKnown(List.of("sources", "memory"));
    assertThat(zoom.quantity("memory")).isEmpty();
    assertThat(zoom.texts("sources")).isEmpty();
    zoom.fault("memory", "must be less");
    assertThatThrownBy(project::throwIfFaulty)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll(
            "pappus.toml:2:1: unknown key 'function.zoom.sourcse'; did you mean"
                + " 'function.zoom.sources'?",
            "pappus.toml:3:3: function.zoom.memory must be a number",
            "pappus.toml:4:1: function.zoom.sources must be an array of strings, not a.c",
            "pappus.toml:3:3: function.zoom.memory must be less");
  }

  @Test
  void whatIsNoTableIsAFault() throws IOException {
    ProjectFile project = project("project = 3\nfunction = 4\n");
    assertThat(project.project()).isEmpty();
    assertThat(project.functions()).isEmpty();
    assertThatThrownBy(project::throwIfFaulty)
        .hasMessageContaining("1:1: project must be a table, [project]")
        .hasMessageContaining("2:1: function must be a table, [function]");
  }

  @Test
  void aFileThatIsNotThereIsSaid() {
    assertThatThrownBy(() -> ProjectFile.read(folder.resolve("none.toml")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("none.toml: no such file");
  }
}
