package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the helper modules make of files, outside of any sandbox: interpreters run as processes,
 * with {@code /} moved into a folder.
 */
class RuntimeHelpersTest {
  private static final String PYTHON =
      """
      import json, sys
      print("once")
      def handler(inputs):
          for name, items in sorted(inputs.items()):
              for item in items:
                  print(name, item.name, item.key, list(item.data))
          return {"made": [("deep/a.txt", "é"), ("b", 5, b"\\xff\\0")], "none": []}
      """;
  private static final String JAVASCRIPT =
      """
      console.log("once");
      export async function handler(inputs) {
        for (const name of Object.keys(inputs).sort())
          for (const item of inputs[name])
            console.log(name, item.name, item.key, `[${Array.from(item.data).join(", ")}]`);
        return { made: [{ name: "deep/a.txt", data: "é" },
                        { name: "b", key: 5, data: new Uint8Array([9, 255, 0]).subarray(1) }], none: [] };
      }
      """;

  @TempDir private Path root;

  private static String text(String runtime, String python, String javaScript) {
    return runtime.equals("quickjs") ? javaScript : python;
  }

  /** Runs a source file by a runtime. */
  private CCompiler.Outcome run(String name, String source, String... words)
      throws IOException, InterruptedException {
    ProgramTools.requireRuntime(name);
    InstalledRuntime runtime = Objects.requireNonNull(Runtimes.of(terminal()).find(name));
    for (Map.Entry<String, RuntimeFile> each : runtime.library().entrySet()) {
      Path file = root.resolve("lib").resolve(each.getKey());
      Files.createDirectories(file.getParent());
      if (!Files.exists(file)) {
        Files.copy(each.getValue().path(), file);
      }
    }
    String handler = text(name, "handler.py", "handler.js");
    Files.writeString(root.resolve("lib").resolve(handler), source);
    // As everything in /lib, the library is a set, too.
    Files.createDirectories(root.resolve("in/lib"));
    Files.writeString(root.resolve("in/lib/secret"), "of no interest");
    Files.createDirectories(root.resolve("out"));
    List<String> line = new ArrayList<>(List.of(runtime.binary().path().toString()));
    runtime.arguments().forEach(word -> line.add(word.startsWith("/lib/") ? root + word : word));
    line.add(root + "/lib/" + handler);
    line.addAll(List.of(words));
    return CCompiler.run(line, root, Map.of("PAPPUS_ROOT", root.toString()));
  }

  private Terminal terminal() {
    return CommandRun.terminal(root, ProgramTools.environment());
  }

  private void input(String path, String content) throws IOException {
    Path file = root.resolve("in").resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  @ParameterizedTest
  @ValueSource(strings = {"python", "micropython", "quickjs"})
  void handlersGetInputsAndGiveOutputs(String runtime) throws Exception {
    input("logs/b", "B");
    input("logs/a/deep", "é");
    input("logs:4294967295/c", "");
    input("stdio/stdin", "x");
    CCompiler.Outcome ran = run(runtime, text(runtime, PYTHON, JAVASCRIPT));
    assertThat(ran.exitCode()).as(ran.messages()).isZero();
    assertThat(ran.messages().lines())
        .containsExactly(
            "once",
            "logs a/deep 0 [195, 169]",
            "logs b 0 [66]",
            "logs c 4294967295 []",
            "stdio stdin 0 [120]");
    assertThat(root.resolve("out/made/deep/a.txt")).hasContent("é");
    assertThat(root.resolve("out/made:5/b")).hasBinaryContent(new byte[] {-1, 0});
    assertThat(RuntimeManifest.filesBelow(root.resolve("out"))).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"python", "micropython", "quickjs"})
  void whatAHandlerReturnsAsTextIsPrinted(String runtime) throws Exception {
    input("stdio/stdin", "");
    CCompiler.Outcome text =
        run(
            runtime,
            text(
                runtime,
                "def handler(inputs):\n  return 'é!'\n",
                "export const handler = () => 'é!';"));
    assertThat(text).isEqualTo(new CCompiler.Outcome(0, "é!"));
    CCompiler.Outcome bytes =
        run(
            runtime,
            text(
                runtime,
                "def handler(inputs):\n  print('first')\n  return b'ab'\n",
                "export const handler = () => { console.log('first'); return new Uint8Array([97, 98]); };"));
    assertThat(bytes).isEqualTo(new CCompiler.Outcome(0, "first\nab"));
    CCompiler.Outcome nothing =
        run(
            runtime,
            text(runtime, "def handler(inputs):\n  pass\n", "export function handler() {}"));
    assertThat(nothing).isEqualTo(new CCompiler.Outcome(0, ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"python", "micropython", "quickjs"})
  void scriptsAreRunAsScripts(String runtime) throws Exception {
    CCompiler.Outcome ran =
        run(
            runtime,
            text(
                runtime,
                "import sys\nif __name__ == '__main__':\n  print(sys.argv[1:], len(sys.argv))\n",
                "console.log(`['${scriptArgs[1]}'] ${scriptArgs.length}`);"),
            "word");
    assertThat(ran).isEqualTo(new CCompiler.Outcome(0, "['word'] 2\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"python", "micropython", "quickjs"})
  void exitCodesAndErrorsAreSeen(String runtime) throws Exception {
    input("stdio/stdin", "");
    CCompiler.Outcome exit =
        run(
            runtime,
            text(
                runtime,
                "import sys\nprint('bye')\nsys.exit(7)\n",
                "import * as std from 'std'; console.log('bye'); std.exit(7);"));
    assertThat(exit).isEqualTo(new CCompiler.Outcome(7, "bye\n"));
    CCompiler.Outcome thrown =
        run(
            runtime,
            text(
                runtime,
                "def handler(inputs):\n  raise ValueError('no good')\n",
                "export function handler() {\n  throw new RangeError('no good');\n}\n"));
    assertThat(thrown.exitCode()).isEqualTo(1);
    assertThat(thrown.messages())
        .contains("Error: no good", text(runtime, "handler.py", "handler.js"), "2");
    CCompiler.Outcome syntax = run(runtime, text(runtime, "def\n", "export function {\n"));
    assertThat(syntax.exitCode()).isEqualTo(1);
    assertThat(syntax.messages()).contains("SyntaxError");
    CCompiler.Outcome outside =
        run(
            runtime,
            text(
                runtime,
                "def handler(inputs):\n  return {'made': [('a/', 'x')]}\n",
                "export const handler = () => ({ made: [{ name: 'a/', data: 'x' }] });"));
    assertThat(outside.exitCode()).isEqualTo(1);
  }

  @Test
  void pythonScriptsEndInGoodOrder() throws Exception {
    CCompiler.Outcome ran =
        run(
            "python",
            """
            import atexit, sys
            f = open(sys.argv[1], 'w')
            f.write('kept')
            atexit.register(print, 'last')
            print('first')
            """,
            root + "/f");
    assertThat(ran).isEqualTo(new CCompiler.Outcome(0, "first\nlast\n"));
    assertThat(root.resolve("f")).hasContent("kept");
  }

  @Test
  void filesOfModulesBesideTheScriptAreWritten() throws Exception {
    Files.createDirectories(root.resolve("lib/deep"));
    Files.writeString(
        root.resolve("lib/words.py"),
        "import sys\nkept = open(sys.argv[1], 'w')\nkept.write('by a module')\n");
    Files.writeString(
        root.resolve("lib/deep/inner.py"),
        "import sys\nkept = [open(sys.argv[2], 'w')]\nkept[0].write('by another')\n");
    CCompiler.Outcome ran =
        run("python", "import words\nimport deep.inner\n", root + "/f", root + "/g");
    assertThat(ran).isEqualTo(new CCompiler.Outcome(0, ""));
    assertThat(root.resolve("f")).hasContent("by a module");
    assertThat(root.resolve("g")).hasContent("by another");
  }

  @ParameterizedTest
  @ValueSource(strings = {"python", "micropython", "quickjs"})
  void whatCannotBeWrittenFails(String runtime) throws Exception {
    input("stdio/stdin", "");
    Files.createDirectories(root.resolve("out/made"));
    Files.createSymbolicLink(root.resolve("out/made/a"), Path.of("/dev/full"));
    for (String data : List.of("'x'", text(runtime, "b'x'", "new Uint8Array([1])"))) {
      CCompiler.Outcome full =
          run(
              runtime,
              text(
                      runtime,
                      "def handler(inputs):\n  return {'made': [('a', %s)]}\n",
                      "export const handler = () => ({ made: [{ name: 'a', data: %s }] });")
                  .formatted(data));
      assertThat(full.exitCode()).as(full.messages()).isEqualTo(1);
      assertThat(full.messages()).containsAnyOf("out/made/a", "Error");
    }
  }

  @Test
  void pythonHasItsLibrary() throws Exception {
    CCompiler.Outcome ran =
        run(
            "python",
            """
            import ast, asyncio, base64, collections, csv, dataclasses, datetime, decimal, difflib, email.message
            import fractions, functools, gzip, hashlib, html, http.client, io, itertools, json, logging, math
            import pathlib, pickle, random, re, shutil, statistics, string, struct, subprocess, tempfile, textwrap
            import tomllib, typing, unicodedata, unittest, urllib.parse, uuid, xml.etree.ElementTree, zipfile, zlib
            print(hashlib.sha256(zlib.compress(b"x" * 100)).hexdigest()[:4], decimal.Decimal(1) / 3)
            @dataclasses.dataclass
            class Point:
                x: int
            print(pickle.loads(pickle.dumps(Point(3))), hash("a") != 0)
            print(xml.etree.ElementTree.fromstring("<a b='1'/>").get("b"), unicodedata.name("é"))
            """);
    assertThat(ran.exitCode()).as(ran.messages()).isZero();
    assertThat(ran.messages())
        .contains("0.3333333333333333333333333333", "Point(x=3) True", "LATIN SMALL LETTER E");
  }
}
