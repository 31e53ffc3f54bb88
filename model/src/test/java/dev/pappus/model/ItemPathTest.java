package dev.pappus.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ItemPathTest {
  @Test
  void splitsAtTheFirstSlash() {
    assertThat(ItemPath.parse("logs/2026/a.txt"))
        .isEqualTo(new ItemPath("logs", Key.ZERO, "2026/a.txt"));
  }

  @Test
  void keyIsUnsigned32Bit() {
    assertThat(ItemPath.parse("logs:4294967295/a").key().value()).isEqualTo(Key.MAX);
  }

  @Test
  void colonInTheItemBelongsToTheItem() {
    assertThat(ItemPath.parse("logs/a:7")).isEqualTo(new ItemPath("logs", Key.ZERO, "a:7"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"logs/a", "logs:7/a", "logs:4294967295/a/b"})
  void printsWhatItParses(String text) {
    assertThat(ItemPath.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "logs",
        "logs/",
        "/a",
        "logs:/a",
        "logs:-1/a",
        "logs:4294967296/a",
        "logs:٣/a",
        "l:1:2/a",
        "logs//a",
        "logs/../a"
      })
  void refusesOtherForms(String text) {
    assertThatThrownBy(() -> ItemPath.parse(text)).isInstanceOf(ProblemException.class);
  }
}
