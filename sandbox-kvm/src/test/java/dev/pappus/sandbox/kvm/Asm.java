package dev.pappus.sandbox.kvm;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;

/** Assembles the few instructions that test guests are made of. Keeps the control block in rbx. */
final class Asm {
  private final ByteArrayOutputStream code = new ByteArrayOutputStream();
  private final long controlBlock;

  Asm(long controlBlock) {
    this.controlBlock = controlBlock;
  }

  byte[] bytes() {
    return code.toByteArray();
  }

  int size() {
    return code.size();
  }

  /** Instructions in hexadecimal. */
  Asm raw(String hex) {
    code.writeBytes(HexFormat.of().parseHex(hex.replace(" ", "")));
    return this;
  }

  private Asm immediate(long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      code.write((int) (value >>> (8 * i)));
    }
    return this;
  }

  private Asm rax(long value) {
    return raw("48 B8").immediate(value, 8);
  }

  private Asm rdi(long value) {
    return raw("48 BF").immediate(value, 8);
  }

  private Asm rcx(long value) {
    return raw("48 B9").immediate(value, 8);
  }

  private Asm rdx(long value) {
    return raw("48 BA").immediate(value, 8);
  }

  private Asm rbxControl() {
    return raw("48 BB").immediate(controlBlock, 8);
  }

  /** Leaves with an exit code through the port. */
  Asm exit(int exitCode) {
    return setExitCode(exitCode).raw("E6 10"); // out 0x10, al
  }

  /** Leaves with an exit code as the reference does. */
  Asm exitByInterrupt(int exitCode) {
    return setExitCode(exitCode).raw("CD 20"); // int 0x20
  }

  /** Writes the exit code to where the platform reads it. */
  Asm setExitCode(int exitCode) {
    return rbxControl().raw("C7 03").immediate(exitCode, 4); // mov dword [rbx], code
  }

  /** Leaves with {@code exitCode} unless the zero flag is set. */
  private Asm requireZeroFlag(int exitCode) {
    int length = 10 + 6 + 2;
    return raw("74").immediate(length, 1).exit(exitCode); // jz over
  }

  /** Leaves with {@code exitCode} unless all registers but rsp and rbp are zero. */
  Asm requireZeroRegisters(int exitCode) {
    for (int register : new int[] {1, 2, 3, 6, 7}) {
      raw("48 09").immediate(0xC0 | register << 3, 1); // or rax, register
    }
    for (int register = 0; register < 8; register++) {
      raw("4C 09").immediate(0xC0 | register << 3, 1); // or rax, r8 + register
    }
    return raw("48 85 C0").requireZeroFlag(exitCode); // test rax, rax
  }

  /** Leaves with {@code exitCode} unless the words at start, start + stride, … are all zero. */
  Asm requireZero(long start, long count, int stride, int exitCode) {
    // xor eax, eax; or rax, [rdi]; add rdi, stride; dec rcx; jnz
    rdi(start).rcx(count).raw("31 C0 48 0B 07 48 81 C7").immediate(stride, 4);
    return raw("48 FF C9 75 F1 48 85 C0").requireZeroFlag(exitCode);
  }

  /** Leaves with {@code exitCode} unless the words from start on add up to {@code sum}. */
  Asm requireSum(long start, long count, long sum, int exitCode) {
    // xor eax, eax; add rax, [rdi]; add rdi, 8; dec rcx; jnz; cmp rax, rdx
    rdi(start).rcx(count).rdx(sum).raw("31 C0 48 03 07 48 81 C7").immediate(8, 4);
    return raw("48 FF C9 75 F1 48 39 D0").requireZeroFlag(exitCode);
  }

  /** Writes a word. */
  Asm write(long address, long value) {
    return rdi(address).rax(value).raw("48 89 07"); // mov [rdi], rax
  }

  /** Reads a word. */
  Asm read(long address) {
    return rdi(address).raw("48 8B 07"); // mov rax, [rdi]
  }

  /** Asks for more pages of linear memory; leaves with {@code exitCode} unless it answers so. */
  Asm grow(long pages, int answer, int exitCode) {
    rdi(pages).raw("E6 12 3D").immediate(answer, 4); // out 0x12, al; cmp eax, answer
    return requireZeroFlag(exitCode);
  }

  /** Goes to an address. */
  Asm jump(long address) {
    return rax(address).raw("FF E0"); // jmp rax
  }

  /** Leaves garbage in registers that a function may use freely. */
  Asm spoilRegisters(long garbage) {
    rax(garbage).rcx(garbage).rdx(garbage).rdi(garbage);
    // mov r8..r15, rax; mov rsi, rax; movq xmm0, rax; movq xmm15, rax; wrfsbase ecx; fldpi
    for (int register = 0; register < 8; register++) {
      raw("49 89").immediate(0xC0 | register, 1);
    }
    return raw("48 89 C6 66 48 0F 6E C0 66 4C 0F 6E F8 F3 0F AE D1 D9 EB");
  }
}
