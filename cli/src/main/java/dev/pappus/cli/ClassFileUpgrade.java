package dev.pappus.cli;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Part of the build: gives classes that were compiled for Java 5, as picocli's are, the version and
 * the stack maps of Java 8. What they do stays the same, but the JVM's cache of loaded classes
 * (cache.sh) takes only classes with stack maps; without, reading and verifying them is a third of
 * each command's start.
 */
public final class ClassFileUpgrade {
  private static final int FIRST_WITH_STACK_MAPS = ClassFile.JAVA_6_VERSION;
  private static final int GIVEN = ClassFile.JAVA_8_VERSION;

  /** The licences of what is changed ask for it. */
  static final String NOTICE = "META-INF/CHANGED-BY-PAPPUS";

  private static final ClassFile CODEC = ClassFile.of(StackMapsOption.GENERATE_STACK_MAPS);

  private ClassFileUpgrade() {}

  /**
   * Upgrades the jars that need it, in place.
   *
   * @param arguments the folder with the jars, which are on the class path
   */
  public static void main(String[] arguments) throws IOException {
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(Path.of(arguments[0]), "*.jar")) {
      for (Path jar : jars) {
        upgrade(jar);
      }
    }
  }

  /** Upgrades a jar whose classes and their ancestors are on the class path, if it needs it. */
  static void upgrade(Path jar) throws IOException {
    Path next = jar.resolveSibling(jar.getFileName() + ".new");
    try (ZipFile from = new ZipFile(jar.toFile())) {
      List<String> old = old(from);
      if (old.isEmpty()) {
        return;
      }
      try (ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(next))) {
        write(from, old, to);
      }
    }
    Files.move(next, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Names of the classes that need it. */
  private static List<String> old(ZipFile jar) throws IOException {
    List<String> names = new ArrayList<>();
    for (ZipEntry entry : jar.stream().toList()) {
      if (isOld(entry.getName(), read(jar, entry))) {
        names.add(entry.getName());
      }
    }
    return names;
  }

  private static void write(ZipFile from, List<String> old, ZipOutputStream to) throws IOException {
    for (ZipEntry entry : from.stream().toList()) {
      byte[] content = read(from, entry);
      String name = entry.getName();
      write(to, name, old.contains(name) ? upgrade(content) : content);
    }
    String notice = "Class file version and stack maps were changed of:\n";
    byte[] text = (notice + String.join("\n", old) + "\n").getBytes(StandardCharsets.UTF_8);
    write(to, NOTICE, text);
  }

  private static byte[] read(ZipFile jar, ZipEntry entry) throws IOException {
    try (InputStream in = jar.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }

  private static void write(ZipOutputStream jar, String name, byte[] content) throws IOException {
    jar.putNextEntry(new ZipEntry(name));
    jar.write(content);
    jar.closeEntry();
  }

  private static boolean isOld(String name, byte[] content) {
    return name.endsWith(".class")
        && !name.startsWith("META-INF/")
        && content.length > 8
        && (((content[6] & 0xff) << 8) | (content[7] & 0xff)) < FIRST_WITH_STACK_MAPS;
  }

  private static byte[] upgrade(byte[] old) {
    ClassModel model = CODEC.parse(old);
    // Bodies are taken apart and put together, else they would be copied as they are.
    ClassTransform bodies =
        ClassTransform.transformingMethodBodies((code, element) -> code.with(element));
    return CODEC.transformClass(
        model,
        bodies.andThen((result, element) -> {
          if (element instanceof ClassFileVersion) {
            result.withVersion(GIVEN, 0);
          } else {
            result.with(element);
          }
        }));
  }
}
