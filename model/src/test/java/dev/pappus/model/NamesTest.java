package dev.pappus.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "_", "A9_z", "count_lines"})
  void acceptsIdentifiers(String text) {
    assertThat(Names.requireIdentifier("function", text)).isEqualTo(text);
  }

  @Test
  void identifierHasAtMost63Characters() {
    assertThat(Names.isIdentifier("a".repeat(63))).isTrue();
    assertThat(Names.isIdentifier("a".repeat(64))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "9a", "a-b", "../x", "a/b", "ä", "a b", "a\n"})
  void refusesOtherIdentifiers(String text) {
    assertThatThrownBy(() -> Names.requireIdentifier("function", text))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.BAD_NAME));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "a/b/c", "…", "..a", "a b\n", "a/", "a//b"})
  void acceptsItemNames(String text) {
    assertThat(Names.requireItemName(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a", "a\0b", ".", "..", "a/../b", "a/.", "./a"})
  void refusesOtherItemNames(String text) {
    assertThatThrownBy(() -> Names.requireItemName(text)).isInstanceOf(ProblemException.class);
  }

  @Test
  void itemNameIsMeasuredInBytes() {
    assertThat(Names.requireItemName("é".repeat(127))).hasSize(127);
    assertThatThrownBy(() -> Names.requireItemName("é".repeat(128)))
        .isInstanceOf(ProblemException.class);
  }

  @Test
  void messagesNeverCarryControlCharacters() {
    assertThat(Names.printable("a\u001b[31m" + "x".repeat(100)))
        .doesNotContain("\u001b")
        .hasSizeLessThan(90);
  }
}
