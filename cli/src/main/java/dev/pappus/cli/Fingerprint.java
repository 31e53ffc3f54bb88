package dev.pappus.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;

/** One number for the content of several files: contents count, times do not. */
final class Fingerprint {
  private Fingerprint() {}

  /** Of the files, absent ones included, and of what else decides what is made of them. */
  static String of(Collection<Path> files, List<String> besides) throws IOException {
    MessageDigest sha256 = sha256();
    for (String each : besides) {
      update(sha256, each);
    }
    for (Path file : new TreeSet<>(files)) {
      update(sha256, file.toString());
      update(sha256, ofFile(file));
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  private static String ofFile(Path file) throws IOException {
    MessageDigest sha256 = sha256();
    try (InputStream in = Files.newInputStream(file);
        OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), sha256)) {
      in.transferTo(out);
    } catch (NoSuchFileException e) {
      return "absent";
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  private static void update(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
