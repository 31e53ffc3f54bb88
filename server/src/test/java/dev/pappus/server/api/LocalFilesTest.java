package dev.pappus.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFilesTest {
  @TempDir Path folder;
  private Path root;

  @BeforeEach
  void layOut() throws IOException {
    root = Files.createDirectories(folder.resolve("open/sub"));
    root = folder.resolve("open");
    Files.writeString(folder.resolve("secret"), "secret");
    Files.writeString(root.resolve("sub/f.elf"), "binary");
    Files.createSymbolicLink(root.resolve("out"), folder.resolve("secret"));
    Files.createSymbolicLink(root.resolve("up"), folder);
    Files.createSymbolicLink(root.resolve("in"), root.resolve("sub/f.elf"));
  }

  private void assertRefused(LocalFiles files, String name, ProblemCode code) {
    assertThatThrownBy(() -> files.read(name, Limits.DEFAULTS))
        .as(name)
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.problem().code()).isEqualTo(code));
  }

  @Test
  void filesInsideAreRead() {
    LocalFiles files = new LocalFiles(root);
    for (String name : new String[] {"sub/f.elf", "in", "sub/../sub/f.elf", root + "/sub/f.elf"}) {
      assertThat(files.read(name, Limits.DEFAULTS).byteSize()).as(name).isEqualTo(6);
    }
  }

  @Test
  void nothingOutsideIsReached() {
    LocalFiles files = new LocalFiles(root);
    for (String name :
        new String[] {"../secret", "out", "up/secret", "/etc/passwd", folder + "/secret"}) {
      assertRefused(files, name, ProblemCode.LOCAL_PATH_DENIED);
    }
    for (String name : new String[] {"none", "sub", "", "nul\0"}) {
      assertRefused(files, name, ProblemCode.BAD_REQUEST);
    }
    assertRefused(new LocalFiles(null), "sub/f.elf", ProblemCode.LOCAL_PATH_DENIED);
  }

  @Test
  void sizesAreLimited() {
    assertThatThrownBy(
            () -> new LocalFiles(root).read("in", Limits.DEFAULTS.with(Limit.BINARY_BYTES, 5)))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> assertThat(e.problem().detail()).contains("limits.binary_bytes"));
  }
}
