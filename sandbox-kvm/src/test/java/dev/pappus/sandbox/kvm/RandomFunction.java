package dev.pappus.sandbox.kvm;

import dev.pappus.linux.Mapping;
import dev.pappus.sandbox.GuestLayout;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A function of random shape that first looks whether everything is as it should be at a start,
 * then writes all over its memory and registers, and ends in a way that is known beforehand.
 */
final class RandomFunction {
  /** Exit codes from here on say which check failed. */
  static final int CHECK_FAILED = 1000;

  private static final long PAGE = Mapping.PAGE;
  private static final int CONTROL_BYTES = 72;
  private static final long[] CONTEXTS = {
    1 << 20, 3 << 20, 20 << 20, 128 << 20, 128 << 20, 1 << 30
  };
  private static final long[] BASES = {0x10000, 0x400000, 0x123000, 0x3456000};

  /** How it ends. */
  enum End {
    PORT("E6 10", -1),
    PORT_DX("66 BA 10 00 EE", -1), // mov dx, 0x10; out dx, al
    INTERRUPT("CD 20", -1),
    UNDEFINED("0F 0B", 6),
    DIVISION("31 C9 F7 F1", 0), // xor ecx, ecx; div ecx
    HALT("F4", 13),
    OTHER_PORT("E6 80", 13),
    BREAKPOINT("CC", 3),
    PORT_READ("E4 10", null), // in al, 0x10
    // mov dx, 0x10; lea rdi, [rsp-4096]; mov ecx, 64; rep insb
    PORT_STRING("66 BA 10 00 48 8D BC 24 00 F0 FF FF B9 40 00 00 00 F3 6C", null),
    LOOP("EB FE", -2),
    NULL_WRITE("31 FF 48 89 07", 14), // xor edi, edi; mov [rdi], rax
    PROBE_READ("", 14),
    PROBE_WRITE("", 14),
    PROBE_EXECUTE("", 14);

    private final String code;
    private final @Nullable Integer vector;

    End(String code, @Nullable Integer vector) {
      this.code = code;
      this.vector = vector;
    }

    /** Vector of the fault; null for one without; -1 for the agreed exit, -2 for none at all. */
    @Nullable Integer vector() {
      return vector;
    }
  }

  private final Random random;
  private final GuestLayout layout;
  private final End end;
  private final List<long[]> writable = new ArrayList<>();
  private final List<long[]> readOnly = new ArrayList<>();
  private final TestElf elf = new TestElf();
  private long at;

  private RandomFunction(Random random, End end) {
    this.random = random;
    this.end = end;
    this.layout = GuestLayout.of(CONTEXTS[random.nextInt(CONTEXTS.length)]);
  }

  /**
   * The binary, and what it needs.
   *
   * @param contextBytes its context
   */
  record Made(MemorySegment binary, long contextBytes, End end) {}

  static Made make(Random random, End end) {
    return new RandomFunction(random, end).make();
  }

  private Made make() {
    long room = layout.heapEnd();
    do {
      at = BASES[random.nextInt(BASES.length)];
    } while (at > room / 2);
    boolean small = room < (4 << 20);
    long code = at;
    int codePages = 2 + random.nextInt(small ? 2 : 6);
    at += codePages * PAGE;
    byte[] constants = content(1 + random.nextInt(small ? 3 : 20));
    long constantsAt = place(constants.length);
    readOnly.add(new long[] {constantsAt, constantsAt + constants.length});
    byte[] data = content(1 + random.nextInt(small ? 8 : random.nextInt(8) == 0 ? 400 : 40));
    long dataAt = place(data.length);
    long bssBytes = random.nextInt(small ? 8 : random.nextInt(8) == 0 ? 900 : 60) * PAGE;
    writable.add(new long[] {dataAt, dataAt + data.length + bssBytes});
    at = dataAt + data.length + bssBytes;
    long control = dataAt + 8L * random.nextInt((data.length - CONTROL_BYTES) / 8);

    Asm asm = new Asm(control);
    checks(asm, constants, constantsAt, data, dataAt, bssBytes, control);
    writes(asm, control);
    asm.spoilRegisters(random.nextLong() | 1);
    ending(asm, code);
    byte[] text = java.util.Arrays.copyOf(asm.bytes(), (int) (codePages * PAGE));
    if (asm.size() > text.length) {
      throw new IllegalStateException("the guest's code does not fit: " + asm.size());
    }
    elf.segment(code, text, text.length, TestElf.READ | TestElf.EXECUTE);
    elf.segment(constantsAt, constants, constants.length, TestElf.READ);
    elf.segment(dataAt, data, data.length + bssBytes, TestElf.READ | TestElf.WRITE);
    return new Made(elf.entry(code).controlBlock(control).build(), layout.contextBytes(), end);
  }

  private long place(long bytes) {
    long start = at + random.nextInt(3) * PAGE;
    at = start + bytes;
    return start;
  }

  private byte[] content(int pages) {
    byte[] content = new byte[(int) (pages * PAGE)];
    random.nextBytes(content);
    return content;
  }

  private void checks(
      Asm asm,
      byte[] constants,
      long constantsAt,
      byte[] data,
      long dataAt,
      long bssBytes,
      long control) {
    asm.requireZeroRegisters(CHECK_FAILED);
    asm.requireSum(
        constantsAt, constants.length / 8, sum(constants, 0, constants.length), CHECK_FAILED + 1);
    int before = (int) (control - dataAt);
    int after = before + CONTROL_BYTES;
    if (before > 0) {
      asm.requireSum(dataAt, before / 8, sum(data, 0, before), CHECK_FAILED + 2);
    }
    if (after < data.length) {
      asm.requireSum(
          dataAt + after,
          (data.length - after) / 8,
          sum(data, after, data.length),
          CHECK_FAILED + 3);
    }
    if (bssBytes > 0) {
      asm.requireZero(dataAt + data.length, bssBytes / 8, 8, CHECK_FAILED + 4);
    }
    // The tables take less than a page after the image.
    long heap = at + PAGE;
    long near = Math.min(layout.heapEnd(), at + (500 << 12));
    asm.requireZero(heap, (near - heap) / 64, 64, CHECK_FAILED + 5);
    for (int i = 0; i < 2; i++) {
      long start = heap + (random.nextLong() >>> 1) % (layout.heapEnd() - heap) & -8;
      asm.requireZero(
          start, Math.min(512, (layout.heapEnd() - start) / 4096 + 1), 4096, CHECK_FAILED + 6);
    }
    long stackBytes = layout.contextBytes() - layout.stackBottom();
    asm.requireZero(layout.stackBottom(), stackBytes / 4096, 4096, CHECK_FAILED + 7);
    long top = Math.min(stackBytes, 40 << 12);
    asm.requireZero(layout.contextBytes() - top, top / 8, 8, CHECK_FAILED + 8);
  }

  private void writes(Asm asm, long control) {
    long heap = at + PAGE;
    writable.add(new long[] {heap, layout.heapEnd()});
    writable.add(new long[] {heap, Math.min(layout.heapEnd(), heap + (64 << 12))});
    writable.add(new long[] {layout.stackBottom(), layout.contextBytes()});
    writable.add(new long[] {layout.contextBytes() - (8 << 12), layout.contextBytes()});
    int count = random.nextInt(40);
    for (int i = 0; i < count; i++) {
      long[] range = writable.get(random.nextInt(writable.size()));
      long address = range[0] + (random.nextLong() >>> 1) % (range[1] - range[0] - 8);
      boolean hitsControl = address + 8 > control && address < control + CONTROL_BYTES;
      if (!hitsControl) {
        asm.write(address, random.nextLong() | 1);
      }
    }
  }

  private void ending(Asm asm, long code) {
    switch (end) {
      case PORT -> asm.exit(0);
      case INTERRUPT -> asm.exitByInterrupt(0);
      case PORT_DX -> asm.setExitCode(0).raw(end.code);
      case PROBE_READ -> asm.read(absent());
      case PROBE_WRITE ->
          asm.write(
              switch (random.nextInt(3)) {
                case 0 -> code;
                case 1 -> readOnly.getFirst()[0];
                default -> absent();
              },
              1);
      case PROBE_EXECUTE ->
          asm.jump(
              switch (random.nextInt(3)) {
                case 0 -> readOnly.getFirst()[0];
                case 1 -> writable.get(random.nextInt(writable.size()))[0];
                default -> absent();
              });
      case UNDEFINED,
          DIVISION,
          HALT,
          OTHER_PORT,
          BREAKPOINT,
          PORT_READ,
          PORT_STRING,
          LOOP,
          NULL_WRITE ->
          asm.raw(end.code);
    }
  }

  private long absent() {
    return switch (random.nextInt(5)) {
      case 0 -> random.nextInt(4096 - 8);
      case 1 -> layout.heapEnd();
      case 2 -> layout.stackBottom() - 8;
      case 3 -> layout.contextBytes() + random.nextInt(1 << 20);
      default -> SystemPages.GDT_ADDRESS;
    };
  }

  private static long sum(byte[] content, int from, int to) {
    ByteBuffer words = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    long sum = 0;
    for (int i = from; i < to; i += 8) {
      sum += words.getLong(i);
    }
    return sum;
  }
}
