package dev.pappus.server.invoke;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Jazzer's search for a body of sets that ends in anything but sets or a problem. */
@Tag("fuzz")
class DecodersFuzzTest {
  static Stream<Arguments> seeds() {
    return Stream.of(DecodersTest.SETS, DecodersTest.PARTS)
        .map(text -> Arguments.of((Object) text.getBytes(StandardCharsets.UTF_8)));
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "60s")
  void anyBodyIsReadOrRefused(byte[] bytes) {
    var _ = DecodersTest.isRefused(bytes == null ? new byte[0] : bytes);
  }
}
