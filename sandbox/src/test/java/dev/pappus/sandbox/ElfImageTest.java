package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ElfImageTest {
  static final long CONTEXT_BYTES = 1 << 20;
  private static final long SEED = Long.getLong("pappus.seed", 20260101L);

  private static ElfImage parse(MemorySegment file) {
    return ElfImage.parse(file, CONTEXT_BYTES, Limits.DEFAULTS);
  }

  private static Problem refused(MemorySegment file) {
    ProblemException thrown = catchThrowableOfType(ProblemException.class, () -> parse(file));
    assertThat(thrown).as("refusal").isNotNull();
    assertThat(thrown.problem().code()).isEqualTo(ProblemCode.BAD_BINARY);
    assertThat(thrown.problem().hint()).isNotBlank();
    return thrown.problem();
  }

  @Test
  void takesACorrectFileApart() {
    ElfImage image = parse(ElfBuilder.valid().build().segment());
    assertThat(image.entry()).isEqualTo(0x11000);
    assertThat(image.controlBlock()).isEqualTo(0x12040);
    assertThat(image.logRing()).hasValue(0x13000);
    assertThat(image.note()).isNull();
    assertThat(image.freeBegin()).isEqualTo(0x15000);
    assertThat(image.freeEnd()).isEqualTo(GuestLayout.of(CONTEXT_BYTES).heapEnd());
    assertThat(image.segments())
        .extracting(
            ElfImage.Segment::address,
            ElfImage.Segment::memoryBytes,
            ElfImage.Segment::writable,
            ElfImage.Segment::executable)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(0x11000L, 256L, false, true),
            org.assertj.core.groups.Tuple.tuple(0x12000L, 0x3000L, true, false));
  }

  @Test
  void namesTheNearestCodeSymbol() {
    ElfImage image = parse(ElfBuilder.valid().build().segment());
    assertThat(image.symbolize(0x11000)).isEqualTo("_start");
    assertThat(image.symbolize(0x1107F)).isEqualTo("_start+0x7f");
    assertThat(image.symbolize(0x11092)).isEqualTo("helper+0x12");
    assertThat(image.symbolize(0x110FF)).isEqualTo("helper+0x7f");
    assertThat(image.symbolize(0x11100)).isNull();
    assertThat(image.symbolize(0x12040)).isNull();
    assertThat(image.symbolize(0)).isNull();
    assertThat(image.symbolize(-1)).isNull();
  }

  @Test
  void doesNotDependOnTheFileAfterwards() {
    MemorySegment file = ElfBuilder.valid().build().segment();
    file.set(java.lang.foreign.ValueLayout.JAVA_BYTE, 64 + 2 * 56 + 3, (byte) 42);
    ElfImage image = parse(file);
    file.fill((byte) 0);
    MemorySegment code = image.segments().getFirst().bytes();
    assertThat(code.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 3)).isEqualTo((byte) 42);
    assertThat(code.isReadOnly()).isTrue();
  }

  @Test
  void segmentsMayComeInAnyOrder() {
    ElfImage image =
        parse(
            new ElfBuilder()
                .segment(1, ElfBuilder.RW, 0x20000, new byte[128], 128)
                .segment(1, ElfBuilder.RX, 0x11000, new byte[16], 16)
                .segment(1, ElfBuilder.R, 0x10000, new byte[0], 0)
                .symbol(GuestAbi.CONTROL_SYMBOL, 0x20038, 1)
                .build()
                .segment());
    assertThat(image.segments())
        .extracting(ElfImage.Segment::address)
        .containsExactly(0x11000L, 0x20000L);
    assertThat(image.logRing()).isEmpty();
  }

  static Stream<Arguments> spoiledFields() {
    return Stream.of(
        spoiled("not an ELF file", file -> file.u8(0, 'E')),
        spoiled("a script", file -> file.u16(0, 0x2123)),
        spoiled("a WebAssembly module", file -> file.u32(0, 0x6D736100)),
        spoiled("not a 64-bit", file -> file.u8(4, 1)),
        spoiled("not a little-endian", file -> file.u8(5, 2)),
        spoiled("version", file -> file.u8(6, 0)),
        spoiled("version", file -> file.u32(20, 7)),
        spoiled("object file", file -> file.u16(16, 1)),
        spoiled("core dump", file -> file.u16(16, 4)),
        spoiled("ELF type 65535", file -> file.u16(16, 0xFFFF)),
        spoiled("built for AArch64", file -> file.u16(18, 183)),
        spoiled("built for 32-bit x86", file -> file.u16(18, 3)),
        spoiled("ELF header of 52", file -> file.u16(52, 52)),
        spoiled("program headers of 32", file -> file.u16(54, 32)),
        spoiled("0 program headers", file -> file.u16(56, 0)),
        spoiled("65535 program headers", file -> file.u16(56, 0xFFFF)),
        spoiled("program header table", file -> file.u64(32, -64)),
        spoiled("program header table", file -> file.u64(32, Long.MAX_VALUE)),
        spoiled("no section headers", file -> file.u64(40, 0)),
        spoiled("no section headers", file -> file.u16(60, 0)),
        spoiled("sections", file -> file.u16(60, 0xFFFF)),
        spoiled("section headers of 40", file -> file.u16(58, 40)),
        spoiled("section header table", file -> file.u64(40, Long.MIN_VALUE)),
        spoiled("dynamically linked", file -> file.program(0, 0, 3)),
        spoiled("dynamically linked", file -> file.program(0, 0, 2)),
        spoiled("nothing to load", file -> file.program(0, 0, 6).program(1, 0, 6)),
        spoiled("beyond the end of the file", file -> file.program(0, 8, 1L << 40)),
        spoiled("beyond the end of the file", file -> file.program(0, 8, -1)),
        spoiled("beyond the end of the file", file -> file.program(0, 32, -1)),
        spoiled("smaller in memory", file -> file.program(0, 40, 255)),
        spoiled("page 0", file -> file.program(0, 16, 0)),
        spoiled("page 0", file -> file.program(0, 16, 0xFFF)),
        spoiled("does not fit", file -> file.program(0, 16, 1L << 40)),
        spoiled("does not fit", file -> file.program(0, 16, -4096)),
        spoiled("does not fit", file -> file.program(0, 16, 0x7F0000000000L)),
        spoiled("does not fit", file -> file.program(1, 40, 1L << 40)),
        spoiled("does not fit", file -> file.program(1, 40, -1)),
        spoiled("does not fit", file -> file.program(1, 40, Long.MAX_VALUE)),
        spoiled("overlap", file -> file.program(0, 16, 0x12010)),
        spoiled("overlap", file -> file.program(0, 40, 0x1001)),
        spoiled("entry point", file -> file.u64(24, 0)),
        spoiled("entry point", file -> file.u64(24, 0x12000)),
        spoiled("entry point", file -> file.u64(24, 0x11100)),
        spoiled("entry point", file -> file.u64(24, -1)),
        spoiled("stripped", file -> file.section(1, 4, 1)),
        spoiled("no string table", file -> file.section(2, 4, 1)),
        spoiled("24-byte records", file -> file.section(1, 56, 16)),
        spoiled("24-byte records", file -> file.section(1, 32, 25)),
        spoiled("names section 3 of 3", file -> file.section(1, 40, 3)),
        spoiled("the symbol table (", file -> file.section(1, 24, -1)),
        spoiled("the symbol table (", file -> file.section(1, 32, 24L << 40)),
        spoiled("the string table (", file -> file.section(2, 32, 1L << 40)),
        spoiled("lacks __dandelion_system_data", file -> file.section(2, 32, 3)));
  }

  private static Arguments spoiled(String message, UnaryOperator<ElfBuilder.Patch> change) {
    return Arguments.of(message, change);
  }

  @ParameterizedTest(name = "{index} {0}")
  @MethodSource("spoiledFields")
  void refusesEachSpoiledField(String message, UnaryOperator<ElfBuilder.Patch> change) {
    Problem problem = refused(change.apply(ElfBuilder.valid().build()).segment());
    assertThat(problem.detail()).contains(message);
  }

  @Test
  void refusesAFileThatWasCutOffAnywhere() {
    ElfBuilder.Patch whole = ElfBuilder.valid().build();
    for (int bytes = 0; bytes < whole.file().capacity(); bytes++) {
      refused(whole.cut(bytes));
    }
  }

  @Test
  void refusesAMissingOrMisplacedControlBlock() {
    Problem missing =
        refused(ElfBuilder.valid().without(GuestAbi.CONTROL_SYMBOL).build().segment());
    assertThat(missing.detail()).contains("lacks __dandelion_system_data");
    assertThat(missing.hint()).contains("do not strip", "pappus build");
    for (long address :
        new long[] {0x11000, 0x14FC0, 0x20000, 0, -72, 0x12041, Long.MAX_VALUE - 7}) {
      Problem problem =
          refused(ElfBuilder.valid().moved(GuestAbi.CONTROL_SYMBOL, address).build().segment());
      assertThat(problem.detail()).containsAnyOf("not inside a writable segment", "not aligned");
    }
  }

  @Test
  void refusesAMisplacedLogRing() {
    Problem problem =
        refused(ElfBuilder.valid().moved(GuestAbi.LOG_SYMBOL, 0x14000).build().segment());
    assertThat(problem.detail()).contains("__pappus_log", "not inside a writable segment");
  }

  @Test
  void controlSymbolMustMatchExactly() {
    ElfImage image =
        parse(
            ElfBuilder.valid()
                .without(GuestAbi.CONTROL_SYMBOL)
                .symbol("my" + GuestAbi.CONTROL_SYMBOL, 0x12100, 1)
                .symbol(GuestAbi.CONTROL_SYMBOL + "2", 0x12200, 1)
                .symbol(GuestAbi.CONTROL_SYMBOL, 0x12080, 1)
                .build()
                .segment());
    assertThat(image.controlBlock()).isEqualTo(0x12080);
  }

  @Test
  void limitsAreNamed() {
    MemorySegment file = ElfBuilder.valid().build().segment();
    Limits small = Limits.DEFAULTS.with(Limit.BINARY_BYTES, 100);
    ProblemException large =
        catchThrowableOfType(
            ProblemException.class, () -> ElfImage.parse(file, CONTEXT_BYTES, small));
    assertThat(large.problem().detail()).contains("100B", "limits.binary_bytes");
    ProblemException context =
        catchThrowableOfType(
            ProblemException.class, () -> ElfImage.parse(file, 8L << 30, Limits.DEFAULTS));
    assertThat(context.problem().detail()).contains("8GiB", "4GiB", "limits.context_max");
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 4096, 65535})
  void refusesImpossibleContexts(long contextBytes) {
    MemorySegment file = ElfBuilder.valid().build().segment();
    ProblemException thrown =
        catchThrowableOfType(
            ProblemException.class, () -> ElfImage.parse(file, contextBytes, Limits.DEFAULTS));
    assertThat(thrown.problem().code()).isEqualTo(ProblemCode.BAD_BINARY);
  }

  @Test
  void refusesAmplification() {
    ElfBuilder builder = ElfBuilder.valid();
    for (int i = 0; i < 20; i++) {
      builder.segment(1, ElfBuilder.R, 0x20000 + i * 0x1000L, new byte[0], 256);
    }
    ElfBuilder.Patch file = builder.build();
    for (int i = 2; i < 22; i++) {
      file.program(i, 8, 0).program(i, 32, 256);
    }
    // All of the twenty take their bytes from the same place, so more is loaded than there is.
    assertThat(refused(file.segment()).detail()).contains("share bytes");
  }

  @Test
  void symbolTableIsBounded() {
    ElfBuilder builder = ElfBuilder.valid();
    for (int i = 0; i < SymbolTable.SYMBOLS_MAX + 100; i++) {
      builder.symbol("s" + i, 0x11000 + i % 256, 2);
    }
    builder.symbol("x".repeat(1000), 0x11010, 2);
    ElfImage image = parse(builder.build().segment());
    assertThat(image.symbols().size()).isEqualTo(SymbolTable.SYMBOLS_MAX);
    assertThat(image.symbols().residentBytes()).isLessThan(400_000);
  }

  @Test
  void readsTheFunctionNote() {
    byte[] text = "wc\0log, pattern\0 counts ,stdio\0".getBytes(StandardCharsets.UTF_8);
    ElfImage image =
        parse(
            ElfBuilder.valid()
                .note("GNU", 3, new byte[20])
                .note("Pappus", 1, text)
                .build()
                .segment());
    assertThat(image.note())
        .isEqualTo(new FunctionNote("wc", List.of("log", "pattern"), List.of("counts", "stdio")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "wc",
        "wc\0a\0b",
        "wc\0a\0b\0c\0",
        "1c\0a\0b\0",
        "wc\0a-b\0\0",
        "wc\0\0a b\0",
        "wc\0a,,b\0\0",
        "wc\0a,a\0\0",
        "wc\0a,\0\0",
        "\0\0\0",
        "wc\0../x\0\0"
      })
  void refusesAMalformedFunctionNote(String text) {
    Problem problem =
        refused(
            ElfBuilder.valid()
                .note("Pappus", 1, text.getBytes(StandardCharsets.UTF_8))
                .build()
                .segment());
    assertThat(problem.detail()).contains("function note");
  }

  @Test
  void refusesTwoFunctionNotesAndNotesThatDoNotEnd() {
    byte[] text = "wc\0\0\0".getBytes(StandardCharsets.UTF_8);
    assertThat(
            refused(
                    ElfBuilder.valid()
                        .note("Pappus", 1, text)
                        .note("Pappus", 1, text)
                        .build()
                        .segment())
                .detail())
        .contains("two functions");
    ElfBuilder.Patch file = ElfBuilder.valid().note("Pappus", 1, text).build();
    int note = (int) file.file().getLong(64 + 2 * 56 + 8);
    assertThat(refused(file.u32(note + 4, -1).segment()).detail()).contains("beyond its segment");
    assertThat(refused(file.u32(note, -1).segment()).detail()).contains("beyond its segment");
  }

  /** Else 128 headers would have the same 64 MiB of notes read 128 times. */
  @Test
  void refusesNoteSegmentsThatShareBytes() {
    ElfBuilder.Patch file =
        ElfBuilder.valid().note("GNU", 3, new byte[5000]).note("GNU", 3, new byte[4]).build();
    assertThat(parse(file.segment()).note()).isNull();
    long first = file.file().getLong(64 + 2 * 56 + 8);
    long firstBytes = file.file().getLong(64 + 2 * 56 + 32);
    assertThat(2 * firstBytes).isGreaterThan(file.file().capacity());
    file.program(3, 8, first).program(3, 32, firstBytes);
    assertThat(refused(file.segment()).detail()).contains("notes share bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "greet",
        "count_lines",
        "make_requests",
        "compress_image",
        "trace_work",
        "basic",
        "entry_state",
        "hostile",
        "probe-high"
      })
  void everyGuestIsAccepted(String name) {
    ElfImage image = Guests.image(name);
    assertThat(image.note()).isNotNull();
    assertThat(image.symbolize(image.entry())).isEqualTo("_start");
    assertThat(image.segments()).noneMatch(s -> s.writable() && s.executable());
  }

  @Test
  void notesOfTheHeaderSurviveTheLinker() {
    assertThat(Guests.image("count_lines").note())
        .isEqualTo(new FunctionNote("count_lines", List.of("log", "pattern"), List.of("counts")));
    assertThat(Guests.image("basic").note())
        .isEqualTo(new FunctionNote("basic", List.of(), List.of()));
    assertThat(Guests.image("copy").note()).isNull();
  }

  @Test
  void mutatedFilesAreRefusedOrHarmless() {
    Random random = new Random(SEED);
    byte[] original = Guests.binary("greet").toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    int accepted = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = original.clone();
      int changes = 1 + random.nextInt(4);
      for (int i = 0; i < changes; i++) {
        bytes[position(random, bytes.length)] = (byte) interesting(random);
      }
      try {
        checkInvariants(
            ElfImage.parse(MemorySegment.ofArray(bytes), CONTEXT_BYTES, Limits.DEFAULTS),
            CONTEXT_BYTES);
        accepted++;
      } catch (ProblemException e) {
        assertThat(e.problem().code())
            .as("seed %d round %d", SEED, round)
            .isEqualTo(ProblemCode.BAD_BINARY);
      }
    }
    assertThat(accepted).as("seed %d", SEED).isBetween(100, 19_900);
  }

  /** Headers at the beginning and tables at the end are where parsers go wrong. */
  private static int position(Random random, int length) {
    return switch (random.nextInt(3)) {
      case 0 -> random.nextInt(64 + 6 * 56);
      case 1 -> length - 1 - random.nextInt(2500);
      default -> random.nextInt(length);
    };
  }

  private static int interesting(Random random) {
    int[] values = {0, 1, 0x7F, 0x80, 0xFF};
    return random.nextBoolean() ? random.nextInt(256) : values[random.nextInt(values.length)];
  }

  /** What a backend relies upon. */
  static void checkInvariants(ElfImage image, long contextBytes) {
    GuestLayout layout = GuestLayout.of(contextBytes);
    long end = GuestLayout.PAGE_BYTES;
    boolean entryIsCode = false;
    boolean controlIsWritable = false;
    for (ElfImage.Segment segment : image.segments()) {
      assertThat(segment.address()).isGreaterThanOrEqualTo(end);
      assertThat(segment.memoryBytes()).isGreaterThanOrEqualTo(segment.bytes().byteSize());
      end = segment.endAddress();
      entryIsCode |= segment.executable() && segment.contains(image.entry(), 1);
      controlIsWritable |=
          segment.writable() && segment.contains(image.controlBlock(), GuestAbi.CONTROL_BYTES);
    }
    assertThat(end).isLessThanOrEqualTo(layout.heapEnd());
    assertThat(image.freeBegin()).isEqualTo(GuestLayout.pageCeiling(end));
    assertThat(image.freeEnd()).isEqualTo(layout.heapEnd());
    assertThat(entryIsCode).isTrue();
    assertThat(controlIsWritable).isTrue();
    image.symbolize(image.entry());
  }
}
