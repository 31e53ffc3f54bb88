package dev.pappus.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuggestionTest {
  private static final List<String> KNOWN = List.of("count_lines", "sum", "make_requests");

  @Test
  void findsTyposAndSwappedLetters() {
    assertThat(Suggestion.closest("count_line", KNOWN)).contains("count_lines");
    assertThat(Suggestion.closest("smu", KNOWN)).contains("sum");
    assertThat(Suggestion.closest("MakeRequests", KNOWN)).contains("make_requests");
  }

  @Test
  void isSilentAboutStrangers() {
    assertThat(Suggestion.closest("fetch", KNOWN)).isEmpty();
    assertThat(Suggestion.didYouMean("fetch", KNOWN)).isEmpty();
  }
}
