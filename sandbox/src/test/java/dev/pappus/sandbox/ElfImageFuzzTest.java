package dev.pappus.sandbox;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever bytes are deployed, they are refused as a bad binary or safe to place. */
@Tag("fuzz")
class ElfImageFuzzTest {
  static Stream<Arguments> seeds() {
    byte[] note = "wc\0log, pattern\0counts\0".getBytes(StandardCharsets.UTF_8);
    return Stream.of(
            ElfBuilder.valid().build().segment(),
            ElfBuilder.valid().note("Pappus", 1, note).build().segment(),
            ElfBuilder.program().build().segment(),
            ElfBuilder.program().type(3).build().segment(),
            Guests.binary("basic"))
        .map(file -> Arguments.of((Object) file.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)));
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "1m")
  void refusesOrKeepsItsInvariants(byte[] bytes) {
    ElfImage image;
    try {
      image =
          ElfImage.of(
              MemorySegment.ofArray(bytes),
              LinuxProgramTest.SPEC,
              Limits.DEFAULTS,
              LinuxProgramTest.LIBOS);
    } catch (ProblemException e) {
      if (e.problem().code() != ProblemCode.BAD_BINARY || e.problem().hint() == null) {
        throw new AssertionError("refused with " + e.problem(), e);
      }
      return;
    }
    if (image.libos() == null) {
      ElfImageTest.checkInvariants(image, LinuxProgramTest.CONTEXT_BYTES);
    } else {
      LinuxProgramTest.checkInvariants(image);
    }
  }
}
