package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.sandbox.BinaryKind;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** new and build. */
class ProjectBuildTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"c", "composition"})
  void aNewProjectBuildsAtOnceAndOnlyOnce(String kind) {
    CommandRun made = CommandRun.of("new", kind, folder + "/tried");
    assertThat(made.exitCode()).as(made.err()).isZero();
    assertThat(made.err()).contains("next: cd ", "test", "dev");
    assertThat(folder.resolve("tried/.gitignore")).hasContent(".pappus/");
    assertThat(folder.resolve("tried/app.dag")).isRegularFile();
    CommandRun checked = CommandRun.of("check", folder + "/tried/app.dag");
    assertThat(checked.exitCode()).as(checked.err()).isZero();

    CommandRun built = build("tried");
    assertThat(built.exitCode()).as(built.err()).isZero();
    assertThat(built.err()).contains("built ", "sha256:").doesNotContain("warning");
    assertThat(build("tried").err()).as("nothing has changed").isEmpty();
  }

  @Test
  void theTemplatesCompositionsAreFormatted() {
    for (String kind : List.of("c", "composition")) {
      CommandRun.of("new", kind, folder + "/is_" + kind);
      CommandRun run = CommandRun.of("fmt", "--check", folder + "/is_" + kind + "/app.dag");
      assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
    }
  }

  @Test
  @NeedsWabt
  void aWebAssemblyProjectIsBuiltAgainWhenWhatItIncludesChanges() throws IOException {
    assertThat(CommandRun.of("new", "wasm", folder + "/module").exitCode()).isZero();
    Path source = folder.resolve("module/functions/module/module.c");
    Path included = Files.writeString(folder.resolve("module/more.h"), "#define MORE 1\n");
    Files.writeString(source, "#include \"../../more.h\"\n" + Files.readString(source));
    CommandRun run = build("module");
    assertThat(run.exitCode()).as(run.err()).isZero();
    Path binary = folder.resolve("module/.pappus/build/module.wasm");
    assertThat(BinaryKind.of(MemorySegment.ofArray(Files.readAllBytes(binary))))
        .isEqualTo(BinaryKind.WASM);
    assertThat(build("module").err()).isEmpty();
    Files.writeString(included, "#define MORE 2\n");
    assertThat(build("module").err()).contains("built module");
  }

  @Test
  void nothingIsOverwritten() throws IOException {
    Path mine = Files.createDirectory(folder.resolve("mine"));
    CommandRun run = CommandRun.of("new", "c", mine.toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).contains("exists already");
    assertThat(mine).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"my-app", "int", "memcpy", "size_t", "1st", "linux"})
  void namesThatWouldNotCompileAreRefused(String name) {
    CommandRun run = CommandRun.of("new", "c", folder.resolve(name).toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("'" + name + "'", "hint:");
    assertThat(folder.resolve(name)).doesNotExist();
  }

  @Test
  void onlyWhatHasChangedIsBuilt() throws IOException {
    CommandRun.of("new", "composition", folder + "/app");
    build("app");
    Path source = folder.resolve("app/functions/add_up/add_up.c");
    Files.writeString(source, Files.readString(source).replace("sum = 0", "sum = 1"));
    assertThat(build("app").err()).contains("built add_up").doesNotContain("count_words");
    Files.writeString(source, Files.readString(source));
    assertThat(build("app").err()).as("the same content").isEmpty();
  }

  @Test
  void aHeaderOutsideOfTheFunctionsFolderCounts() throws IOException {
    CommandRun.of("new", "c", folder + "/app");
    Path common = Files.createDirectories(folder.resolve("app/com mon/x")).resolve("wo$rds.h");
    Files.writeString(common, "#define GREETING \"Good day\"\n");
    Path source = folder.resolve("app/functions/app/app.c");
    Files.writeString(
        source,
        "#include \"../../com mon/x/wo$rds.h\"\n"
            + Files.readString(source).replace("\"Hello, ", "GREETING \", "));
    CommandRun first = build("app");
    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(build("app").err()).isEmpty();
    Files.writeString(common, "#define GREETING \"Good evening\"\n");
    assertThat(build("app").err()).contains("built app");
    assertThat(new String(elf("app", "app"), java.nio.charset.StandardCharsets.ISO_8859_1))
        .contains("Good evening");
  }

  @Test
  void aFunctionThatFailsDoesNotKeepOthersFromBeingBuilt() throws IOException {
    CommandRun.of("new", "composition", folder + "/app");
    Files.writeString(folder.resolve("app/functions/add_up/add_up.c"), "int x = ;\n");
    CommandRun run = build("app");
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err())
        .contains("functions/add_up/add_up.c:1:", "cannot build function add_up")
        .contains("built count_words");
    assertThat(build("app").exitCode()).as("still not built").isEqualTo(ExitCode.FAILED);
  }

  @Test
  void aCommandMayBuildAFunction() throws IOException {
    CommandRun.of("new", "c", folder + "/app");
    Path file = folder.resolve("app/pappus.toml");
    Files.writeString(
        file,
        Files.readString(file)
            + """

            [function.app]
            build = 'gcc @"$BUILD_FLAGS" -I"$BUILD_INCLUDE" -o "$BUILD_OUTPUT" app.c "$BUILD_LIBRARY"'
            """);
    CommandRun run = build("app");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err()).contains("built app");
    assertThat(build("app").err()).isEmpty();

    Files.writeString(
        file,
        Files.readString(file).replaceAll("(?m)^build = .*", "build = 'echo x >\\$BUILD_OUTPUT'"));
    CommandRun wrong = build("app");
    assertThat(wrong.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(wrong.err()).contains("neither an ELF file", "$BUILD_OUTPUT");
  }

  @Test
  void faultsOfTheProjectFileComeWithTheirPlace() throws IOException {
    CommandRun.of("new", "c", folder + "/app");
    Files.writeString(
        folder.resolve("app/pappus.toml"),
        """
        version = 1
        [project]
        name = 5
        tragte = "app"
        [function.app]
        sorce = "x.c"
        memory = "lots"
        """);
    CommandRun run = build("app");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err())
        .contains("pappus.toml:3:1: project.name must be a string")
        .contains("pappus.toml:4:1: unknown key 'project.tragte'; did you mean 'project.target'?")
        .contains(
            "pappus.toml:6:1: unknown key 'function.app.sorce'; did you mean 'function.app.source'?")
        .contains("pappus.toml:7:1: function.app.memory");
  }

  @Test
  void withoutAProjectSaysHowToMakeOne() {
    CommandRun run = CommandRun.of("build", "--project", folder.toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(run.err()).contains("no project here", "pappus new c NAME");
  }

  @Test
  void theNearestProjectAboveIsFound() throws IOException {
    CommandRun.of("new", "c", folder + "/app");
    Path inner = folder.resolve("app/functions/app");
    Files.writeString(folder.resolve("app/functions/pappus.toml"), "version = 1\nserver = \"x\"\n");
    assertThat(Project.find(inner).root()).isEqualTo(folder.resolve("app"));
  }

  private byte[] elf(String project, String function) throws IOException {
    return Files.readAllBytes(folder.resolve(project + "/.pappus/build/" + function + ".elf"));
  }

  private CommandRun build(String project) {
    return CommandRun.of("build", "--project", folder.resolve(project).toString());
  }
}
