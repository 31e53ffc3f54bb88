package dev.pappus.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Diagnostic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What docs/language.md shows is what happens. */
class LanguageDocTest {
  private static final Pattern GOOD = Pattern.compile("(?ms)^```dag\\n(.*?)^```$");
  private static final Pattern BAD =
      Pattern.compile("(?ms)^```dag error\\n(.*?)^```\\n> ([^\\n]*)$");
  private static final Pattern SET = Pattern.compile("`([A-Z])\\[([0-9,]+)\\]`");
  private static final Pattern JOIN_ROW = Pattern.compile("(?m)^\\| `by ([^`]*)` \\| `(.*)` \\|$");
  private static final Pattern SHARDING_ROW =
      Pattern.compile("(?m)^\\| `(\\w+)` \\| [^|]* \\| `(\\([^|]*)` \\|$");

  private static String document() throws IOException {
    String root = Objects.requireNonNull(System.getProperty("pappus.root"));
    return Files.readString(Path.of(root, "docs", "language.md"));
  }

  private static String section(String title) throws IOException {
    String document = document();
    int start = document.indexOf("\n## " + title + "\n");
    assertThat(start).isPositive();
    int end = document.indexOf("\n## ", start + 1);
    return document.substring(start, end);
  }

  private static List<DynamicTest> atLeast(int count, List<DynamicTest> tests) {
    assertThat(tests).hasSizeGreaterThanOrEqualTo(count);
    return tests;
  }

  @TestFactory
  List<DynamicTest> examplesCompile() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (MatchResult block : GOOD.matcher(document()).results().toList()) {
      String text = block.group(1);
      tests.add(
          DynamicTest.dynamicTest(
              firstLine(text),
              () -> assertThat(CompositionCompiler.check(text).diagnostics()).isEmpty()));
    }
    return atLeast(3, tests);
  }

  @TestFactory
  List<DynamicTest> wrongExamplesGiveTheQuotedMessage() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (MatchResult block : BAD.matcher(document()).results().toList()) {
      tests.add(
          DynamicTest.dynamicTest(
              block.group(2),
              () -> {
                List<Diagnostic> diagnostics =
                    CompositionCompiler.check(block.group(1)).diagnostics();
                assertThat(diagnostics).hasSize(1);
                assertThat(firstLine(diagnostics.getFirst().render())).isEqualTo(block.group(2));
              }));
    }
    return atLeast(2, tests);
  }

  private static String firstLine(String text) {
    return text.substring(0, text.indexOf('\n'));
  }

  @TestFactory
  List<DynamicTest> shardingTable() throws IOException {
    String section = section("Sharding");
    List<DynamicTest> tests = new ArrayList<>();
    for (MatchResult row : SHARDING_ROW.matcher(section).results().toList()) {
      Sharding sharding =
          Arrays.stream(Sharding.values())
              .filter(s -> s.keyword().equals(row.group(1)))
              .findFirst()
              .orElseThrow();
      Cases cases = sets(section, sharding).mode("fixed:2");
      tests.add(
          DynamicTest.dynamicTest(
              row.group(1), () -> assertThat(cases.result()).isEqualTo(row.group(2))));
    }
    return atLeast(Sharding.values().length, tests);
  }

  @TestFactory
  List<DynamicTest> joinTable() throws IOException {
    String section = section("Joins");
    List<DynamicTest> tests = new ArrayList<>();
    for (MatchResult row : JOIN_ROW.matcher(section).results().toList()) {
      String clause = row.group(1);
      Cases cases = new Cases();
      for (MatchResult set : SET.matcher(section).results().toList()) {
        // A keyed set that no clause names would be crossed with the others.
        boolean named = clause.contains(set.group(1));
        cases.set(set.group(1), Sharding.KEYED, named ? keys(set.group(2)) : new long[0]);
      }
      tests.add(
          DynamicTest.dynamicTest(
              clause.toLowerCase(Locale.ROOT),
              () -> assertThat(cases.by(clause).result()).isEqualTo(row.group(2))));
    }
    return atLeast(JoinKind.values().length, tests);
  }

  private static Cases sets(String section, Sharding sharding) {
    Matcher set = SET.matcher(section);
    assertThat(set.find()).isTrue();
    return new Cases().set(set.group(1), sharding, keys(set.group(2)));
  }

  private static long[] keys(String text) {
    return Arrays.stream(text.split(",", -1)).mapToLong(Long::parseLong).toArray();
  }
}
