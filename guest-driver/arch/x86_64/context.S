// SPDX-License-Identifier: GPL-2.0-or-later
// Switching stacks: the registers that a function must preserve (System V ABI, 3.2.1) go onto the old stack and come
// from the new one.

        .text
        // void switch_stacks(void** save_stack_pointer, void* new_stack_pointer)
        .globl switch_stacks
switch_stacks:
        pushq %rbp
        pushq %rbx
        pushq %r12
        pushq %r13
        pushq %r14
        pushq %r15
        movq %rsp, (%rdi)
        movq %rsi, %rsp
        popq %r15
        popq %r14
        popq %r13
        popq %r12
        popq %rbx
        popq %rbp
        ret

        // Where a new context begins: entry in rbx, argument in r12, rbp 0.
        .globl context_begin
context_begin:
        sti
        movq %r12, %rdi
        call *%rbx
        ud2

        .section .note.GNU-stack, "", @progbits
