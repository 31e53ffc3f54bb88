package dev.pappus.server.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pappus.model.Item;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How many sources there may be, and how large. */
class SourceFilesTest {
  private static final Limits LIMITS =
      Limits.DEFAULTS.with(Limit.SOURCE_BYTES, 1000).with(Limit.SOURCE_FILES, 10);

  /** A unit, and headers without a byte. */
  private static List<Item> sources(int headers, String name) {
    List<Item> sources = new ArrayList<>(List.of(Item.ofText("a.c", "")));
    for (int i = 0; i < headers; i++) {
      sources.add(Item.ofText(name + i + ".h", ""));
    }
    return sources;
  }

  private static Problem refusal(List<Item> sources) {
    return catchThrowableOfType(ProblemException.class, () -> SourceFiles.require(sources, LIMITS))
        .problem();
  }

  @Test
  void theirNumberIsLimited() {
    SourceFiles.require(sources(9, "h"), LIMITS);
    Problem many = refusal(sources(10, "h"));
    assertThat(many.code()).isEqualTo(ProblemCode.TOO_MANY_ITEMS);
    assertThat(many.detail()).contains("limits.source_files");
  }

  @Test
  void theirNamesCount() {
    SourceFiles.require(sources(4, "ü".repeat(100)), LIMITS);
    Problem large = refusal(sources(5, "ü".repeat(100)));
    assertThat(large.code()).isEqualTo(ProblemCode.PAYLOAD_TOO_LARGE);
    assertThat(large.detail()).contains("limits.source_bytes");
  }
}
