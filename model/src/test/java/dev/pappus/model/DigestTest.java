package dev.pappus.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DigestTest {
  /** Of "abc", FIPS 180-2, appendix B.1. */
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @Test
  void isTheOneOfTheStandard() {
    Digest digest =
        Digest.of(MemorySegment.ofArray("abc".getBytes(StandardCharsets.US_ASCII)).asReadOnly());
    assertEquals(ABC, digest.hex());
    assertEquals("sha256:" + ABC, digest.toString());
    assertEquals(new Digest(ABC), digest);
    assertEquals(new Digest(ABC).hashCode(), digest.hashCode());
  }

  @Test
  void keepsEachDigit() {
    for (int i = 0; i < ABC.length(); i++) {
      char other = ABC.charAt(i) == '0' ? 'f' : '0';
      String changed = ABC.substring(0, i) + other + ABC.substring(i + 1);
      assertEquals(changed, new Digest(changed).hex());
      assertNotEquals(new Digest(ABC), new Digest(changed));
    }
    assertEquals("0".repeat(64), new Digest("0".repeat(64)).hex());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ba78", "sha256:" + ABC, ABC + "0", " " + ABC})
  void refusesOtherForms(String text) {
    assertThrows(IllegalArgumentException.class, () -> new Digest(text));
  }

  @Test
  void refusesUpperCase() {
    assertThrows(IllegalArgumentException.class, () -> new Digest(ABC.replace('b', 'B')));
  }
}
