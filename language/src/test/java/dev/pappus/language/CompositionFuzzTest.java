package dev.pappus.language;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.pappus.language.CompositionCompiler.Compiled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;

/**
 * Any bytes as composition text: nothing throws, what compiles is stable. Run with JAZZER_FUZZ=1 to
 * search; otherwise it replays the seeds.
 */
class CompositionFuzzTest {
  private static final KnownFunctions KNOWN =
      KnownFunctions.of(
          "f (a, b) => (c)", "plan (query) => (wanted)", "HTTP (requests) => (headers, bodies)");

  @Tag("fuzz")
  @FuzzTest(maxDuration = "1m")
  void anyText(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    Compiled checked = CompositionCompiler.check(text);
    assertThat(checked.diagnostics()).hasSizeLessThanOrEqualTo(100);
    CompositionCompiler.compile(text, KNOWN);
    Formatter.format(text)
        .text()
        .ifPresent(formatted -> {
          assertThat(Formatter.format(formatted).text()).contains(formatted);
          Compiled again = CompositionCompiler.check(formatted);
          assertThat(again.compositions()).isEqualTo(checked.compositions());
        });
  }
}
