package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemCode;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What programs may try: the library OS is theirs to ruin, but no later run may notice, and no
 * snapshot may hold what an invocation brought. Inputs go to guest/programs/rogue.c.
 */
public abstract class RogueProgramContract extends ProgramFixture {
  private static final long SEED = Long.getLong("pappus.seed", 20261128L);
  private static final int SECRET_BYTES = 32;
  private static final int MASK = 0x5A;

  private final Random random = new Random(SEED);

  private static Program rogue(boolean snapshot, String... words) {
    return new Program(
        "rogue",
        Programs.Libc.GLIBC,
        snapshot,
        List.of(words),
        List.of(InputSet.dynamic("stdio")),
        List.of("stdio"),
        Guests.CONTEXT_BYTES);
  }

  /** The same image as the backend has made. */
  private static ElfImage image(Program program) {
    return ElfImage.of(
        Programs.binary(program.file(), program.libc()),
        program.spec(),
        Limits.DEFAULTS,
        Libos.in(Objects.requireNonNull(Guests.file("libos.elf").getParent())));
  }

  private static DataSet input(byte[] after, Object... words) {
    List<String> texts = new ArrayList<>();
    for (Object word : words) {
      texts.add(word instanceof Long number ? "0x" + Long.toHexString(number) : word.toString());
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes((String.join(" ", texts) + "\n").getBytes(StandardCharsets.UTF_8));
    bytes.writeBytes(after);
    return new DataSet("stdio", List.of(Item.of("stdin", Key.ZERO, bytes.toByteArray())));
  }

  private InstanceResult act(Program program, Object... words) {
    Limits limits = Limits.DEFAULTS.with(Limit.FUNCTION_RUN, TimeUnit.SECONDS.toNanos(2));
    return run(program, limits, input(new byte[0], words));
  }

  private void assertHonest(Program program, String what) {
    assertThat(printed(run(program, input(new byte[0], "work")))).as(what).isEqualTo("0 clean\n");
  }

  private static List<Program> both() {
    return List.of(rogue(false), rogue(true));
  }

  @Test
  void theLibraryOsMayBeOverwritten() {
    for (Program program : both()) {
      assertHonest(program, "before");
      for (ElfImage.Segment segment : image(program).segments()) {
        LibosPlace libos = Objects.requireNonNull(image(program).libos());
        if (segment.address() >= libos.begin() && segment.address() < libos.end()) {
          for (String how : List.of("zeroes", "ones", "noise")) {
            long middle = segment.address() + random.nextLong(segment.memoryBytes()) / 8 * 8;
            for (long begin : new long[] {segment.address(), middle}) {
              // Whatever comes of it.
              var _ = act(program, how, begin, segment.endAddress());
              assertHonest(program, "seed %d %s from 0x%x".formatted(SEED, how, begin));
            }
          }
        }
      }
    }
  }

  @Test
  void lostWaysLeadNowhere() {
    for (Program program : both()) {
      ElfImage image = image(program);
      LibosPlace libos = Objects.requireNonNull(image.libos());
      List<Long> places =
          new ArrayList<>(
              List.of(image.entry(), libos.syscall(), libos.signal(), libos.start(), 0L, -1L));
      for (int i = 0; i < 30; i++) {
        places.add(libos.begin() + random.nextLong(libos.end() - libos.begin()));
      }
      for (long place : places) {
        var _ = act(program, "jump", place);
        assertHonest(program, "seed %d jump to 0x%x".formatted(SEED, place));
      }
      var _ = act(program, "trap");
      assertHonest(program, "trap");
      for (long code : new long[] {0, 261, 256, 1, 0xFFFF_FFFFL}) {
        InstanceResult result = act(program, "leave", image.controlBlock(), code);
        assertThat(result.problem() == null).as("%d", code).isEqualTo(code == 0);
        assertHonest(program, "leave with " + code);
      }
    }
  }

  @Test
  void callsWorkWhateverStateTheyAreMadeIn() {
    for (Program program : both()) {
      assertThat(printed(act(program, "stacks"))).isEqualTo("stacks\n");
      // A Linux that is itself a guest under PVM ends a process that comes back with such a
      // pointer,
      // whoever it is.
      InstanceResult wild = act(program, "wild_stack");
      if (wild.problem() == null) {
        assertThat(printed(wild)).isEqualTo("wild stack\n");
      } else {
        assertThat(wild.problem().code()).isEqualTo(ProblemCode.GUEST_FAULT);
      }
      assertThat(printed(act(program, "flags"))).isEqualTo("flags\n");
      assertThat(printed(act(program, "signals")).lines())
          .containsExactlyInAnyOrder("signal 10", "signal 12", "signal 10", "signals");
      assertHonest(program, "after");
    }
  }

  @Test
  void liesAboutASnapshotMakeNone() {
    ElfImage image = image(rogue(true));
    LibosPlace libos = Objects.requireNonNull(image.libos());
    long begin = image.freeBegin();
    long end = image.freeEnd();
    long[][] lies = {
      {0, begin, end},
      {libos.start(), begin, end},
      {-1, begin, end},
      {libos.syscall(), begin - 4096, end},
      {libos.syscall(), begin, end + 4096},
      {libos.syscall(), end, begin},
      {libos.syscall(), begin + 8, end},
      {libos.syscall(), Long.MIN_VALUE, Long.MAX_VALUE},
    };
    for (long[] lie : lies) {
      Program liar =
          rogue(
              true,
              "lie",
              "0x" + Long.toHexString(image.controlBlock()),
              "0x" + Long.toHexString(libos.template()),
              "0x" + Long.toHexString(lie[0]),
              "0x" + Long.toHexString(lie[1]),
              "0x" + Long.toHexString(lie[2]));
      // Its words are longer than those of the image above, but still in one page.
      assertThat(image(liar).libos()).isEqualTo(libos);
      InstanceResult result = act(liar, "work");
      assertThat(result.problem()).isNotNull();
      assertThat(slot(liar).filled()).isNull();
      assertThat(slot(liar).whyNot()).isNotNull();
    }
    // A lie that is possible hurts nobody but its program.
    Program clever =
        rogue(
            true,
            "lie",
            "0x" + Long.toHexString(image.controlBlock()),
            "0x" + Long.toHexString(libos.template()),
            "0x" + Long.toHexString(libos.syscall()),
            "0x" + Long.toHexString(begin),
            "0x" + Long.toHexString(end));
    for (int round = 0; round < 3; round++) {
      assertThat(act(clever, "work").problem()).isNotNull();
    }
    assertHonest(rogue(true), "after");
  }

  private byte[] secret() {
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return secret;
  }

  private static byte[] masked(byte[] secret) {
    byte[] masked = secret.clone();
    for (int i = 0; i < masked.length; i++) {
      masked[i] ^= MASK;
    }
    return masked;
  }

  @Test
  void noRunSeesWhatAnotherHasLeft() {
    for (Program program : both()) {
      for (int round = 0; round < 8; round++) {
        byte[] secret = secret();
        InstanceResult kept = run(program, input(secret, "keep"));
        assertThat(kept.problem()).isNull();
        if (round % 2 == 1) {
          var _ = act(program, "jump", 0L);
        }
        String what = "seed %d round %d".formatted(SEED, round);
        assertThat(printed(run(program, input(masked(secret), "scan"))))
            .as(what)
            .isEqualTo("nothing\n");
        assertHonest(program, what);
      }
      // And it would have been found: a run holds its own input.
      byte[] own = secret();
      ByteArrayOutputStream twice = new ByteArrayOutputStream();
      twice.writeBytes(masked(own));
      twice.writeBytes(own);
      assertThat(printed(run(program, input(twice.toByteArray(), "scan")))).startsWith("found at");
    }
  }

  @Test
  void snapshotsHoldNothingOfTheFirstInvocation() {
    Program program = rogue(true, "of its own");
    OneTemplateFile store = new OneTemplateFile();
    slot(program).keepIn(store);
    byte[] secret = secret();
    assertThat(run(program, input(secret, "keep")).problem()).isNull();
    assertThat(store.stored()).isEqualTo(1);
    String file = hex(Objects.requireNonNull(store.file()));
    assertThat(file).doesNotContain(HexFormat.of().formatHex(secret, 0, 16));
    assertThat(file).doesNotContain(HexFormat.of().formatHex(secret, 16, 32));
    assertThat(file)
        .contains(HexFormat.of().formatHex("of its own".getBytes(StandardCharsets.UTF_8)));
  }

  private static String hex(MemorySegment bytes) {
    return HexFormat.of().formatHex(bytes.toArray(ValueLayout.JAVA_BYTE));
  }
}
