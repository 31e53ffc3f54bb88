package dev.pappus.server.api;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Binaries that lie on the server, in the one folder from which they may be deployed. Immutable.
 */
final class LocalFiles {
  private final @Nullable Path folder;

  /** Files below {@code folder}; none at all if it is null. */
  LocalFiles(@Nullable Path folder) {
    this.folder = folder;
  }

  /**
   * Reads a file.
   *
   * @param name a path as a client gave it: absolute, or relative to the folder
   * @throws ProblemException LOCAL_PATH_DENIED, BAD_REQUEST if there is no such file, or
   *     PAYLOAD_TOO_LARGE
   */
  MemorySegment read(String name, Limits limits) {
    if (folder == null) {
      throw new ProblemException(
          Problem.of(ProblemCode.LOCAL_PATH_DENIED, "no folder is open for local_path")
              .withHint("send the binary, or set [deploy] local_path_folder on the node"));
    }
    try {
      Path root = folder.toRealPath();
      // Resolving links first leaves nothing that could point out of the folder afterwards.
      Path file = root.resolve(name).toRealPath();
      if (!file.startsWith(root)) {
        throw outside(name);
      }
      if (!Files.isRegularFile(file)) {
        throw missing(name);
      }
      int most = (int) Math.min(Integer.MAX_VALUE - 64L, limits.get(Limit.BINARY_BYTES));
      try (InputStream in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(most);
        if (in.read() >= 0) {
          throw new ProblemException(
              limits.exceeded(
                  ProblemCode.PAYLOAD_TOO_LARGE,
                  Limit.BINARY_BYTES,
                  "the function's binary",
                  Files.size(file)));
        }
        return MemorySegment.ofArray(bytes);
      }
    } catch (NoSuchFileException | InvalidPathException e) {
      throw missing(name);
    } catch (IOException e) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.BAD_REQUEST, "local_path '%s' cannot be read", Names.printable(name))
              .withHint("check the file's permissions on the node"),
          e);
    }
  }

  private static ProblemException outside(String name) {
    return new ProblemException(
        Problem.of(
                ProblemCode.LOCAL_PATH_DENIED,
                "local_path '%s' lies outside the folder for local files",
                Names.printable(name))
            .withHint("move the file into [deploy] local_path_folder, links are followed"));
  }

  private static ProblemException missing(String name) {
    return new ProblemException(
        Problem.of(
                ProblemCode.BAD_REQUEST,
                "local_path '%s' names no file in the folder for local files",
                Names.printable(name))
            .withHint("name a file inside [deploy] local_path_folder, or send the binary"));
  }
}
