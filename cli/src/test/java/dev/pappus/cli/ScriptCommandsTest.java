package dev.pappus.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions in Python and JavaScript: run, check, projects, and the runtimes behind them. */
class ScriptCommandsTest {
  @TempDir private Path folder;

  private CommandRun run(String in, String... arguments) {
    Map<String, String> environment = new HashMap<>(ProgramTools.environment());
    environment.put("XDG_DATA_HOME", folder.resolve("data").toString());
    return CommandRun.in(folder, environment, in.getBytes(UTF_8), arguments);
  }

  /** Where no runtime has been built. */
  private CommandRun bare(String... arguments) {
    return CommandRun.in(
        folder,
        Map.of("PAPPUS_RUNTIMES", folder.resolve("runtimes").toString()),
        new byte[0],
        arguments);
  }

  @Test
  void plainScriptsReadAndPrint() throws IOException {
    ProgramTools.requireRuntime("quickjs");
    Files.writeString(
        folder.resolve("up.js"),
        """
        import * as std from "std";
        const [, word] = scriptArgs;
        for (let line; (line = std.in.getline()) !== null;) console.log(line.toUpperCase() + word);
        if (word === "fail") { std.err.puts("no more\\n"); std.exit(9); }
        """);
    CommandRun up = run("ab\ncd\n", "run", "up.js", "--", "!");
    assertThat(up.exitCode()).as(up.err()).isZero();
    assertThat(up.out()).isEqualTo("AB!\nCD!\n");
    CommandRun failed = run("", "run", "up.js", "--", "fail");
    assertThat(failed.exitCode()).isEqualTo(9);
    assertThat(failed.err()).contains("no more");
  }

  @Test
  void handlersGetSets() throws IOException {
    ProgramTools.requirePython();
    Files.writeString(
        folder.resolve("join.py"),
        """
        #!/usr/bin/env python3
        # pappus: in=parts out=whole
        def handler(inputs):
            text = b"".join(data for name, key, data in inputs["parts"])
            return {"whole": [("all", 7, text)]}
        """);
    CommandRun joined =
        run("", "run", "join.py", "--set=parts/a=x", "--set=parts:2/b=y", "--output=whole:7/all");
    assertThat(joined.exitCode()).as(joined.err()).isZero();
    assertThat(joined.out()).isEqualTo("xy");
  }

  /** Runs a handler whose source depends on the language; the runtime must be there. */
  private CommandRun handler(String runtime, String python, String javaScript, String... more)
      throws IOException {
    ProgramTools.requireRuntime(runtime);
    boolean script = runtime.equals("quickjs");
    String file = script ? "handler.js" : "handler.py";
    Files.writeString(folder.resolve(file), script ? javaScript : python);
    List<String> words = new ArrayList<>(List.of("run", file, "--runtime", runtime));
    words.addAll(List.of(more));
    return run("", words.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"python", "micropython", "quickjs"})
  void whatGoesWrongIsShownWithItsLine(String runtime) throws IOException {
    String line = runtime.equals("quickjs") ? "handler.js:3" : "handler.py\", line 3";
    CommandRun raised =
        handler(
            runtime,
            "# one\ndef handler(inputs):\n    return inputs['none']\n",
            "// one\nexport function handler(inputs) {\n  return inputs.none.length;\n}\n");
    assertThat(raised.exitCode()).isEqualTo(1);
    assertThat(raised.err()).contains(line, "Error", "exit code 1");
    CommandRun syntax = handler(runtime, "# one\n\ndef (:\n", "// one\n\nexport function (;\n");
    assertThat(syntax.exitCode()).isEqualTo(1);
    assertThat(syntax.err()).contains("SyntaxError", line);
  }

  @ParameterizedTest
  @ValueSource(strings = {"python", "micropython", "quickjs"})
  void whatAHandlerMayNotReturnIsSaid(String runtime) throws IOException {
    assertThat(
            handler(
                    runtime,
                    "def handler(inputs):\n    return 5\n",
                    "export const handler = () => 5;\n")
                .err())
        .contains("TypeError: handler returns", "of sets, a text or bytes, not");
    assertThat(
            handler(
                    runtime,
                    "def handler(inputs):\n    return {'stdio': ['ab']}\n",
                    "export const handler = () => ({ stdio: ['ab'] });\n")
                .err())
        .contains("TypeError: an item of", "stdio", "name, data");
    assertThat(
            handler(
                    runtime,
                    "def handler(inputs):\n    return {'stdio': [('a', 5)]}\n",
                    "export const handler = () => ({ stdio: [{ name: 'a', data: 5 }] });\n")
                .err())
        .contains("TypeError: an item of", "a text or bytes as data");
    CommandRun other =
        handler(
            runtime,
            "def handler(inputs):\n    return {'typo': [('a', 'b')]}\n",
            "export const handler = () => ({ typo: [{ name: 'a', data: 'b' }] });\n");
    assertThat(other.exitCode()).isNotZero();
    assertThat(other.err()).contains("typo");
  }

  @ParameterizedTest
  @ValueSource(strings = {"python", "micropython", "quickjs"})
  void muchDataGoesInAndOut(String runtime) throws IOException {
    byte[] bytes = new byte[20 << 20];
    new Random(1).nextBytes(bytes);
    Files.write(folder.resolve("big"), bytes);
    CommandRun turned =
        handler(
            runtime,
            "# pappus: in=rows out=made memory=512MiB\ndef handler(inputs):\n"
                + "    return {'made': [(i.name, i.key, i.data) for i in inputs['rows']]}\n",
            "// pappus: in=rows out=made memory=512MiB\nexport const handler = (inputs) =>\n"
                + "  ({ made: inputs.rows.map(({ name, key, data }) => ({ name, key, data })) });\n",
            "--set=rows:7/a/b=@big",
            "--out-dir=made");
    assertThat(turned.exitCode()).as(turned.err()).isZero();
    assertThat(folder.resolve("made/made:7/a/b")).hasBinaryContent(bytes);
  }

  @Test
  void withoutItsRuntimeAScriptSaysHowToGetIt() throws IOException {
    Files.writeString(folder.resolve("a.py"), "print(1)\n");
    Files.writeString(folder.resolve("a.js"), "console.log(1)\n");
    CommandRun python = bare("run", "a.py");
    assertThat(python.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(python.err())
        .contains("pappus runtime add python", "pappus runtime add micropython");
    assertThat(bare("run", "a.js").err()).contains("pappus runtime add quickjs");
    CommandRun other = bare("run", "a.js", "--runtime", "python");
    assertThat(other.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(other.err()).contains("does not run it", "quickjs");
    Files.writeString(folder.resolve("x.c"), "int main(void) { return 0; }\n");
    CommandRun compile = bare("run", "x.c", "--compile");
    assertThat(compile.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(compile.err()).contains("compiler_unavailable", "pappus runtime add tcc");
  }

  @Test
  void runtimesAreListedAndNamed() {
    CommandRun list = bare("runtime", "ls");
    assertThat(list.out()).contains("python", "micropython", "quickjs", "tcc", "runtime add");
    assertThat(bare("runtime", "ls", "-o", "json").out().strip()).isEqualTo("[]");
    CommandRun unknown = bare("runtime", "add", "quikjs");
    assertThat(unknown.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(unknown.err()).contains("did you mean 'quickjs'?");
    assertThat(bare("runtime", "rm", "tcc").exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "# pappus: in=a on=b|says nothing",
        "# pappus: in=a in=b|said twice",
        "# pappus: memory=much|much",
        "# pappus: fast|says nothing"
      })
  void headersAreChecked(String line) throws IOException {
    String[] parts = line.split("\\|", -1);
    Files.writeString(folder.resolve("a.py"), "import json\n" + parts[0] + "\n");
    CommandRun checked = bare("check", "a.py");
    assertThat(checked.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(checked.out()).contains("a.py:2: ", parts[1]);
    assertThat(bare("run", "a.py").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void headersNameSets() throws IOException {
    Files.writeString(folder.resolve("a.py"), "# pappus: in=x,y out=z memory=64MiB\n");
    Files.writeString(folder.resolve("b.js"), "console.log(1)\n");
    CommandRun checked = bare("check", "a.py", "b.js");
    assertThat(checked.exitCode()).as(checked.out()).isZero();
    assertThat(checked.out())
        .contains("a function in Python, [x, y] => [z]", "JavaScript, [stdio] => [stdio]");
  }

  @Test
  void whatWouldHideTheRuntimesFilesIsRefused() throws IOException {
    ProgramTools.requireRuntime("quickjs");
    Files.writeString(folder.resolve("pappus.js"), "console.log(1)\n");
    CommandRun hidden = run("", "run", "pappus.js");
    assertThat(hidden.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(hidden.err()).contains("is a file of its runtime");
  }

  @Test
  void projectsInJavaScriptPassTheirTestAtOnce() throws IOException {
    ProgramTools.requireRuntime("quickjs");
    project("javascript");
  }

  @Test
  void projectsInPythonPassTheirTestAtOnce() throws IOException {
    ProgramTools.requirePython();
    project("python");
  }

  private void project(String kind) throws IOException {
    assertThat(run("", "new", kind, "app").exitCode()).isZero();
    CommandRun tested = run("", "test", "--project", "app");
    assertThat(tested.exitCode()).as(tested.err() + tested.out()).isZero();
    Path expected = folder.resolve("app/tests/hello/out/greetings/world");
    Files.writeString(expected, "Good bye");
    assertThat(run("", "test", "--project", "app").exitCode()).isEqualTo(ExitCode.FAILED);
  }
}
