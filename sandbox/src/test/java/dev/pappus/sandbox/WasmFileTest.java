package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What modules say of themselves, and files that say it wrongly. */
class WasmFileTest {
  private static final long SEED = Long.getLong("pappus.seed", 20260101L);
  private static final byte[] HEADER = {0, 'a', 's', 'm', 1, 0, 0, 0};
  private static final String NOTE = "wc\0text, stdio\0 counts \0";

  private static byte[] bytes(Object... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Object part : parts) {
      switch (part) {
        case Integer number -> bytes.write(number);
        case byte[] more -> bytes.writeBytes(more);
        case String text -> bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        default -> throw new IllegalArgumentException(part.toString());
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] sized(byte[] content) {
    return bytes(leb(content.length), content);
  }

  private static byte[] leb(int value) {
    return value < 0x80 ? bytes(value) : bytes((value & 0x7F) | 0x80, leb(value >>> 7));
  }

  private static byte[] custom(String name, byte[] content) {
    return bytes(0, sized(bytes(sized(bytes(name)), content)));
  }

  private static WasmFile file(byte[]... sections) {
    byte[] all = HEADER;
    for (byte[] section : sections) {
      all = bytes(all, section);
    }
    return WasmFile.of(MemorySegment.ofArray(all), Limits.DEFAULTS);
  }

  private static void assertBad(Runnable action, String detail) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.problem().code()).isEqualTo(ProblemCode.BAD_BINARY);
              assertThat(e.problem().detail()).contains(detail);
              assertThat(e.problem().hint()).isNotBlank();
            });
  }

  @Test
  void kindsAreToldApartByTheirFirstBytes() {
    assertThat(BinaryKind.of(MemorySegment.ofArray(HEADER))).isEqualTo(BinaryKind.WASM);
    assertThat(BinaryKind.of(Guests.binary("basic"))).isEqualTo(BinaryKind.ELF);
    for (String other : List.of("", "\0as", "\177EL", "#!/bin/sh", "asm\0", "\177ELf")) {
      assertThat(BinaryKind.of(MemorySegment.ofArray(bytes(other)))).as(other).isNull();
    }
  }

  @Test
  void aNoteIsReadFromEitherKind() {
    MemorySegment module =
        MemorySegment.ofArray(bytes(HEADER, custom("pappus.function", bytes(NOTE))));
    assertThat(FunctionNote.of(module, Guests.CONTEXT_BYTES, Limits.DEFAULTS))
        .isEqualTo(new FunctionNote("wc", List.of("text", "stdio"), List.of("counts")));
    assertThat(FunctionNote.of(Guests.binary("greet"), Guests.CONTEXT_BYTES, Limits.DEFAULTS))
        .isEqualTo(Guests.image("greet").note());
    assertBad(
        () ->
            FunctionNote.of(
                MemorySegment.ofArray(bytes("#!/bin/sh")), Guests.CONTEXT_BYTES, Limits.DEFAULTS),
        "not an ELF file");
  }

  @Test
  void otherSectionsAreSkipped() {
    byte[] type = bytes(1, sized(bytes(1, 0x60, 0, 0)));
    assertThat(file().note()).isNull();
    assertThat(file(type, custom("other", bytes("x"))).note()).isNull();
    FunctionNote note =
        file(type, custom("", new byte[300]), custom("pappus.function", bytes(NOTE))).note();
    assertThat(Objects.requireNonNull(note).name()).isEqualTo("wc");
  }

  @Test
  void brokenNotesAndSectionsAreRefused() {
    byte[] note = custom("pappus.function", bytes(NOTE));
    assertBad(() -> file(note, note).note(), "two functions");
    assertBad(() -> file(custom("pappus.function", bytes("wc"))).note(), "a name and two lists");
    assertBad(() -> file(custom("pappus.function", bytes("1\0\0\0"))).note(), "cannot name");
    assertBad(() -> file(custom("pappus.function", new byte[20_000])).note(), "20000 bytes");
    assertBad(() -> file(bytes(0, 5, 1)).note(), "beyond the end");
    assertBad(() -> file(bytes(0, 1, 9)).note(), "beyond the end");
    assertBad(() -> file(bytes(0)).note(), "ends inside");
    assertBad(() -> file(bytes(0, 0)).note(), "ends inside");
    assertBad(() -> file(bytes(0, 0xFF, 0xFF, 0xFF, 0xFF, 0x1F)).note(), "32 bits");
    assertBad(() -> file(bytes(0, 0x80, 0x80, 0x80, 0x80, 0x80, 0)).note(), "32 bits");
  }

  @Test
  void whatIsNoModuleIsRefused() {
    Limits small = Limits.DEFAULTS.with(Limit.BINARY_BYTES, 7);
    assertBad(() -> WasmFile.of(MemorySegment.ofArray(HEADER), small), "limits.binary_bytes");
    assertBad(() -> WasmFile.of(Guests.binary("basic"), Limits.DEFAULTS), "not a WebAssembly");
    byte[] component = {0, 'a', 's', 'm', 0x0D, 0, 1, 0};
    assertBad(() -> WasmFile.of(MemorySegment.ofArray(component), Limits.DEFAULTS), "version");
    assertBad(
        () -> WasmFile.of(MemorySegment.ofArray(bytes(HEADER)).asSlice(0, 6), Limits.DEFAULTS),
        "version");
  }

  @Test
  void namesOfFunctionsAreReadAsFarAsTheyGo() {
    byte[] names = bytes(2, 3, sized(bytes("main")), leb(300), sized(bytes("a\nb")));
    byte[] section = bytes(0, sized(sized(bytes("module"))), 1, sized(names), 2, sized(bytes(0)));
    assertThat(file(custom("name", section)).functionNames())
        .isEqualTo(Map.of(3, "main", 300, "a?b"));
    byte[] cut = bytes(1, sized(bytes(9, 3, sized(bytes("main")), 4, 200)));
    assertThat(file(custom("name", cut)).functionNames()).isEqualTo(Map.of(3, "main"));
    assertThat(file().functionNames()).isEmpty();
  }

  @Test
  void randomDamageIsRefusedOrHarmless() {
    Random random = new Random(SEED);
    byte[] names = bytes(1, sized(bytes(1, 0, sized(bytes("f")))));
    byte[] good = bytes(HEADER, custom("pappus.function", bytes(NOTE)), custom("name", names));
    for (int round = 0; round < 20_000; round++) {
      byte[] damaged = good.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      MemorySegment cut =
          MemorySegment.ofArray(damaged).asSlice(0, random.nextInt(damaged.length + 1));
      try {
        WasmFile file = WasmFile.of(cut, Limits.DEFAULTS);
        file.note();
        file.functionNames();
      } catch (ProblemException e) {
        assertThat(e.problem().code())
            .as("seed %d round %d", SEED, round)
            .isEqualTo(ProblemCode.BAD_BINARY);
      }
    }
  }
}
