package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A backend that the host refuses for a while. */
class LazyDriverTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private final AtomicInteger asked = new AtomicInteger();

  /** Refused until it was asked {@code refusals} times. */
  private LazyDriver refused(int refusals) {
    return new LazyDriver(
        new Backends.Offer(
            "process",
            BinaryKind.ELF,
            false,
            () -> {
              if (asked.incrementAndGet() <= refusals) {
                throw new ProblemException(
                    Problem.of(ProblemCode.SANDBOX_UNAVAILABLE, "no processes left"));
              }
              return BackendsTest.driver("process", BinaryKind.ELF);
            }),
        nanos::get);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void whoeverNamesItAsksTheHostAgainAfterAPause() {
    LazyDriver driver = refused(2);
    assertThat(driver.get()).isNull();
    assertThat(driver.whyMissing()).isEqualTo("no processes left");
    pass(Duration.ofMillis(9_999));
    assertThat(driver.get()).isNull();
    assertThat(asked).hasValue(1);
    pass(Duration.ofMillis(1));
    assertThat(driver.get()).isNull();
    assertThat(asked).hasValue(2);
    pass(Duration.ofSeconds(10));
    assertThat(driver.get()).isNotNull();
    assertThat(driver.whyMissing()).isNull();
  }

  @Test
  void whoDoesNotNameItNeverGetsWhatWasRefused() {
    LazyDriver driver = refused(1);
    assertThat(driver.isThere()).isFalse();
    pass(Duration.ofMinutes(1));
    assertThat(driver.isThere()).isFalse();
    assertThat(asked).as("it does not ask again").hasValue(1);
    assertThat(driver.get()).isNotNull();
    assertThat(driver.isThere()).as("functions do not move while the node runs").isFalse();
  }

  @Test
  void whatIsClosedIsNotOpenedAnyMore() {
    LazyDriver driver = refused(0);
    driver.close();
    assertThat(driver.get()).isNull();
    assertThat(driver.whyMissing()).isEqualTo("the node has stopped");
    assertThat(asked).hasValue(0);
  }
}
