package dev.pappus.server.bson;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Jazzer's search for a document that ends in anything but a value or a problem. */
@Tag("fuzz")
class BsonFuzzTest {
  static Stream<Arguments> seeds() {
    return BsonMutationTest.documents().stream().map(bytes -> Arguments.of((Object) bytes));
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "60s")
  void anyBytesAreDecodedOrRefused(byte[] bytes) {
    BsonMutationTest.decodeAll(bytes == null ? new byte[0] : bytes);
  }
}
