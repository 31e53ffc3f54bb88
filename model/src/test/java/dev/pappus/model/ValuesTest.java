package dev.pappus.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

class ValuesTest {
  @Test
  void keysCompareUnsigned() {
    assertThat(Key.of(0xFFFF_FFFFL)).isGreaterThan(Key.of(1));
    assertThatThrownBy(() -> Key.of(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Key.of(Key.MAX + 1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void startLevelsPrintAsDocumented() {
    assertThat(new StartLevel(StartLevel.Code.LOADED, true)).hasToString("loaded+vm");
    assertThat(
            StartLevel.colder(
                new StartLevel(StartLevel.Code.DISK, false),
                new StartLevel(StartLevel.Code.BOUND, true)))
        .hasToString("disk+vm");
  }

  @Test
  void digestIsSha256() {
    assertThat(Digest.of(MemorySegment.ofArray(new byte[0])))
        .hasToString("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  }

  @Test
  void functionSpecRefusesTwoSetsOfOneName() {
    assertThatThrownBy(() ->
            new FunctionSpec(
                "f",
                List.of(InputSet.dynamic("a"), InputSet.dynamic("a")),
                List.of(),
                1 << 20,
                List.of()))
        .hasMessageContaining("declared twice");
  }

  @Test
  void functionSpecPadsMinimumsWithZero() {
    FunctionSpec spec =
        new FunctionSpec(
            "f",
            List.of(InputSet.dynamic("a"), InputSet.dynamic("b")),
            List.of("r"),
            1 << 20,
            List.of(7L));
    assertThat(spec.minSetBytes()).containsExactly(7L, 0L);
    assertThat(spec.signature()).isEqualTo(new Signature(List.of("a", "b"), List.of("r")));
  }
}
