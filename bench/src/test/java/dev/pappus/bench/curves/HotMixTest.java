package dev.pappus.bench.curves;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pappus.bench.load.Request;
import dev.pappus.bench.load.Requests;
import dev.pappus.bench.load.Target;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class HotMixTest {
  private static Request request() {
    try {
      return Target.parse("http://127.0.0.1/").post(List.of(), new byte[0], (_, _) -> true);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Request[] cold(int count) {
    Request[] cold = new Request[count];
    Arrays.setAll(cold, _ -> request());
    return cold;
  }

  @Test
  void theShareIsKeptAndTheSeedMakesTheMix() {
    Request hot = request();
    Requests requests = new HotMix(hot, cold(10)).of(95, 7);
    Requests same = new HotMix(hot, cold(10)).of(95, 7);
    int warm = 0;
    for (int i = 0; i < 20_000; i++) {
      boolean isHot = requests.next() == hot;
      assertThat(same.next() == hot).isEqualTo(isHot);
      warm += isHot ? 1 : 0;
    }
    assertThat(warm / 20_000.0).isCloseTo(0.95, within(0.01));
  }

  @Test
  void noColdFunctionComesAgainBeforeAllOthers() {
    Request hot = request();
    Request[] cold = cold(50);
    HotMix mix = new HotMix(hot, cold);
    Requests all = mix.of(0, 1);
    Request first = all.next();
    for (int i = 1; i < 50; i++) {
      assertThat(all.next()).isNotSameAs(first).isNotSameAs(hot);
    }
    assertThat(mix.of(0, 2).next()).as("in the next run, too").isSameAs(first);
    Requests warm = mix.of(100, 3);
    for (int i = 0; i < 1000; i++) {
      assertThat(warm.next()).isSameAs(hot);
    }
  }

  @Test
  void theFirstBackendsCurvesBearNoName() {
    List<Series> curves =
        Series.of(List.of("kvm", "process"), List.of(100, 0), List.of("in-process"));
    assertThat(curves.stream().map(Series::name))
        .containsExactly("hot100", "hot0", "process.hot100", "process.hot0", "in_process");
    assertThat(curves.get(3).nameAt(100)).isEqualTo("process.hot100");
    assertThat(curves.get(1).nameAt(100)).isEqualTo("hot100");
    assertThat(curves.get(4).ours()).isFalse();
  }
}
