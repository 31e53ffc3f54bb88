package dev.pappus.bench.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pappus.bench.load.Request;
import dev.pappus.bench.load.Requests;
import dev.pappus.bench.load.Target;
import dev.pappus.bench.trace.HostSpeed;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LongFunctionsTest {
  private static LongFunctions functions() throws IOException {
    return new LongFunctions(Target.parse("http://127.0.0.1:1/"), new HostSpeed(2, 0));
  }

  @Test
  void theOfferedLoadIsWhatIsAskedFor() throws IOException {
    // The mean of a logarithmically even distribution from a to b is (b - a) / ln(b / a).
    double mean = (1000e6 - 10e6) / Math.log(100);
    assertThat(functions().meanNanos()).isCloseTo(mean, within(0.005 * mean));
    assertThat(functions().rate(0.5) * functions().meanNanos() / 1e9).isCloseTo(0.5, within(1e-9));
  }

  @Test
  void theSameSeedChoosesTheSame() throws IOException {
    LongFunctions functions = functions();
    List<Request> chosen = choices(functions.choose(7));
    assertThat(choices(functions.choose(7))).isEqualTo(chosen);
    assertThat(choices(functions.choose(8))).isNotEqualTo(chosen);
    // Two nanoseconds for an iteration: 5 to 500 million of them, in seven to nine digits.
    assertThat(chosen).extracting(Request::bodyBytes).contains(9, 10, 11).doesNotContain(8, 12);
  }

  /** What was sent counts, not what is sent on average. */
  @Test
  void theTimeOfWhatWasChosenIsKnown() throws IOException {
    LongFunctions functions = functions();
    LongFunctions.Choice choice = functions.choose(7);
    assertThat(choice.nanos()).isZero();
    Request _ = choice.next();
    double one = choice.nanos();
    assertThat(one).isBetween(10e6, 1000e6);
    List<Request> _ = choices(choice);
    assertThat(choice.nanos() / 501).isCloseTo(functions.meanNanos(), within(40e6));
  }

  private static List<Request> choices(Requests requests) {
    return Stream.generate(requests::next).limit(500).toList();
  }
}
