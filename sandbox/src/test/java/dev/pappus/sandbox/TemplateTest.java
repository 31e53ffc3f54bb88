package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a program has become, as an image and as a file. */
class TemplateTest {
  private static final long SEED = Long.getLong("pappus.seed", 20261128L);
  private static final long PAGE = GuestLayout.PAGE_BYTES;
  private static final GuestLayout LAYOUT = GuestLayout.of(LinuxProgramTest.CONTEXT_BYTES);
  private static final ElfImage IMAGE =
      ElfImage.of(
          ElfBuilder.program().build().segment(),
          LinuxProgramTest.SPEC,
          Limits.DEFAULTS,
          LinuxProgramTest.LIBOS);
  private static final LibosPlace LIBOS = Objects.requireNonNull(IMAGE.libos());

  private final Random random = new Random(SEED);
  private final ArrayMemory memory = new ArrayMemory((int) LAYOUT.contextBytes());

  private static PageRange all() {
    return new PageRange(0, LAYOUT.contextBytes());
  }

  /** The image as a backend would have placed it. */
  private void place() {
    for (ElfImage.Segment each : IMAGE.segments()) {
      memory.write(each.address(), each.bytes());
    }
  }

  private void say(long resume, long freeBegin, long freeEnd) {
    memory.write(
        LIBOS.template(), MemorySegment.ofArray(ElfBuilder.words(resume, freeBegin, freeEnd)));
  }

  private Template read(Limits limits) {
    PageRange none = new PageRange(0, 0);
    return Template.read(memory, IMAGE, LAYOUT, List.of(all()), none, limits);
  }

  private byte[] fill(long address, int bytes) {
    byte[] content = new byte[bytes];
    random.nextBytes(content);
    memory.write(address, MemorySegment.ofArray(content));
    return content;
  }

  /** The image's memory, all that is mapped. */
  private static ArrayMemory memoryOf(ElfImage image) {
    ArrayMemory memory = new ArrayMemory((int) LAYOUT.contextBytes());
    for (ElfImage.Segment each : image.segments()) {
      memory.write(each.address(), each.bytes());
    }
    return memory;
  }

  @Test
  void anImageOfItHoldsWhatWasWrittenAndNothingOfFreeMemory() {
    place();
    long freeBegin = IMAGE.freeBegin() + 40 * PAGE;
    long freeEnd = IMAGE.freeEnd() - 30 * PAGE;
    say(IMAGE.entry() + 4, freeBegin, freeEnd);
    fill(0x403000, 3000);
    fill(IMAGE.freeBegin() + 5 * PAGE + 17, 9000);
    fill(IMAGE.freeBegin() + 39 * PAGE, 4096);
    fill(freeEnd, 100);
    fill(LAYOUT.contextBytes() - 500, 500);
    byte[] whole = memory.bytes(0, memory.sizeBytes());
    fill(freeBegin, 5000);
    fill(freeEnd - 3, 3);

    Template template = read(Limits.DEFAULTS);
    assertThat(template.sizeBytes()).isLessThan(60 * PAGE);
    ElfImage image = IMAGE.withTemplate(LAYOUT, template);
    assertThat(image.entry()).isEqualTo(IMAGE.entry() + 4);
    assertThat(image.freeBegin()).isEqualTo(freeBegin);
    assertThat(image.freeEnd()).isEqualTo(freeEnd);
    assertThat(image.controlBlock()).isEqualTo(IMAGE.controlBlock());
    assertThat(image.holdsStack(LAYOUT)).isTrue();
    assertThat(memoryOf(image).bytes(0, memory.sizeBytes())).isEqualTo(whole);
    checkRights(image, freeBegin, freeEnd);
  }

  /** All that could be touched before can be touched now, in the same way. */
  private static void checkRights(ElfImage image, long freeBegin, long freeEnd) {
    long end = 0;
    for (ElfImage.Segment each : image.segments()) {
      assertThat(each.address()).isGreaterThanOrEqualTo(end);
      end = each.endAddress();
    }
    List<ImagePages> before = ImagePages.of(IMAGE.segments());
    List<ImagePages> after = ImagePages.of(image.segments());
    for (long at = 0; at < LAYOUT.contextBytes(); at += PAGE) {
      boolean free = at >= freeBegin && at < freeEnd;
      ImagePages was = find(before, at);
      boolean open =
          (at >= IMAGE.freeBegin() && at < IMAGE.freeEnd()) || at >= LAYOUT.stackBottom();
      ImagePages is = find(after, at);
      assertThat(is != null).as("0x%x", at).isEqualTo(!free && (was != null || open));
      if (is != null) {
        assertThat(is.writable()).as("0x%x", at).isEqualTo(was == null || was.writable());
        assertThat(is.executable()).as("0x%x", at).isEqualTo(was != null && was.executable());
      }
    }
  }

  private static @org.jspecify.annotations.Nullable ImagePages find(
      List<ImagePages> pages, long address) {
    return pages.stream()
        .filter(each -> address >= each.start() && address < each.end())
        .findFirst()
        .orElse(null);
  }

  @Test
  void whatAGuestSaysIsCheckedOnce() {
    place();
    long begin = IMAGE.freeBegin();
    long end = IMAGE.freeEnd();
    long[][] lies = {
      {0, begin, end},
      {0x403000, begin, end},
      {-1, begin, end},
      {IMAGE.entry(), begin - PAGE, end},
      {IMAGE.entry(), begin, end + PAGE},
      {IMAGE.entry(), end, begin},
      {IMAGE.entry(), begin + 1, end},
      {IMAGE.entry(), begin, end - 8},
      {IMAGE.entry(), Long.MIN_VALUE, end},
      {IMAGE.entry(), begin, Long.MAX_VALUE & -PAGE},
      {IMAGE.entry(), -PAGE, -PAGE},
    };
    for (long[] lie : lies) {
      say(lie[0], lie[1], lie[2]);
      assertThatThrownBy(() -> read(Limits.DEFAULTS))
          .as("%x %x %x", lie[0], lie[1], lie[2])
          .isInstanceOfSatisfying(
              ProblemException.class,
              e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.GUEST_BAD_OUTPUT));
    }
    say(IMAGE.entry(), begin, begin);
    assertThat(IMAGE.withTemplate(LAYOUT, read(Limits.DEFAULTS)).freeEnd()).isEqualTo(begin);
  }

  @Test
  void dataOfStaticItemsIsNotWritable() {
    place();
    long begin = IMAGE.freeBegin();
    say(IMAGE.entry(), begin + 100 * PAGE, IMAGE.freeEnd());
    fill(begin, (int) (50 * PAGE));
    PageRange constant = new PageRange(begin + 10 * PAGE, begin + 30 * PAGE);
    Template read = Template.read(memory, IMAGE, LAYOUT, List.of(all()), constant, Limits.DEFAULTS);
    Template template = Objects.requireNonNull(TemplateFile.decode(TemplateFile.encode(read)));
    List<ImagePages> pages = ImagePages.of(IMAGE.withTemplate(LAYOUT, template).segments());
    for (int i = 0; i < 100; i++) {
      ImagePages page = Objects.requireNonNull(find(pages, begin + i * PAGE));
      assertThat(page.writable()).as("%d", i).isEqualTo(i < 10 || i >= 30);
      assertThat(page.loaded()).as("%d", i).isEqualTo(i < 50);
    }
  }

  @Test
  void itsSizeIsLimited() {
    place();
    say(IMAGE.entry(), IMAGE.freeBegin() + 100 * PAGE, IMAGE.freeEnd());
    fill(IMAGE.freeBegin(), (int) (100 * PAGE));
    Limits limits = Limits.DEFAULTS.with(Limit.TEMPLATE_BYTES, 100 * PAGE);
    assertThatThrownBy(() -> read(limits)).hasMessageContaining("limits.template_bytes");
    assertThat(read(limits.with(Limit.TEMPLATE_BYTES, 120 * PAGE)).sizeBytes())
        .isBetween(100 * PAGE, 120 * PAGE);
  }

  @Test
  void memoryInVeryManyPiecesIsRefused() {
    place();
    say(IMAGE.entry(), IMAGE.freeEnd(), IMAGE.freeEnd());
    for (long at = IMAGE.freeBegin(); at < IMAGE.freeEnd(); at += 100 * PAGE) {
      fill(at, 1 + random.nextInt(100));
    }
    assertThat(read(Limits.DEFAULTS).extents()).hasSizeGreaterThan(20);
    Limits narrow = Limits.DEFAULTS.with(Limit.TEMPLATE_BYTES, 60 * PAGE);
    assertThatThrownBy(() -> read(narrow)).hasMessageContaining("too many pieces");
  }

  private Template someTemplate() {
    place();
    say(IMAGE.entry(), IMAGE.freeBegin() + 100 * PAGE, IMAGE.freeEnd() - 10 * PAGE);
    for (int i = 0; i < 5; i++) {
      fill(IMAGE.freeBegin() + (i * 20L + random.nextInt(9)) * PAGE, 1 + random.nextInt(9000));
    }
    return read(Limits.DEFAULTS);
  }

  @Test
  void itSurvivesBeingAFile() {
    Template template = someTemplate();
    MemorySegment file = TemplateFile.encode(template);
    Template again = Objects.requireNonNull(TemplateFile.decode(file));
    assertThat(again.resume()).isEqualTo(template.resume());
    assertThat(again.freeBegin()).isEqualTo(template.freeBegin());
    assertThat(again.freeEnd()).isEqualTo(template.freeEnd());
    assertThat(memoryOf(IMAGE.withTemplate(LAYOUT, again)).bytes(0, memory.sizeBytes()))
        .isEqualTo(memoryOf(IMAGE.withTemplate(LAYOUT, template)).bytes(0, memory.sizeBytes()));
  }

  @Test
  void damagedFilesAreNone() {
    byte[] file = TemplateFile.encode(someTemplate()).toArray(ValueLayout.JAVA_BYTE);
    for (int round = 0; round < 300; round++) {
      byte[] damaged = file.clone();
      int at = round < 100 ? round : random.nextInt(damaged.length);
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      assertThat(TemplateFile.decode(MemorySegment.ofArray(damaged)))
          .as("seed %d byte %d", SEED, at)
          .isNull();
      int length = random.nextInt(file.length);
      assertThat(TemplateFile.decode(MemorySegment.ofArray(file).asSlice(0, length))).isNull();
    }
  }

  /** Files are no boundary, but what is written into a folder must not break the node either. */
  @Test
  void aFileOfAnotherProgramIsRefused() {
    Template template = someTemplate();
    Template.Extent first = template.extents().getFirst();
    List<Template> others =
        List.of(
            new Template(0, template.freeBegin(), template.freeEnd(), template.extents()),
            with(template, new Template.Extent(0x401000, first.bytes())),
            with(template, new Template.Extent(template.freeBegin(), first.bytes())),
            with(template, new Template.Extent(LAYOUT.contextBytes(), first.bytes())),
            with(template, new Template.Extent(-PAGE, first.bytes())),
            with(template, new Template.Extent(first.address() + 8, first.bytes())),
            with(template, first, first));
    for (Template other : others) {
      Template read = Objects.requireNonNull(TemplateFile.decode(TemplateFile.encode(other)));
      assertThatThrownBy(() -> IMAGE.withTemplate(LAYOUT, read))
          .as("%s", other.extents())
          .isInstanceOf(ProblemException.class);
    }
  }

  private static Template with(Template template, Template.Extent... extents) {
    return new Template(
        template.resume(), template.freeBegin(), template.freeEnd(), List.of(extents));
  }
}
