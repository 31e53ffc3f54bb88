package dev.pappus.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class FunctionSpecReaderTest {
  /** An encoding that the parser knows but cannot read. */
  @Test
  void strangeEncodingsAreRefused() {
    MemorySegment strange = MemorySegment.ofArray(new byte[] {0, 0, '$', 0, 4});
    assertThatExceptionOfType(ProblemException.class)
        .isThrownBy(() -> FunctionSpecReader.read(strange, 1))
        .satisfies(e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.BAD_REQUEST));
  }
}
