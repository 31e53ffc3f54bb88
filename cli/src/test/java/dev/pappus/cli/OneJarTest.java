package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class OneJarTest {
  @TempDir private Path folder;

  private static Path jarOf(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private Path jar(String name, Map<String, String> entries) throws IOException {
    Path jar = folder.resolve(name);
    try (ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (Map.Entry<String, String> each : entries.entrySet()) {
        to.putNextEntry(new ZipEntry(each.getKey()));
        to.write(each.getValue().getBytes(StandardCharsets.UTF_8));
        to.closeEntry();
      }
    }
    return jar;
  }

  private static void write(List<Path> parts, Path one) throws IOException {
    try (OutputStream to = Files.newOutputStream(one)) {
      OneJar.write(parts, to);
    }
  }

  private static byte[] read(ZipFile jar, String name) throws IOException {
    try (InputStream in = jar.getInputStream(jar.getEntry(name))) {
      return in.readAllBytes();
    }
  }

  private static String text(ZipFile jar, String name) throws IOException {
    return new String(read(jar, name), StandardCharsets.UTF_8);
  }

  @Test
  void everyOldClassHasTheSameMembersAndVerifies() throws Exception {
    Path one = folder.resolve("one.jar");
    write(List.of(jarOf(CommandLine.class)), one);
    int upgraded = 0;
    try (ZipFile before = new ZipFile(jarOf(CommandLine.class).toFile());
        ZipFile after = new ZipFile(one.toFile())) {
      for (ZipEntry entry : before.stream().toList()) {
        String name = entry.getName();
        if (!name.endsWith(".class") || name.startsWith("META-INF/")) {
          continue;
        }
        byte[] now = read(after, name);
        ClassModel model = ClassFile.of().parse(now);
        assertThat(model.majorVersion()).isEqualTo(ClassFile.JAVA_8_VERSION);
        assertThat(ClassFile.of().verify(now)).as(name).isEmpty();
        assertThat(members(model)).isEqualTo(members(ClassFile.of().parse(read(before, name))));
        upgraded++;
      }
      assertThat(text(after, OneJar.NOTICE)).contains("picocli/CommandLine.class");
    }
    assertThat(upgraded).isPositive();
  }

  private static List<String> members(ClassModel model) {
    return Stream.concat(
            model.methods().stream().map(m -> m.methodName().stringValue() + m.methodType()),
            model.fields().stream().map(f -> f.fieldName().stringValue() + f.fieldType()))
        .toList();
  }

  @Test
  void whatNeedsNothingStaysAsItIs() throws Exception {
    Path original = jarOf(tools.jackson.core.JsonParser.class);
    Path one = folder.resolve("one.jar");
    write(List.of(original), one);
    try (ZipFile before = new ZipFile(original.toFile());
        JarFile after = new JarFile(one.toFile())) {
      for (ZipEntry entry : before.stream().toList()) {
        String name = entry.getName();
        if (!entry.isDirectory()
            && !name.equals(JarFile.MANIFEST_NAME)
            && !name.endsWith("module-info.class")) {
          assertThat(read(after, name)).as(name).isEqualTo(read(before, name));
        }
      }
      assertThat(after.isMultiRelease()).isTrue();
      assertThat(after.getManifest().getMainAttributes()).hasSize(2);
    }
  }

  @Test
  void ofTheDatabasesNativeCodeOnlyThatForNodesIsKept() throws Exception {
    Path one = folder.resolve("one.jar");
    write(List.of(jarOf(org.sqlite.JDBC.class)), one);
    try (ZipFile all = new ZipFile(one.toFile())) {
      assertThat(all.stream().map(ZipEntry::getName))
          .filteredOn(name -> name.startsWith("org/sqlite/native/"))
          .containsExactly("org/sqlite/native/Linux/x86_64/libsqlitejdbc.so");
    }
  }

  @Test
  void servicesOfAllAndLicencesOfEachAreKept() throws Exception {
    Path one = folder.resolve("one.jar");
    Path a =
        jar(
            "a.jar",
            Map.of(
                "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n",
                "META-INF/A.SF", "signed",
                "META-INF/LICENSE", "all rights",
                "NOTICE.txt", "by A",
                "META-INF/services/x.Y", "a.First",
                "module-info.class", "module",
                "data.txt", "same"));
    Path b =
        jar(
            "b.jar",
            Map.of(
                "META-INF/LICENSE", "no rights",
                "NOTICE.txt", "by B",
                "META-INF/services/x.Y", "b.Second\n",
                "META-INF/versions/9/module-info.class", "module",
                "data.txt", "same"));
    write(List.of(a, b), one);
    try (ZipFile all = new ZipFile(one.toFile())) {
      assertThat(all.stream().map(ZipEntry::getName))
          .containsExactlyInAnyOrder(
              "META-INF/MANIFEST.MF",
              "META-INF/CHANGED-BY-PAPPUS",
              "META-INF/LICENSE",
              "META-INF/b.jar/LICENSE",
              "NOTICE.txt",
              "META-INF/b.jar/NOTICE.txt",
              "META-INF/services/x.Y",
              "data.txt");
      assertThat(text(all, "META-INF/services/x.Y").lines()).containsExactly("a.First", "b.Second");
      assertThat(text(all, "META-INF/LICENSE")).isEqualTo("all rights");
      assertThat(text(all, "META-INF/b.jar/LICENSE")).isEqualTo("no rights");
    }
  }

  @Test
  void jarsThatContradictEachOtherAreNotJoined() throws Exception {
    for (String name : List.of("x/data.txt", "settings.properties", "META-INF/native/lib.so")) {
      Path a = jar("a.jar", Map.of(name, "one"));
      Path b = jar("b.jar", Map.of(name, "another"));
      assertThatThrownBy(() -> write(List.of(a, b), folder.resolve("one.jar")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("b.jar has another " + name);
    }
  }

  @Test
  void foldersAreAsGoodAsJars() throws Exception {
    Path classes = Files.createDirectories(folder.resolve("classes/x/y"));
    Files.writeString(classes.resolve("data.txt"), "data");
    Path fromFolder = folder.resolve("first.jar");
    write(List.of(folder.resolve("classes")), fromFolder);
    Path fromJar = folder.resolve("second.jar");
    write(List.of(jar("a.jar", Map.of("x/y/data.txt", "data"))), fromJar);
    assertThat(Files.mismatch(fromFolder, fromJar)).isEqualTo(-1);
  }

  @Test
  void itTakesThePlaceOfAllOthersAndIsTheSameEverywhere() throws Exception {
    Path lib = Files.createDirectory(folder.resolve("lib"));
    Path a = jar("lib/a.jar", Map.of("a.txt", "a"));
    Path b = jar("lib/b.jar", Map.of("b.txt", "b"));
    Path first = folder.resolve("first.jar");
    TimeZone own = TimeZone.getDefault();
    TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Auckland"));
    try {
      write(List.of(a, b), first);
    } finally {
      TimeZone.setDefault(own);
    }
    OneJar.main(new String[] {lib.toString()});
    assertThat(lib.toFile().list()).containsExactly(OneJar.NAME);
    assertThat(Files.mismatch(lib.resolve(OneJar.NAME), first)).isEqualTo(-1);
  }
}
