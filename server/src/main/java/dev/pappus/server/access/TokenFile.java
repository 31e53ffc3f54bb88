package dev.pappus.server.access;

import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The file {@code tokens} of a data folder: a line with the version, then a line of fields between
 * tabs for each token. Only its owner may read it; it is replaced as a whole, so that a crash
 * leaves the old or the new one. One thread at a time.
 */
final class TokenFile {
  private static final String HEADER = "pappus-tokens 1";
  private static final String ABSENT = "-";
  private static final int FIELDS = 10;

  private final Path file;

  TokenFile(Path dataFolder) {
    this.file = dataFolder.resolve("tokens");
  }

  /** What it holds; nothing if it is absent. STORAGE_FAILED if it cannot be read. */
  List<Token> read() {
    List<String> lines;
    try {
      if (!Files.exists(file)) {
        return List.of();
      }
      lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw failed("cannot be read: " + e.getMessage(), e);
    }
    if (lines.isEmpty() || !lines.getFirst().equals(HEADER)) {
      throw failed("does not begin with '" + HEADER + "'", null);
    }
    List<Token> tokens = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      try {
        tokens.add(parse(lines.get(i)));
      } catch (RuntimeException e) {
        throw failed("is damaged in line " + (i + 1), e);
      }
    }
    return tokens;
  }

  private static Token parse(String line) {
    String[] field = line.split("\t", -1);
    if (field.length != FIELDS) {
      throw new IllegalArgumentException("not " + FIELDS + " fields");
    }
    return new Token(
        field[0],
        Scope.parse(field[1]),
        field[2].equals(ABSENT) ? null : new Namespace(field[2]),
        field[9],
        Instant.parse(field[3]),
        field[4].equals(ABSENT) ? null : Instant.parse(field[4]),
        new Quota(
            Double.parseDouble(field[5]), Integer.parseInt(field[6]), Long.parseLong(field[7])),
        field[8]);
  }

  private static String format(Token token) {
    Namespace namespace = token.namespace();
    Instant expires = token.expires();
    return String.join(
        "\t",
        token.id(),
        token.scope().text(),
        namespace == null ? ABSENT : namespace.name(),
        token.created().toString(),
        expires == null ? ABSENT : expires.toString(),
        Double.toString(token.quota().requestsPerSecond()),
        Integer.toString(token.quota().concurrency()),
        Long.toString(token.quota().bytesPerSecond()),
        token.secretHash(),
        token.label());
  }

  /** Replaces what it holds; durable when this returns. STORAGE_FAILED if it cannot be written. */
  void write(Collection<Token> tokens) {
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    tokens.forEach(token -> text.append(format(token)).append('\n'));
    Path draft = file.resolveSibling("tokens.new");
    try {
      Files.deleteIfExists(draft);
      try (FileChannel channel =
          FileChannel.open(
              draft,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text.toString());
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel folder =
          FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
        folder.force(true);
      }
    } catch (IOException e) {
      throw failed("cannot be written: " + e.getMessage(), e);
    }
  }

  private ProblemException failed(String what, @org.jspecify.annotations.Nullable Exception cause) {
    Problem problem =
        Problem.of(ProblemCode.STORAGE_FAILED, "the file of tokens %s %s", file, what)
            .withHint("check permissions and space of the data folder, or restore the file");
    return cause == null ? new ProblemException(problem) : new ProblemException(problem, cause);
  }
}
