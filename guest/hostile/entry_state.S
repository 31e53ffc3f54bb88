/* entry_state.S: leaves one item with the processor's state at entry, then spoils all of it.
 *
 * out: state  16 general registers in the order of their numbers (rax rcx rdx rbx rsp rbp rsi rdi
 *             r8 ... r15), rflags, the fs base, the gs base, xcr0, the fxsave image of 512 bytes, and
 *             the vector registers: 32 of 64 bytes where AVX-512 is on, else 16 of 32 bytes where AVX
 *             is, else nothing */
    .section .note.pappus, "a", @note
    .balign 4
    .long 7, 2f - 1f, 1
    .asciz "Pappus"
    .balign 4
1:  .asciz "entry_state"
    .asciz ""
    .asciz "state"
2:  .balign 4

    .data
    .balign 64
state:
    .fill 20, 8, 0
    .balign 64
fx_image:
    .fill 512, 1, 0
vectors:
    .fill 2048, 1, 0
item:
    .quad name, 5, state, 0, 0
    .globl __dandelion_system_data
    .balign 8
    .type __dandelion_system_data, @object
__dandelion_system_data:
    .long 256, 0
    .fill 8, 8, 0
    .size __dandelion_system_data, 72

    .section .rodata
name:
    .ascii "state"

    .text
    .globl _start
    .type _start, @function
_start:
    movq %rax, state
    movq %rcx, state+8
    movq %rdx, state+16
    movq %rbx, state+24
    movq %rsp, state+32
    movq %rbp, state+40
    movq %rsi, state+48
    movq %rdi, state+56
    movq %r8, state+64
    movq %r9, state+72
    movq %r10, state+80
    movq %r11, state+88
    movq %r12, state+96
    movq %r13, state+104
    movq %r14, state+112
    movq %r15, state+120
    pushfq
    popq state+128
    rdfsbase %rax
    movq %rax, state+136
    rdgsbase %rax
    movq %rax, state+144
    xorl %ecx, %ecx
    xgetbv
    movl %eax, state+152
    movl %edx, state+156
    fxsave64 fx_image
    movl $vectors, %edi
    movl %eax, %ecx
    andl $0xE0, %ecx
    cmpl $0xE0, %ecx
    je save_zmm
    testl $4, %eax
    jz spoil
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
    vmovups %ymm\n, (\n * 32)(%rdi)
    .endr
    addq $(16 * 32), %rdi
    vpcmpeqd %ymm0, %ymm0, %ymm0
    .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
    vmovdqa %ymm0, %ymm\n
    .endr
    jmp spoil
save_zmm:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    vmovups %zmm\n, (\n * 64)(%rdi)
    .endr
    addq $(32 * 64), %rdi
    vpternlogd $0xFF, %zmm0, %zmm0, %zmm0
    .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    vmovdqa64 %zmm0, %zmm\n
    .endr
    kxnorw %k0, %k0, %k1
    kxnorw %k0, %k0, %k7
spoil:
    subq $state, %rdi
    movq %rdi, item+24
    movq __dandelion_system_data+48, %rax
    movq $1, 40(%rax)
    movq $item, __dandelion_system_data+64
    movl $0, __dandelion_system_data

    pcmpeqd %xmm15, %xmm15
    fld1
    fldpi
    pushq $0x27F
    fldcw (%rsp)
    movl $0x9F80, (%rsp)
    ldmxcsr (%rsp)
    popq %rax
    movabsq $0x5A5A5A5A5A5A5A5A, %rax
    .irp r, rcx,rdx,rbx,rbp,rsi,rdi,r8,r9,r10,r11,r12,r13,r14,r15
    movq %rax, %\r
    .endr
    shrq $17, %rcx
    wrfsbase %rcx
    wrgsbase %rcx
    pushq $0xED7
    popfq
    outb %al, $0x10
    ud2
    .size _start, . - _start
    .section .note.GNU-stack, "", @progbits
