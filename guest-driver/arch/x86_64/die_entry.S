// SPDX-License-Identifier: GPL-2.0-or-later
// arch::die(const char*): makes an interrupt frame of the caller's registers, as they are at the call.

#define CALLED_VECTOR 256               // called_vector in interrupts.h

        .text
        .globl _ZN4arch3dieEPKc
        .type _ZN4arch3dieEPKc, @function
_ZN4arch3dieEPKc:
        // At entry the return address is on the stack: it becomes the frame's instruction pointer.
        pushfq                          // -8
        cli
        cld
        subq $(22 * 8), %rsp
        movq %r15, 0x00(%rsp)
        movq %r14, 0x08(%rsp)
        movq %r13, 0x10(%rsp)
        movq %r12, 0x18(%rsp)
        movq %r11, 0x20(%rsp)
        movq %r10, 0x28(%rsp)
        movq %r9, 0x30(%rsp)
        movq %r8, 0x38(%rsp)
        movq %rdi, 0x40(%rsp)
        movq %rsi, 0x48(%rsp)
        movq %rbp, 0x50(%rsp)
        movq %rdx, 0x58(%rsp)
        movq %rcx, 0x60(%rsp)
        movq %rbx, 0x68(%rsp)
        movq %rax, 0x70(%rsp)
        movq $CALLED_VECTOR, 0x78(%rsp)
        movq $0, 0x80(%rsp)             // error code
        movq 0xb8(%rsp), %rax           // return address
        movq %rax, 0x88(%rsp)           // rip
        movl %cs, %eax
        movq %rax, 0x90(%rsp)
        movq 0xb0(%rsp), %rax           // flags
        movq %rax, 0x98(%rsp)
        leaq 0xc0(%rsp), %rax           // the caller's stack pointer
        movq %rax, 0xa0(%rsp)
        movl %ss, %eax
        movq %rax, 0xa8(%rsp)
        movq %rdi, %rsi
        movq %rsp, %rdi
        andq $-16, %rsp
        call die_with_registers
        ud2
        .size _ZN4arch3dieEPKc, . - _ZN4arch3dieEPKc

        .section .note.GNU-stack, "", @progbits
