package dev.pappus.sandbox;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.List;

/**
 * What programs find out about the processor by asking it, by CPUID and XGETBV: a tiny guest asks
 * in each kind of sandbox. Programs choose code by that before their snapshot point, so a template
 * is of use wherever the answers are the same. What is of use to kernels alone does not count, as
 * virtual machines hide it. What nobody has given a meaning yet counts.
 */
public final class ProcessorView {
  /** A question, and which bits of eax, ebx, ecx and edx are of use to programs. */
  private record Leaf(int number, int index, int eax, int ebx, int ecx, int edx) {}

  private static final int ALL = -1;

  /** By Intel's manual (CPUID) and AMD's (volume 3, appendix E). The guest relies on the first. */
  private static final List<Leaf> LEAVES =
      List.of(
          // Family, model, stepping; then without APIC numbers, and without VMX, MONITOR and such.
          new Leaf(1, 0, 0x0FFF_3FFF, 0, 0x7ED8_3203, 0x0788_8111),
          // The maker's name.
          new Leaf(0, 0, 0, ALL, ALL, ALL),
          // Without SMEP, SMAP, SGX, protection keys, mitigations, AMX (nobody grants its use).
          new Leaf(7, 0, 0, ~0x0210_D486, ~0xE1BF_209C, ~0xFF5C_AE20),
          new Leaf(7, 1, ~0x046E_0040, 0, 0, ~0x0006_0100),
          // XSAVEOPT, XSAVEC, XGETBV of 1.
          new Leaf(0xD, 1, 7, 0, 0, 0),
          new Leaf(0x8000_0001, 0, 0, 0, 0x0021_09E1, 0xC840_0000),
          // CLZERO, RDPRU.
          new Leaf(0x8000_0008, 0, 0, 0x11, 0, 0));

  /** Vector state that the library OS saves: x87, SSE, AVX, AVX-512. */
  private static final long STATE = 0xE7;

  private static final int WORD = 4;
  private static final int ANSWER_BYTES = 4 * WORD;

  private ProcessorView() {}

  /**
   * A guest's code, in hexadecimal: position-independent, without a stack.
   *
   * @param answers address, below 2 GiB, of {@link #answersBytes} that it may write
   * @param leave what it does then
   */
  public static String guest(int answers, String leave) {
    String after = leave.replace(" ", "");
    return "488D35" // lea rsi, [questions]
        + word(58 + after.length() / 2)
        + "BF" // mov edi, answers
        + word(answers)
        // next: mov eax, [rsi]; cmp eax, -1; je done; mov ecx, [rsi+4]; cpuid
        + "8B0683F8FF741A8B4E040FA2"
        // mov [rdi], eax; mov [rdi+4], ebx; mov [rdi+8], ecx; mov [rdi+12], edx
        + "8907895F04894F0889570C"
        // add rsi, 8; add rdi, 16; jmp next
        + "4883C6084883C710EBDF"
        + "F60425" // done: test byte [first answer's ecx, its last], OSXSAVE
        + word(answers + 2 * WORD + 3)
        // jz left; xor ecx, ecx; xgetbv; mov [rdi], eax; mov [rdi+4], edx; left:
        + "08740A31C90F01D08907895704"
        + after
        + questions();
  }

  private static String questions() {
    StringBuilder table = new StringBuilder();
    for (Leaf leaf : LEAVES) {
      table.append(word(leaf.number)).append(word(leaf.index));
    }
    return table.append(word(-1)).toString();
  }

  private static String word(int value) {
    return HexFormat.of().toHexDigits(Integer.reverseBytes(value));
  }

  /** Bytes that the guest writes. */
  public static int answersBytes() {
    return LEAVES.size() * ANSWER_BYTES + 2 * WORD;
  }

  /**
   * The answers, as digits.
   *
   * @param answers what the guest has written, {@link #answersBytes}
   */
  public static String text(MemorySegment answers) {
    StringBuilder text = new StringBuilder();
    long at = 0;
    for (Leaf leaf : LEAVES) {
      for (int mask : new int[] {leaf.eax, leaf.ebx, leaf.ecx, leaf.edx}) {
        text.append(HexFormat.of().toHexDigits(answers.get(GuestAbi.U32, at) & mask));
        at += WORD;
      }
      text.append(' ');
    }
    return text.append(HexFormat.of().toHexDigits(answers.get(GuestAbi.U64, at) & STATE))
        .toString();
  }
}
