package dev.pappus.sandbox.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.linux.Mapping;
import dev.pappus.sandbox.ElfImage;
import dev.pappus.sandbox.FaultBackoff;
import dev.pappus.sandbox.GuestLayout;
import dev.pappus.sandbox.PageRange;
import dev.pappus.sandbox.ResidentBudget;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A context is clean after every run, whatever was written, and keeps no more than it may. */
class ContextFileTest {
  private static final long SEED = Long.getLong("pappus.seed", 20261128L);
  private static final long CONTEXT_BYTES = 8 << 20;
  private static final long CODE = 0x10000;
  private static final long DATA = 0x12000;
  private static final int CODE_BYTES = 0x1800;
  private static final int DATA_BYTES = 0x2345;

  private final Random random = new Random(SEED);
  private final byte[] code = bytes(CODE_BYTES);
  private final byte[] data = bytes(DATA_BYTES);

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private ProcessFunction function() {
    return function(data);
  }

  private ProcessFunction function(byte[] written) {
    List<ElfImage.Segment> segments =
        List.of(
            new ElfImage.Segment(CODE, MemorySegment.ofArray(code), CODE_BYTES, true, false, true),
            new ElfImage.Segment(
                DATA, MemorySegment.ofArray(written), written.length + 5000, true, true, false));
    GuestLayout layout = GuestLayout.of(CONTEXT_BYTES);
    return ProcessFunction.of(
        layout,
        ElfImage.bare(layout, CODE, segments, DATA),
        new FaultBackoff(FaultBackoff.Settings.DEFAULTS));
  }

  /** What the context must hold between runs. */
  private byte[] clean() {
    byte[] expected = new byte[(int) CONTEXT_BYTES];
    System.arraycopy(code, 0, expected, (int) CODE, CODE_BYTES);
    System.arraycopy(data, 0, expected, (int) DATA, DATA_BYTES);
    return expected;
  }

  private void spoil(ContextFile file) {
    int pieces = random.nextInt(20);
    for (int i = 0; i < pieces; i++) {
      byte[] rubbish = bytes(1 + random.nextInt(random.nextInt(8) == 0 ? 2 << 20 : 30_000));
      long lowest = DATA;
      long at = lowest + (long) (random.nextDouble() * (CONTEXT_BYTES - lowest - rubbish.length));
      file.write(at, MemorySegment.ofArray(rubbish));
    }
  }

  /** As a snapshot is: many pieces of whole pages, zero pages between them, and a stack. */
  private ProcessFunction pieces(byte[] expected) {
    List<ElfImage.Segment> segments = new ArrayList<>();
    segments.add(
        new ElfImage.Segment(CODE, MemorySegment.ofArray(code), CODE_BYTES, true, false, true));
    System.arraycopy(code, 0, expected, (int) CODE, CODE_BYTES);
    long at = DATA;
    while (at < CONTEXT_BYTES / 2) {
      byte[] piece = bytes((1 + random.nextInt(6)) * 4096);
      segments.add(
          new ElfImage.Segment(at, MemorySegment.ofArray(piece), piece.length, true, true, false));
      System.arraycopy(piece, 0, expected, (int) at, piece.length);
      long zero = random.nextInt(5) * 4096L;
      if (zero > 0) {
        segments.add(
            new ElfImage.Segment(
                at + piece.length, MemorySegment.ofArray(new byte[0]), zero, true, true, false));
      }
      at += piece.length + zero;
    }
    GuestLayout layout = GuestLayout.of(CONTEXT_BYTES);
    return ProcessFunction.of(
        layout,
        ElfImage.bare(layout, CODE, segments, DATA),
        new FaultBackoff(FaultBackoff.Settings.DEFAULTS));
  }

  /** To look at all of it would bring all of it into memory: only at what is there. */
  @Test
  void whatIsNotSearchedForIsNotThere() {
    for (long capacity : new long[] {0, 3 << 20, 1 << 30}) {
      int accounted = 0;
      try (ContextFile file = new ContextFile(CONTEXT_BYTES, new ResidentBudget(capacity))) {
        byte[] own = data;
        for (int run = 0; run < 300; run++) {
          ProcessFunction function = file.bound();
          if (function == null || random.nextInt(8) == 0) {
            own = bytes(DATA_BYTES);
            function = function(own);
            file.bind(function);
          }
          if (random.nextInt(8) == 0) {
            file.economise();
          }
          if (random.nextInt(4) == 0) {
            file.read(random.nextInt(1000) * 4096L, MemorySegment.ofArray(new byte[4096]));
          }
          if (random.nextInt(3) > 0) {
            file.write(
                DATA + random.nextInt(random.nextBoolean() ? 0x4000 : 0x400000),
                MemorySegment.ofArray(bytes(3000)));
          }
          file.clean();
          accounted += file.isAccountedFor(function) ? 1 : 0;
          assertHolds(file, own, "seed " + SEED + " run " + run);
        }
      }
      assertThat(accounted).as("capacity %d", capacity).isBetween(50, 300);
    }
  }

  private void assertHolds(ContextFile file, byte[] written, String when) {
    byte[] expected = new byte[(int) CONTEXT_BYTES];
    System.arraycopy(code, 0, expected, (int) CODE, CODE_BYTES);
    System.arraycopy(written, 0, expected, (int) DATA, written.length);
    for (PageRange range : file.inMemory()) {
      byte[] found = new byte[(int) range.sizeBytes()];
      file.read(range.start(), MemorySegment.ofArray(found));
      int from = (int) range.start();
      assertThat(Arrays.mismatch(found, 0, found.length, expected, from, from + found.length))
          .as("%s from 0x%x", when, from)
          .isEqualTo(-1);
    }
  }

  @Test
  void everyPieceOfASnapshotIsPutBack() {
    for (long capacity : new long[] {0, 3 << 20, 1 << 30}) {
      byte[] expected = new byte[(int) CONTEXT_BYTES];
      byte[] found = new byte[expected.length];
      try (ContextFile file = new ContextFile(CONTEXT_BYTES, new ResidentBudget(capacity))) {
        file.bind(pieces(expected));
        for (int run = 0; run < 70; run++) {
          spoil(file);
          file.clean();
          file.read(0, MemorySegment.ofArray(found));
          assertThat(Arrays.mismatch(found, expected))
              .as("seed %d run %d", SEED, run)
              .isEqualTo(-1);
        }
      }
    }
  }

  @Test
  void everyRunFindsItAsNew() {
    for (long capacity : new long[] {0, 3 << 20, 1 << 30}) {
      ResidentBudget budget = new ResidentBudget(capacity);
      try (ContextFile file = new ContextFile(CONTEXT_BYTES, budget)) {
        byte[] expected = clean();
        byte[] found = new byte[expected.length];
        file.bind(function());
        for (int run = 0; run < 70; run++) {
          spoil(file);
          file.clean();
          file.read(0, MemorySegment.ofArray(found));
          assertThat(Arrays.mismatch(found, expected))
              .as("seed %d run %d", SEED, run)
              .isEqualTo(-1);
          // To look at it has made all of it present; what is kept now was charged for.
          file.clean();
          long kept = file.present().stream().mapToLong(PageRange::sizeBytes).sum();
          assertThat(budget.chargedBytes())
              .isEqualTo(Math.max(kept, DATA_BYTES) + CODE_BYTES)
              .isLessThanOrEqualTo(Math.max(capacity, ContextFile.KEPT_BYTES_MIN + CODE_BYTES));
        }
        file.unbind();
        long blank = file.present().stream().mapToLong(PageRange::sizeBytes).sum();
        assertThat(budget.chargedBytes())
            .isEqualTo(blank)
            .isLessThanOrEqualTo(Math.max(capacity, ContextFile.KEPT_BYTES_MIN));
        file.read(0, MemorySegment.ofArray(found));
        assertThat(Arrays.mismatch(found, new byte[found.length])).isEqualTo(-1);
      }
      assertThat(budget.chargedBytes()).isZero();
    }
  }

  @Test
  void anotherFunctionFindsNothingOfTheFirst() {
    for (long capacity : new long[] {0, 3 << 20, 1 << 30}) {
      ResidentBudget budget = new ResidentBudget(capacity);
      byte[] found = new byte[(int) CONTEXT_BYTES];
      try (ContextFile file = new ContextFile(CONTEXT_BYTES, budget)) {
        for (int change = 0; change < 20; change++) {
          byte[] expected = new byte[found.length];
          boolean plain = change % 2 == 0;
          file.bind(plain ? function() : pieces(expected));
          for (int run = 0; run < 2; run++) {
            file.read(0, MemorySegment.ofArray(found));
            assertThat(Arrays.mismatch(found, plain ? clean() : expected))
                .as("seed %d change %d run %d", SEED, change, run)
                .isEqualTo(-1);
            spoil(file);
            file.clean();
          }
        }
      }
      assertThat(budget.chargedBytes()).isZero();
    }
  }

  @Test
  void scatteredPagesAreCleanToo() {
    ResidentBudget budget = new ResidentBudget(1 << 30);
    try (ContextFile file = new ContextFile(CONTEXT_BYTES, budget)) {
      file.bind(function());
      MemorySegment one = MemorySegment.ofArray(new byte[] {1});
      long pages = CONTEXT_BYTES / Mapping.PAGE;
      assertThat(pages / 2).isGreaterThan(ContextFile.EXTENTS_MAX);
      for (long page = DATA / Mapping.PAGE; page < pages; page += 2) {
        file.write(page * Mapping.PAGE + 77, one);
      }
      file.clean();
      assertThat(file.present()).isEmpty();
      byte[] found = new byte[(int) CONTEXT_BYTES];
      file.read(0, MemorySegment.ofArray(found));
      assertThat(Arrays.mismatch(found, clean())).isEqualTo(-1);
    }
  }

  /** Reading through the mapping makes pages: what lends them must have charged for them. */
  @Test
  void whatReadersMayMakeIsCounted() {
    ResidentBudget budget = new ResidentBudget(1 << 30);
    try (ContextFile file = new ContextFile(CONTEXT_BYTES, budget)) {
      file.bind(function());
      int item = 1 << 20;
      long before = file.unchargedBytes(0);
      long counted = file.unchargedBytes(item);
      assertThat(counted).isEqualTo(before + item);
      file.read(CONTEXT_BYTES / 2, MemorySegment.ofArray(new byte[item]));
      assertThat(file.unchargedBytes(0)).isGreaterThan(before).isEqualTo(counted);
      assertThat(file.unchargedBytes(Long.MAX_VALUE / 2))
          .isEqualTo(CONTEXT_BYTES - file.keptBytes());
    }
  }

  @Test
  void pagesInVeryManyPiecesAreCounted() {
    try (ContextFile file = new ContextFile(CONTEXT_BYTES, new ResidentBudget(1 << 30))) {
      MemorySegment one = MemorySegment.ofArray(new byte[] {1});
      int pieces = 2 * ContextFile.EXTENTS_MAX;
      for (int piece = 0; piece < pieces; piece++) {
        file.write(2L * piece * Mapping.PAGE, one);
      }
      assertThat(file.unchargedBytes(0)).isEqualTo(pieces * Mapping.PAGE);
    }
  }

  @Test
  void memoryThatIsNotUsedAnyMoreGoesBack() {
    ResidentBudget budget = new ResidentBudget(1 << 30);
    try (ContextFile file = new ContextFile(CONTEXT_BYTES, budget)) {
      file.bind(function());
      List<Long> kept = new ArrayList<>();
      int review = (int) ContextFile.RUNS_BEFORE_REVIEW;
      for (int run = 0; run < 2 * review; run++) {
        byte[] rubbish = bytes(run == 0 ? 5 << 20 : 4096);
        file.write(0x20000, MemorySegment.ofArray(rubbish));
        file.clean();
        kept.add(file.keptBytes());
      }
      assertThat(kept.getFirst()).isGreaterThan(5 << 20);
      assertThat(kept.get(review / 2)).isGreaterThan(5 << 20);
      assertThat(kept.getLast()).isLessThanOrEqualTo(ContextFile.KEPT_BYTES_MIN + CODE_BYTES);
      file.economise();
      assertThat(file.keptBytes()).isEqualTo(CODE_BYTES + DATA_BYTES);
    }
  }

  /** Functions of much memory may take turns, and small ones do not clean what they left. */
  @Test
  void whatOneFunctionLeavesIsKeptForOthersThatUseAsMuch() {
    byte[] much = bytes(5 << 20);
    List<ProcessFunction> large = List.of(function(), function());
    ProcessFunction small = function();
    try (ContextFile file = new ContextFile(CONTEXT_BYTES, new ResidentBudget(1 << 30))) {
      for (int turn = 0; turn < 6; turn++) {
        file.bind(large.get(turn % 2));
        if (turn >= 2) {
          assertThat(file.keptBytes()).as("turn %d", turn).isGreaterThan(5 << 20);
        }
        file.write(0x20000, MemorySegment.ofArray(much));
        file.clean();
      }
      for (int turn = 0; turn < 2; turn++) {
        file.bind(small);
        assertThat(file.keptBytes())
            .isLessThanOrEqualTo(ContextFile.KEPT_BYTES_MIN + CODE_BYTES + DATA_BYTES);
        file.write(0x20000, MemorySegment.ofArray(bytes(4096)));
        file.clean();
      }
    }
  }

  /** Data that a function may write is there between runs whether there is room for it or not. */
  @Test
  void dataOfTheImageIsChargedInAnyCase() {
    ResidentBudget budget = new ResidentBudget(0);
    byte[] large = bytes(5 << 20);
    try (ContextFile file = new ContextFile(CONTEXT_BYTES, budget)) {
      file.bind(function(large));
      assertThat(budget.chargedBytes()).isEqualTo(CODE_BYTES + large.length);
      for (int run = 0; run < 3; run++) {
        file.clean();
        assertThat(budget.chargedBytes()).isEqualTo(CODE_BYTES + large.length);
      }
      file.economise();
      assertThat(budget.chargedBytes()).isEqualTo(CODE_BYTES + large.length);
    }
    assertThat(budget.chargedBytes()).isZero();
  }
}
