package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.ProgramOptions;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Programs, the library OS, and what becomes of both in a context. */
class LinuxProgramTest {
  static final long CONTEXT_BYTES = 16 << 20;
  static final Libos LIBOS = Libos.of(ElfBuilder.libos().build().segment());
  static final FunctionSpec SPEC =
      new FunctionSpec(
              "wc",
              List.of(
                  InputSet.dynamic("stdio"),
                  new InputSet("lib", List.of(Item.ofText("a", "b"))),
                  InputSet.dynamic("texts")),
              List.of("stdio"),
              CONTEXT_BYTES,
              List.of())
          .withProgram(new ProgramOptions(List.of("-l", "", "\u00e4"), true));

  private static final GuestLayout LAYOUT = GuestLayout.of(CONTEXT_BYTES);

  private static ElfImage compose(ElfBuilder.Patch file) {
    return compose(file, SPEC);
  }

  private static ElfImage compose(ElfBuilder.Patch file, FunctionSpec spec) {
    return ElfImage.of(file.segment(), spec, Limits.DEFAULTS, LIBOS);
  }

  private static Problem refused(ElfBuilder.Patch file) {
    ProblemException thrown = catchThrowableOfType(ProblemException.class, () -> compose(file));
    assertThat(thrown).as("refusal").isNotNull();
    assertThat(thrown.problem().code()).isEqualTo(ProblemCode.BAD_BINARY);
    return thrown.problem();
  }

  private static byte[] bytes(ElfImage image, long address, long count) {
    ElfImage.Segment segment = Objects.requireNonNull(image.segmentAt(address));
    byte[] content = new byte[Math.toIntExact(count)];
    long inside = address - segment.address();
    long available = Math.min(count, segment.bytes().byteSize() - inside);
    if (available > 0) {
      MemorySegment.copy(
          segment.bytes(), ValueLayout.JAVA_BYTE, inside, content, 0, (int) available);
    }
    return content;
  }

  private static long word(ElfImage image, long address) {
    return MemorySegment.ofArray(bytes(image, address, 8)).get(GuestAbi.U64, 0);
  }

  private static List<String> texts(ElfImage image, long address, long count) {
    byte[] all = bytes(image, address, image.freeEnd() + 4096 - address);
    String text = new String(all, StandardCharsets.UTF_8);
    return List.of(text.split("\0", -1)).subList(0, (int) count);
  }

  /** What a backend relies upon, and what the library OS is promised. */
  static void checkInvariants(ElfImage image) {
    long end = GuestLayout.PAGE_BYTES;
    for (ElfImage.Segment segment : image.segments()) {
      assertThat(segment.address()).isGreaterThanOrEqualTo(end);
      assertThat(segment.memoryBytes()).isGreaterThanOrEqualTo(segment.bytes().byteSize());
      end = segment.endAddress();
      assertThat(segment.address() >= image.freeEnd() || end <= image.freeBegin()).isTrue();
    }
    LibosPlace place = Objects.requireNonNull(image.libos());
    assertThat(end).isLessThanOrEqualTo(LAYOUT.heapEnd());
    assertThat(place.end()).isEqualTo(LAYOUT.heapEnd());
    assertThat(image.freeBegin()).isLessThanOrEqualTo(image.freeEnd());
    assertThat(image.freeBegin() % 4096).isZero();
    assertThat(image.freeEnd() % 4096).isZero();
    assertThat(image.entry()).isBetween(place.begin(), place.end());
    long start = place.start();
    assertThat(word(image, start + LibosAbi.START_VERSION_AT)).isEqualTo(1);
    assertThat(word(image, start + LibosAbi.START_IMAGE_END)).isEqualTo(image.freeBegin());
    assertThat(word(image, start + LibosAbi.START_STACK_BOTTOM)).isEqualTo(LAYOUT.stackBottom());
    long entry = word(image, start + LibosAbi.START_ENTRY);
    assertThat(Objects.requireNonNull(image.segmentAt(entry)).executable()).isTrue();
    long headers = word(image, start + LibosAbi.START_HEADERS);
    assertThat(image.segmentAt(headers)).isNotNull();
    image.symbolize(image.entry());
  }

  @Test
  void programAndLibraryOsAreOneImage() {
    ElfImage image = compose(ElfBuilder.program().build());
    checkInvariants(image);
    long base = LAYOUT.heapEnd() - 0x6000;
    LibosPlace place = Objects.requireNonNull(image.libos());
    assertThat(place.begin()).isEqualTo(base);
    assertThat(image.freeBegin()).isEqualTo(0x406000);
    assertThat(image.freeEnd()).isEqualTo(base - 4096);
    assertThat(image.entry()).isEqualTo(base + 0x1000);
    assertThat(image.controlBlock()).isEqualTo(base + 0x2040);
    assertThat(image.logRing()).hasValue(base + 0x3000);
    assertThat(place.syscall()).isEqualTo(base + 0x1010);
    assertThat(place.signal()).isEqualTo(base + 0x1020);
    assertThat(place.template()).isEqualTo(base + 0x2200);
    assertThat(word(image, base + 0x2008)).as("relocated").isEqualTo(base + 0x1000);
    assertThat(image.symbolize(0x401085)).isEqualTo("main+0x5");
    assertThat(image.symbolize(base + 0x1012)).isEqualTo("__pappus_syscall+0x2");

    long start = place.start();
    assertThat(word(image, start + LibosAbi.START_FLAGS)).isZero();
    assertThat(word(image, start + LibosAbi.START_ENTRY)).isEqualTo(0x401000);
    assertThat(word(image, start + LibosAbi.START_IMAGE_BEGIN)).isEqualTo(0x401000);
    long words = word(image, start + LibosAbi.START_WORDS);
    assertThat(texts(image, words, word(image, start + LibosAbi.START_WORD_COUNT)))
        .containsExactly("wc", "-l", "", "\u00e4");
    long inputs = word(image, start + LibosAbi.START_INPUTS);
    assertThat(texts(image, inputs, word(image, start + LibosAbi.START_INPUT_COUNT)))
        .containsExactly("stdio", "texts");
    ElfImage.Segment block = Objects.requireNonNull(image.segmentAt(words));
    assertThat(block.writable() || block.executable()).isFalse();
  }

  @Test
  void headersThatAreNotLoadedStandInTheStartBlock() {
    ElfBuilder.Patch file = ElfBuilder.program().build();
    ElfImage image = compose(file);
    long start = Objects.requireNonNull(image.libos()).start();
    long headers = word(image, start + LibosAbi.START_HEADERS);
    assertThat(headers).isBetween(image.freeEnd(), image.freeEnd() + 4096);
    assertThat(headers % 8).isZero();
    assertThat(word(image, start + LibosAbi.START_HEADER_COUNT)).isEqualTo(2);
    byte[] expected = file.segment().asSlice(64, 2 * 56).toArray(ValueLayout.JAVA_BYTE);
    assertThat(bytes(image, headers, 2 * 56)).isEqualTo(expected);
  }

  @Test
  void loadedHeadersAreFoundWhereTheyAre() {
    ElfBuilder.Patch file = ElfBuilder.program().build();
    // The first segment begins with the file's first byte.
    file.program(0, 8, 0).program(0, 16, 0x401000).program(0, 32, 64 + 2 * 56);
    ElfImage image = compose(file);
    long start = Objects.requireNonNull(image.libos()).start();
    assertThat(word(image, start + LibosAbi.START_HEADERS)).isEqualTo(0x401040);
  }

  @Test
  void positionIndependentProgramsAreMovedAndKeepTheirRelocations() {
    ElfImage image =
        compose(
            new ElfBuilder()
                .type(3)
                .entry(0x1000)
                .segment(1, ElfBuilder.RX, 0x1000, new byte[256], 256)
                .segment(1, ElfBuilder.RW, 0x2000, ElfBuilder.words(0x1000), 8)
                .segment(2, ElfBuilder.R, 0x2008, ElfBuilder.words(7, 0x2000, 8, 24, 0, 0), 48)
                .symbol("main", 0x1020, 2)
                .build());
    checkInvariants(image);
    long start = Objects.requireNonNull(image.libos()).start();
    assertThat(word(image, start + LibosAbi.START_ENTRY)).isEqualTo(0x401000);
    assertThat(word(image, 0x402000)).as("the program's own to relocate").isEqualTo(0x1000);
    assertThat(image.symbolize(0x401020)).isEqualTo("main");
  }

  @Test
  void strippedProgramsRunToo() {
    ElfImage image = compose(ElfBuilder.program().build().u64(40, 0).u16(60, 0));
    checkInvariants(image);
    assertThat(image.symbolize(0x401085)).isNull();
  }

  @Test
  void dynamicFilesAreRefusedWithTheCommandThatMakesThemStatic() {
    for (int type : new int[] {2, 3}) {
      byte[] name = "/lib64/ld-linux-x86-64.so.2\0".getBytes(StandardCharsets.UTF_8);
      Problem problem =
          refused(
              ElfBuilder.program().type(type).segment(3, 4, 0x402000, name, name.length).build());
      assertThat(problem.detail()).contains("dynamically linked");
      assertThat(problem.hint())
          .contains("gcc -static", "musl-gcc -static", "crt-static", "-static-pie");
    }
    byte[] needed = ElfBuilder.words(1, 1, 0, 0);
    Problem library =
        refused(ElfBuilder.program().type(3).segment(2, 4, 0x402000, needed, 32).build());
    assertThat(library.detail()).contains("shared library");
  }

  @Test
  void goProgramsAreToldWhyTheyDoNotRun() {
    Problem problem = refused(ElfBuilder.program().note("Go", 4, new byte[83]).build());
    assertThat(problem.detail()).contains("Go program", "threads");
    assertThat(problem.hint()).contains("GOOS=wasip1");
    checkInvariants(compose(ElfBuilder.program().note("GNU", 3, new byte[20]).build()));
  }

  @Test
  void whatDoesNotFitIsToldToTakeALargerContext() {
    ElfBuilder.Patch file =
        ElfBuilder.program()
            .segment(1, ElfBuilder.RW, 0x500000, new byte[1], LAYOUT.heapEnd() - 0x500000)
            .build();
    Problem inTheWay = refused(file);
    assertThat(inTheWay.detail()).contains("the program reaches to");
    assertThat(inTheWay.hint()).contains("larger context");
    checkInvariants(compose(file.program(2, 40, LAYOUT.heapEnd() - 0x7000 - 0x500000)));
    assertThat(refused(file.program(2, 40, CONTEXT_BYTES)).hint()).contains("larger context");
    FunctionSpec tiny = new FunctionSpec("f", List.of(), List.of(), 64 << 10, List.of());
    assertThatThrownBy(() -> compose(ElfBuilder.program().build(), tiny))
        .hasMessageContaining("does not fit");
  }

  @Test
  void functionsStayFunctions() {
    ElfImage function = compose(ElfBuilder.valid().build());
    assertThat(function.libos()).isNull();
    assertThat(function.entry()).isEqualTo(0x11000);
    byte[] note = "wc\0\0\0".getBytes(StandardCharsets.UTF_8);
    ElfBuilder.Patch stripped =
        ElfBuilder.valid().note("Pappus", 1, note).build().u64(40, 0).u16(60, 0);
    assertThat(refused(stripped).detail()).contains("no symbols");
    Problem movable = refused(ElfBuilder.valid().type(3).build());
    assertThat(movable.detail()).contains("position-independent executable");
    assertThat(movable.hint()).contains("-no-pie");
    assertThat(
            FunctionNote.of(ElfBuilder.program().build().segment(), CONTEXT_BYTES, Limits.DEFAULTS))
        .isNull();
  }

  /** Those too that are refused, so that they are told how programs are built. */
  @Test
  void itIsPlainWhichFilesAreMeantAsPrograms() {
    byte[] name = "/lib64/ld.so\0".getBytes(StandardCharsets.UTF_8);
    assertThat(LinuxProgram.is(ElfBuilder.program().build().segment())).isTrue();
    assertThat(
            LinuxProgram.is(
                ElfBuilder.program().segment(3, 4, 0x402000, name, name.length).build().segment()))
        .isTrue();
    assertThat(LinuxProgram.is(ElfBuilder.program().note("Go", 4, new byte[83]).build().segment()))
        .isTrue();
    assertThat(LinuxProgram.is(ElfBuilder.program().build().cut(100))).isFalse();
    assertThat(LinuxProgram.is(MemorySegment.ofArray(new byte[0]))).isFalse();
  }

  @Test
  void withoutALibraryOsProgramsAreRefused() {
    MemorySegment file = ElfBuilder.program().build().segment();
    ProblemException thrown =
        catchThrowableOfType(
            ProblemException.class, () -> ElfImage.of(file, SPEC, Limits.DEFAULTS, null));
    assertThat(thrown.problem().code()).isEqualTo(ProblemCode.SANDBOX_UNAVAILABLE);
    assertThatThrownBy(() -> Libos.in(Path.of("/nonexistent")))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.problem().code()).isEqualTo(ProblemCode.SANDBOX_UNAVAILABLE);
              assertThat(e.problem().hint()).contains("make -C guest");
            });
  }

  @Test
  void aDamagedLibraryOsIsNotTaken() {
    for (String symbol :
        List.of(
            LibosAbi.START_SYMBOL,
            LibosAbi.TEMPLATE_SYMBOL,
            LibosAbi.SYSCALL_SYMBOL,
            LibosAbi.SIGNAL_SYMBOL,
            GuestAbi.CONTROL_SYMBOL,
            GuestAbi.LOG_SYMBOL)) {
      MemorySegment file = ElfBuilder.libos().without(symbol).build().segment();
      assertThatThrownBy(() -> Libos.of(file)).hasMessageContaining(symbol);
    }
    ElfBuilder.Patch good = ElfBuilder.libos().build();
    long relocation = good.file().getLong(64 + 8);
    MemorySegment typed = ElfBuilder.libos().build().u64((int) relocation + 8, 1).segment();
    assertThatThrownBy(() -> Libos.of(typed)).hasMessageContaining("relocation of type 1");
    MemorySegment outside = ElfBuilder.libos().build().u64((int) relocation, 0x3000).segment();
    assertThatThrownBy(() -> Libos.of(outside)).hasMessageContaining("outside");
    MemorySegment fixed = ElfBuilder.libos().type(2).build().segment();
    assertThatThrownBy(() -> Libos.of(fixed)).hasMessageContaining("position-independent");
  }
}
