package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextDiffTest {
  @Test
  void linesAroundADifferenceAreShown() {
    assertThat(diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\nsix\n7\n8\n9\n"))
        .containsExactly(
            "@@ line 3 became line 3 @@", " 3", " 4", " 5", "-6", "+six", " 7", " 8", " 9");
  }

  @Test
  void differencesFarApartAreTwoHunks() {
    String many = "line\n".repeat(20);
    assertThat(diff("a\n" + many + "z\n", "b\n" + many + "y\n"))
        .containsExactly(
            "@@ line 1 became line 1 @@",
            "-a",
            "+b",
            " line",
            " line",
            " line",
            "@@ line 19 became line 19 @@",
            " line",
            " line",
            " line",
            "-z",
            "+y");
  }

  @Test
  void aMissingLineEndIsADifference() {
    assertThat(diff("a\n", "a"))
        .containsExactly("@@ line 1 became line 1 @@", " a", "+\\ no line end at the end");
  }

  @Test
  void controlCharactersDoNotReachTheTerminal() {
    assertThat(String.join("", diff("a\n", "a\u001b[31m\n"))).doesNotContain("\u001b");
    assertThat(TextDiff.show("\u0007bell".getBytes(StandardCharsets.UTF_8)))
        .containsExactly("(5 bytes, not text)");
  }

  @Test
  void bytesDifferFromTheirFirstDifferenceOn() {
    assertThat(TextDiff.of(new byte[] {0, 1, 2}, new byte[] {0, 1}))
        .containsExactly("differs from byte 2 on: 0x02 became the end; 3 bytes became 2");
  }

  @Test
  void largeDifferencesAreCutAndFast() {
    StringBuilder old = new StringBuilder();
    StringBuilder now = new StringBuilder();
    for (int i = 0; i < 50_000; i++) {
      old.append("old ").append(i).append('\n');
      now.append("now ").append(i).append('\n');
    }
    assertThat(diff(old.toString(), now.toString()))
        .hasSize(201)
        .last()
        .asString()
        .contains("more");
  }

  /** Applying the difference to the old text gives the new one. */
  @Test
  void differencesSayHowOneTextBecomesTheOther() {
    long seed = Long.getLong("pappus.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      String old = text(random);
      String now = text(random);
      if (!old.equals(now)) {
        assertThat(apply(old, diff(old, now))).as("-Dpappus.seed=%d", seed).isEqualTo(now);
      }
    }
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    int lines = random.nextInt(12);
    for (int i = 0; i < lines; i++) {
      text.append((char) ('a' + random.nextInt(3))).append('\n');
    }
    return text.toString();
  }

  private static String apply(String old, List<String> diff) {
    List<String> from = new ArrayList<>(old.lines().toList());
    List<String> to = new ArrayList<>();
    int at = 0;
    for (String line : diff) {
      String text = line.substring(1);
      switch (line.charAt(0)) {
        case '@' -> {
          int next = Integer.parseInt(line.split(" ", -1)[2]) - 1;
          to.addAll(from.subList(at, next));
          at = next;
        }
        case ' ' -> {
          assertThat(from.get(at++)).isEqualTo(text);
          to.add(text);
        }
        case '-' -> assertThat(from.get(at++)).isEqualTo(text);
        case '+' -> to.add(text);
        default -> throw new AssertionError(line);
      }
    }
    to.addAll(from.subList(at, from.size()));
    return to.isEmpty() ? "" : String.join("\n", to) + "\n";
  }

  private static List<String> diff(String old, String now) {
    return TextDiff.of(old.getBytes(StandardCharsets.UTF_8), now.getBytes(StandardCharsets.UTF_8));
  }
}
