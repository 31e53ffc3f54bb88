package dev.pappus.cli;

import dev.pappus.server.settings.ProjectFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The files of a new project. */
enum ProjectTemplate {
  C {
    @Override
    Map<String, String> files(String name) {
      Map<String, String> files = common(name);
      files.put("functions/" + name + "/" + name + ".c", text("function.c", name));
      files.put("app.dag", text("function.dag", name));
      files.put("tests/hello/in/names/world", "World");
      files.put("tests/hello/out/greetings/world", "Hello, World!\n");
      return files;
    }
  },
  /** The C function, compiled to WebAssembly. */
  WASM {
    @Override
    Map<String, String> files(String name) {
      Map<String, String> files = C.files(name);
      files.merge(ProjectFile.NAME, text("wasm.toml", name), String::concat);
      return files;
    }
  },
  PYTHON {
    @Override
    Map<String, String> files(String name) {
      return script(name, ScriptLanguage.PYTHON);
    }
  },
  JAVASCRIPT {
    @Override
    Map<String, String> files(String name) {
      return script(name, ScriptLanguage.JAVASCRIPT);
    }
  },
  COMPOSITION {
    @Override
    Map<String, String> files(String name) {
      Map<String, String> files = common(name);
      files.put("functions/count_words/count_words.c", text("count_words.c", name));
      files.put("functions/add_up/add_up.c", text("add_up.c", name));
      files.put("app.dag", text("composition.dag", name));
      files.put("tests/hello/in/texts/one", "To be, or not to be\n");
      files.put("tests/hello/in/texts/two", "that is the question\n");
      files.put("tests/hello/out/counts/one", "6\n");
      files.put("tests/hello/out/counts/two", "4\n");
      files.put("tests/hello/out/total/total", "10\n");
      return files;
    }
  };

  /** What cannot name a function in C, or has a meaning in pappus.h. */
  private static final Set<String> TAKEN =
      Set.of(
          ("auto break case char const continue default do double else enum extern float for goto if"
                  + " inline int long register restrict return short signed sizeof static struct"
                  + " switch typedef typeof union unsigned void volatile while asm bool true false"
                  + " main linux unix in out IN OUT NULL memcpy memmove memset memcmp memchr strlen"
                  + " strcmp strncmp HTTP count_words add_up")
              .split(" "));

  /** Texts by path. */
  abstract Map<String, String> files(String name);

  /** Whether {@code name}, which is an identifier, can be the name of a new project. */
  static boolean mayBeNamed(String name) {
    // Some room is left for names that are made of it.
    return !TAKEN.contains(name)
        && !name.startsWith("_")
        && !name.endsWith("_t")
        && !name.matches("(?i)pappus_.*|u?int[0-9]+.*")
        && name.length() <= 48;
  }

  /** Writes the files below {@code folder}, which must not exist. */
  void write(Path folder, String name) throws IOException {
    Files.createDirectories(folder.toAbsolutePath().getParent());
    Files.createDirectory(folder);
    for (Map.Entry<String, String> each : files(name).entrySet()) {
      Path file = folder.resolve(each.getKey());
      Files.createDirectories(file.getParent());
      Files.writeString(file, each.getValue());
    }
  }

  private static Map<String, String> script(String name, ScriptLanguage language) {
    Map<String, String> files = common(name);
    String ending = language.ending();
    files.put("functions/" + name + "/" + name + ending, text("function" + ending, name));
    files.put("tests/hello/in/names/world", "World");
    files.put("tests/hello/out/greetings/world", "Hello, World!\n");
    return files;
  }

  private static Map<String, String> common(String name) {
    Map<String, String> files = new LinkedHashMap<>();
    files.put(ProjectFile.NAME, text("pappus.toml", name));
    files.put(".gitignore", ".pappus/\n");
    return files;
  }

  private static String text(String resource, String name) {
    try (InputStream in =
        Objects.requireNonNull(ProjectTemplate.class.getResourceAsStream("project/" + resource))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("NAME", name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
