package dev.pappus.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Part of the build: makes one jar of all, without what describes them as bundles and modules. Each
 * start reads the description of each jar whose classes it uses, and asks for the state of all
 * jars, which takes a sixth of a short command's time. Classes that the JVM's cache would not take
 * are {@linkplain ClassFileUpgrade upgraded}.
 */
public final class OneJar {
  /** The name of it. */
  static final String NAME = "pappus.jar";

  /** The licences of what is changed ask for it. */
  static final String NOTICE = "META-INF/CHANGED-BY-PAPPUS";

  private static final String META = "META-INF/";
  private static final String SERVICES = "META-INF/services/";
  private static final String MANIFEST = "META-INF/MANIFEST.MF";

  /** Some jars have classes for newer versions of Java. */
  private static final String OWN_MANIFEST = "Manifest-Version: 1.0\r\nMulti-Release: true\r\n\r\n";

  /**
   * Descriptions of modules, indexes and signatures, of which none would fit, and the database's
   * native code for machines where no node runs, which would be two fifths of the jar.
   */
  private static final Pattern LEFT_OUT =
      Pattern.compile(
          "(.*/)?module-info\\.class|META-INF/INDEX\\.LIST|META-INF/[^/]+\\.(SF|RSA|DSA|EC)"
              + "|org/sqlite/native/(?!Linux/x86_64/).*");

  /** What each of several jars may say of itself, and no code reads. */
  private static final Pattern ABOUT_A_JAR =
      Pattern.compile(
          "(META-INF/)?((LICEN[CS]E|NOTICE|DEPENDENCIES|THIRD-PARTY)(\\.(txt|md))?|io\\.netty\\.versions\\.properties)");

  private static final LocalDateTime MODIFIED =
      LocalDateTime.ofEpochSecond(Distribution.MODIFIED_SECONDS, 0, ZoneOffset.UTC);

  private final Map<String, byte[]> entries = new TreeMap<>();
  private final List<String> upgraded = new ArrayList<>();

  private OneJar() {}

  /**
   * Puts the one jar in the place of all others.
   *
   * @param arguments the folder with the jars, which are on the class path
   */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    List<Path> jars;
    try (Stream<Path> files = Files.list(folder)) {
      jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
    Path next = folder.resolve(NAME + ".new");
    try (OutputStream to = Files.newOutputStream(next)) {
      write(jars, to);
    }
    for (Path jar : jars) {
      Files.delete(jar);
    }
    Files.move(next, folder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Writes the one jar.
   *
   * @param parts jars, or folders of what would be in one; their classes are on the class path
   * @param out gets it; stays open
   * @throws IOException also if two parts have different classes, or data, of one name
   */
  static void write(List<Path> parts, OutputStream out) throws IOException {
    OneJar all = new OneJar();
    for (Path part : parts) {
      if (Files.isDirectory(part)) {
        all.addFolder(part);
      } else {
        all.addJar(part);
      }
    }
    ZipOutputStream to = new ZipOutputStream(out);
    write(to, MANIFEST, text(OWN_MANIFEST));
    write(to, NOTICE, text(all.notice()));
    for (Map.Entry<String, byte[]> entry : all.entries.entrySet()) {
      write(to, entry.getKey(), entry.getValue());
    }
    to.finish();
  }

  private void addFolder(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        add(folder, folder.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
  }

  private void addJar(Path jar) throws IOException {
    try (ZipFile from = new ZipFile(jar.toFile())) {
      for (ZipEntry entry : from.stream().toList()) {
        if (!entry.isDirectory()) {
          add(jar, entry.getName(), read(from, entry));
        }
      }
    }
  }

  private void add(Path jar, String name, byte[] content) throws IOException {
    if (name.equals(MANIFEST) || LEFT_OUT.matcher(name).matches()) {
      return;
    }
    if (name.startsWith(SERVICES)) {
      entries.merge(name, content, OneJar::lines);
    } else if (name.endsWith(".class")) {
      boolean isOld = ClassFileUpgrade.isOld(content) && !name.startsWith(META);
      put(jar, name, isOld ? ClassFileUpgrade.upgrade(content) : content);
      if (isOld) {
        upgraded.add(name);
      }
    } else if (differs(name, content) && ABOUT_A_JAR.matcher(name).matches()) {
      String own = name.startsWith(META) ? name.substring(META.length()) : name;
      put(jar, META + jar.getFileName() + "/" + own, content);
    } else {
      put(jar, name, content);
    }
  }

  private void put(Path jar, String name, byte[] content) throws IOException {
    if (differs(name, content)) {
      throw new IOException(jar + " has another " + name + " than a jar before it");
    }
    entries.put(name, content);
  }

  private boolean differs(String name, byte[] content) {
    byte[] before = entries.get(name);
    return before != null && !Arrays.equals(before, content);
  }

  private String notice() {
    return """
    These are the contents of several jars, without their manifests, signatures, descriptions
    of modules and SQLite for other machines. Licences that several had differently are in folders
    with the jars' names.
    Class file version and stack maps were changed of:
    """
        + String.join("\n", upgraded)
        + "\n";
  }

  private static byte[] lines(byte[] first, byte[] second) {
    return text(
        new String(first, StandardCharsets.UTF_8)
            + "\n"
            + new String(second, StandardCharsets.UTF_8));
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] read(ZipFile jar, ZipEntry entry) throws IOException {
    try (InputStream in = jar.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }

  private static void write(ZipOutputStream jar, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(MODIFIED); // whatever the builder's time zone is
    jar.putNextEntry(entry);
    jar.write(content);
    jar.closeEntry();
  }
}
