package dev.pappus.dispatcher.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Digest;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Item;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which functions the thread runs itself that has read a request. */
class FunctionCodeTest {
  private static final long SHORT = 50_000;
  private static final long TOO_LONG = 1_500_000;

  private final FunctionCode code =
      new FunctionCode(
          Digest.of(Item.ofText("x", "content").data()),
          Digest.of(Item.ofText("x", "binary").data()),
          1,
          new FunctionSpec("f", List.of(), List.of(), 64 << 20, List.of()),
          "process");

  /** Runs it as often, until it is trusted again; the first runs after a long one count too. */
  private int runsUntilTrusted() {
    int runs = 0;
    while (!code.isShort()) {
      code.ranOn(0, SHORT);
      runs++;
    }
    return runs;
  }

  private void runWell(int times) {
    for (int i = 0; i < times; i++) {
      code.ranOn(0, SHORT);
      code.tookBriefly(SHORT, false);
    }
  }

  private void runTooLong() {
    code.tookBriefly(TOO_LONG, false);
    code.ranOn(0, TOO_LONG);
  }

  @Test
  void aFunctionIsTrustedAfterAWhile() {
    assertThat(code.isShort()).isFalse();
    assertThat(runsUntilTrusted()).isEqualTo(4);
    runWell(1);
    assertThat(code.isShort()).isTrue();
  }

  @Test
  void whoeverTakesLongAgainAndAgainIsTrustedLessAndLess() {
    runsUntilTrusted();
    int before = 0;
    for (int i = 0; i < 5; i++) {
      runTooLong();
      int needed = runsUntilTrusted();
      assertThat(needed).isGreaterThan(before);
      before = needed;
    }
    for (int i = 0; i < 30; i++) {
      runTooLong();
      assertThat(runsUntilTrusted()).isLessThanOrEqualTo(1024);
    }
  }

  @Test
  void aBadTimeIsForgottenInTheEnd() {
    runsUntilTrusted();
    for (int i = 0; i < 30; i++) {
      runTooLong();
    }
    runsUntilTrusted();
    runWell(200);
    runTooLong();
    runTooLong();
    assertThat(code.isShort()).isTrue();
    runTooLong();
    assertThat(runsUntilTrusted()).isLessThanOrEqualTo(64);
  }

  /** As where the host takes the processor away now and then, or memory is collected. */
  @Test
  void oneLongRunAmongManyIsForgiven() {
    runsUntilTrusted();
    for (int i = 0; i < 100; i++) {
      runWell(70);
      runTooLong();
      assertThat(code.isShort()).isTrue();
    }
  }

  @Test
  void oneInTwentyIsTooMany() {
    runsUntilTrusted();
    int distrusted = 0;
    for (int i = 0; i < 100; i++) {
      runWell(19);
      runTooLong();
      distrusted += code.isShort() ? 0 : 1;
    }
    assertThat(distrusted).isGreaterThan(50);
  }

  @Test
  void aRunThatIsCutShortIsNotForgiven() {
    runsUntilTrusted();
    runWell(2000);
    code.tookBriefly(SHORT, true);
    assertThat(code.isShort()).isFalse();
    assertThat(runsUntilTrusted()).isEqualTo(64);
    code.tookBriefly(SHORT, true);
    assertThat(runsUntilTrusted()).isEqualTo(128);
  }

  @Test
  void aRunDuringWhichTheJvmStoodStillSaysNothing() {
    runsUntilTrusted();
    long beganNanos = System.nanoTime();
    JvmPause.during(() -> code.tookBriefly(System.nanoTime(), TOO_LONG, true));
    code.tookBriefly(beganNanos, TOO_LONG, true);
    assertThat(code.isShort()).isTrue();
    code.tookBriefly(System.nanoTime(), TOO_LONG, true);
    assertThat(code.isShort()).isFalse();
  }

  @Test
  void whatHasBecomeSlowIsSeenSoon() {
    runsUntilTrusted();
    runWell(1000);
    int runs = 0;
    while (code.expectedNanos() < 5_000_000) {
      code.ranOn(0, 10_000_000);
      runs++;
    }
    assertThat(runs).isLessThan(30);
  }

  @Test
  void whatTakesLongOnAverageIsNotShort() {
    for (int i = 0; i < 100; i++) {
      code.ranOn(0, 1_100_000);
    }
    assertThat(code.isShort()).isFalse();
  }

  /** Of what usually takes 0.4 ms, a run of 1.5 belies nothing; one of 3.5 does. */
  @Test
  void whatIsTooLongDependsOnWhatIsUsual() {
    for (int i = 0; i < 1000; i++) {
      code.ranOn(0, 400_000);
    }
    for (int i = 0; i < 100; i++) {
      code.tookBriefly(TOO_LONG, false);
    }
    assertThat(code.isShort()).isTrue();
    for (int i = 0; i < 3; i++) {
      code.tookBriefly(3_500_000, false);
    }
    assertThat(code.isShort()).isFalse();
  }
}
