package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Old classes that a quick start needs in a new form. */
class ClassFileUpgradeTest {
  @TempDir private Path folder;

  private static Path jarOf(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  @Test
  void everyUpgradedClassHasTheSameMembersAndVerifies() throws Exception {
    Path jar = Files.copy(jarOf(CommandLine.class), folder.resolve("picocli.jar"));
    ClassFileUpgrade.upgrade(jar);
    int upgraded = 0;
    try (ZipFile before = new ZipFile(jarOf(CommandLine.class).toFile());
        ZipFile after = new ZipFile(jar.toFile())) {
      assertThat(after.getEntry(ClassFileUpgrade.NOTICE)).isNotNull();
      for (ZipEntry entry : before.stream().toList()) {
        byte[] old = read(before, entry);
        byte[] now = read(after, entry);
        if (!entry.getName().endsWith(".class") || entry.getName().startsWith("META-INF/")) {
          assertThat(now).as(entry.getName()).isEqualTo(old);
          continue;
        }
        ClassModel model = ClassFile.of().parse(now);
        assertThat(model.majorVersion()).isEqualTo(ClassFile.JAVA_8_VERSION);
        assertThat(ClassFile.of().verify(now)).as(entry.getName()).isEmpty();
        assertThat(members(model)).isEqualTo(members(ClassFile.of().parse(old)));
        upgraded++;
      }
    }
    assertThat(upgraded).isPositive();
  }

  private static java.util.List<String> members(ClassModel model) {
    return java.util.stream.Stream.concat(
            model.methods().stream().map(m -> m.methodName().stringValue() + m.methodType()),
            model.fields().stream().map(f -> f.fieldName().stringValue() + f.fieldType()))
        .toList();
  }

  private static byte[] read(ZipFile jar, ZipEntry entry) throws IOException {
    try (InputStream in = jar.getInputStream(jar.getEntry(entry.getName()))) {
      return in.readAllBytes();
    }
  }

  @Test
  void whatNeedsNothingStaysAsItIs() throws Exception {
    Path original = jarOf(tools.jackson.core.JsonParser.class);
    Path jar = Files.copy(original, folder.resolve("jackson.jar"));
    ClassFileUpgrade.upgrade(jar);
    assertThat(Files.mismatch(jar, original)).isEqualTo(-1);
    assertThat(folder).isDirectoryContaining("glob:**/jackson.jar");
    assertThat(folder.toFile().list()).hasSize(1);
  }
}
