// SPDX-License-Identifier: GPL-2.0-or-later
// Interrupt and exception entry. Exceptions are served on the stack they happened on; interrupts on the CPU's
// interrupt stack, with nested ones (softirqs run with interrupts on) further down on it. Back on the thread's own
// stack the scheduler may take the CPU away.

#define FIRST_INTERRUPT_VECTOR 32
#define FRAME_RBP (10 * 8)
#define FRAME_VECTOR (15 * 8)
#define FRAME_RIP (17 * 8)
#define AREA_INTERRUPT_DEPTH 4
#define AREA_INTERRUPT_STACK_TOP 8

        .text

        // 256 stubs of 16 bytes: the vector and, if the CPU pushed none, an error code.
        .balign 16
        .globl interrupt_stubs
interrupt_stubs:
        .set vector, 0
        .rept 256
        .balign 16
        .if (vector != 8) && (vector != 10) && (vector != 11) && (vector != 12) && (vector != 13) && (vector != 14) && (vector != 17) && (vector != 21) && (vector != 29) && (vector != 30)
        pushq $0
        .endif
        pushq $vector
        jmp interrupt_common
        .set vector, vector + 1
        .endr

        .balign 16
interrupt_common:
        pushq %rax
        pushq %rbx
        pushq %rcx
        pushq %rdx
        pushq %rbp
        pushq %rsi
        pushq %rdi
        pushq %r8
        pushq %r9
        pushq %r10
        pushq %r11
        pushq %r12
        pushq %r13
        pushq %r14
        pushq %r15
        cld
        movq %rsp, %rdi
        // A call frame made of the interrupted position, so that backtraces go on behind the interrupt.
        pushq FRAME_RIP(%rdi)
        pushq %rbp
        movq %rsp, %rbp
        cmpq $FIRST_INTERRUPT_VECTOR, FRAME_VECTOR(%rdi)
        jae 1f
        call exception_entry            // (frame)
        jmp interrupt_return

1:      incl %gs:AREA_INTERRUPT_DEPTH
        cmpl $1, %gs:AREA_INTERRUPT_DEPTH
        jne 2f
        movq %gs:AREA_INTERRUPT_STACK_TOP, %rsp
2:      pushq %rbp
        pushq %rdi
        call interrupt_entry            // (frame)
        popq %rdi
        popq %rsp                       // the saved rbp is the stack pointer of before
        decl %gs:AREA_INTERRUPT_DEPTH
        jnz interrupt_return
        call preempt_entry

interrupt_return:
        addq $16, %rsp                  // the call frame
        popq %r15
        popq %r14
        popq %r13
        popq %r12
        popq %r11
        popq %r10
        popq %r9
        popq %r8
        popq %rdi
        popq %rsi
        popq %rbp
        popq %rdx
        popq %rcx
        popq %rbx
        popq %rax
        addq $16, %rsp                  // vector and error code
        iretq

        .section .note.GNU-stack, "", @progbits
