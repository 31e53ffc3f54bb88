package dev.pappus.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.Namespace;
import dev.pappus.model.ProblemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {
  @TempDir Path folder;

  private static TokenWish wish(String... members) {
    Map<String, String> map = new java.util.LinkedHashMap<>();
    for (int i = 0; i < members.length; i += 2) {
      map.put(members[i], members[i + 1]);
    }
    return TokenWish.parse(map);
  }

  @Test
  void tokensOutliveTheProcessWithoutTheirSecrets() throws Exception {
    Tokens.Created created =
        Tokens.open(folder)
            .create(
                wish(
                    "scope",
                    "deploy",
                    "namespace",
                    "team",
                    "name",
                    "ci – büro",
                    "expires",
                    "30d",
                    "rate",
                    "30/m",
                    "concurrency",
                    "8",
                    "bytes",
                    "10MiB/s"));
    String file = Files.readString(folder.resolve("tokens"));
    assertThat(file).contains(created.token().id()).doesNotContain(created.text());
    assertThat(file).doesNotContain(created.text().substring(created.text().length() - 16));
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("tokens"))))
        .isEqualTo("rw-------");

    Tokens again = Tokens.open(folder);
    assertThat(again.list()).containsExactly(created.token());
    Tokens.Verified verified = Objects.requireNonNull(again.verify(created.text()));
    assertThat(verified.token().namespace()).isEqualTo(new Namespace("team"));
    assertThat(verified.token().quota()).isEqualTo(new Quota(0.5, 8, 10 << 20));
    assertThat(again.refused()).isZero();
  }

  @Test
  void nothingButTheWholeTokenIsGood() {
    Tokens tokens = Tokens.open(folder);
    String text = tokens.create(wish("scope", "invoke")).text();
    String other = tokens.create(wish("scope", "admin")).text();
    char last = text.charAt(text.length() - 1);
    String flipped = text.substring(0, text.length() - 1) + (last == '0' ? '1' : '0');
    String crossed = other.substring(0, 24) + text.substring(24);
    for (String bad :
        new String[] {
          flipped,
          crossed,
          text + "0",
          text.substring(1),
          "",
          "pappus_",
          text.toUpperCase(java.util.Locale.ROOT)
        }) {
      assertThat(tokens.verify(bad)).as(bad).isNull();
    }
    assertThat(tokens.refused()).isEqualTo(7);
    assertThat(tokens.verify(text)).isNotNull();
  }

  @Test
  void removedAndExpiredTokensAreRefused() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    InstantSource clock = now::get;
    Tokens tokens = Tokens.open(folder, clock);
    Tokens.Created shortLived = tokens.create(wish("scope", "invoke", "expires", "1h"));
    Tokens.Created removed = tokens.create(wish("scope", "invoke"));
    now.set(now.get().plusSeconds(3599));
    assertThat(tokens.verify(shortLived.text())).isNotNull();
    now.set(now.get().plusSeconds(1));
    assertThat(tokens.verify(shortLived.text())).isNull();
    assertThat(tokens.remove(removed.token().id())).isTrue();
    assertThat(tokens.remove(removed.token().id())).isFalse();
    assertThat(tokens.verify(removed.text())).isNull();
    assertThat(Tokens.open(folder, clock).verify(removed.text())).isNull();
  }

  @Test
  void aDamagedFileIsNoReasonToLetAnybodyIn() throws Exception {
    Tokens.open(folder).create(wish("scope", "invoke"));
    Path file = folder.resolve("tokens");
    String good = Files.readString(file);
    for (String bad :
        new String[] {"", "x\n" + good, good + "more\n", good.replace("invoke", "god")}) {
      Files.writeString(file, bad);
      assertThatThrownBy(() -> Tokens.open(folder))
          .isInstanceOf(ProblemException.class)
          .hasMessageContaining("storage_failed");
    }
  }

  @Test
  void wishesAreCheckedByMember() {
    for (String[] bad :
        new String[][] {
          {"scope", "owner"},
          {"name", "x"},
          {"scope", "admin", "namespace", "a"},
          {"scope", "invoke", "expires", "soon"},
          {"scope", "invoke", "rate", "100"},
          {"scope", "invoke", "rate", "0/s"},
          {"scope", "invoke", "bytes", "10MiB"},
          {"scope", "invoke", "concurrency", "0"},
          {"scope", "invoke", "colour", "red"},
        }) {
      assertThatThrownBy(() -> wish(bad)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> wish("scope", "invoke", "namespace", "a b"))
        .isInstanceOf(ProblemException.class);
    Tokens tokens = Tokens.open(folder);
    assertThatThrownBy(() -> tokens.create(wish("scope", "invoke", "name", "a\nb")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(tokens.list()).isEmpty();
  }
}
