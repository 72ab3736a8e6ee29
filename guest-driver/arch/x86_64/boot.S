// SPDX-License-Identifier: GPL-2.0-or-later
// From the boot loader (32 bit protected mode, no paging) to 64 bit C++ with the low 4 GiB mapped to themselves.
// Entered by multiboot 1 (Multiboot Specification 0.6.96, 3.2) or PVH (Xen's x86/HVM direct boot ABI); both give the
// address of what they know about the machine in EBX.

#define MULTIBOOT_HEADER_MAGIC 0x1badb002
#define MULTIBOOT_WANTS_MEMORY_MAP (1 << 1)
#define MULTIBOOT_HAS_ADDRESSES (1 << 16)
#define MULTIBOOT_FLAGS (MULTIBOOT_WANTS_MEMORY_MAP | MULTIBOOT_HAS_ADDRESSES)
#define XEN_ELFNOTE_PHYS32_ENTRY 18

#define BOOT_PROTOCOL_MULTIBOOT 1
#define BOOT_PROTOCOL_PVH 2

#define MSR_EFER 0xc0000080
#define EFER_LME (1 << 8)
#define EFER_NXE (1 << 11)
#define CR0_PE (1 << 0)
#define CR0_WP (1 << 16)
#define CR0_NW (1 << 29)
#define CR0_CD (1 << 30)
#define CR0_PG (1 << 31)
#define CR4_PAE (1 << 5)
#define PTE_PRESENT (1 << 0)
#define PTE_WRITABLE (1 << 1)
#define PTE_LARGE (1 << 7)

#define CODE64 8
#define DATA 16
#define CODE32 24

#define BOOT_STACK_BYTES 65536
#define PAGE_BYTES 4096

        .section .note.pvh, "a", @note
        .balign 4
        .long 4                         // bytes of the name
        .long 4                         // bytes of the description
        .long XEN_ELFNOTE_PHYS32_ENTRY
        .asciz "Xen"
        .long pvh_entry

        .section .multiboot, "a"
        .balign 4
        .globl multiboot_header
multiboot_header:
        .long MULTIBOOT_HEADER_MAGIC
        .long MULTIBOOT_FLAGS
        .long -(MULTIBOOT_HEADER_MAGIC + MULTIBOOT_FLAGS)
        .long multiboot_header
        .long image_begin               // load_addr
        .long load_end                  // load_end_addr
        .long image_end                 // bss_end_addr
        .long multiboot_entry

        .section .boot, "ax"
        .code32
        .globl multiboot_entry
multiboot_entry:
        movl $BOOT_PROTOCOL_MULTIBOOT, %edi
        jmp first_cpu
pvh_entry:
        movl $BOOT_PROTOCOL_PVH, %edi
first_cpu:
        cli
        cld
        movl %ebx, %esi

        // 4 page directories of 512 pages of 2 MiB.
        movl $(PTE_PRESENT | PTE_WRITABLE | PTE_LARGE), %eax
        xorl %ecx, %ecx
1:      movl %eax, boot_page_directories(, %ecx, 8)
        movl $0, boot_page_directories + 4(, %ecx, 8)
        addl $0x200000, %eax
        incl %ecx
        cmpl $2048, %ecx
        jne 1b
        movl $(boot_page_directories + (PTE_PRESENT | PTE_WRITABLE)), %eax
        xorl %ecx, %ecx
2:      movl %eax, boot_pdpt(, %ecx, 8)
        addl $PAGE_BYTES, %eax
        incl %ecx
        cmpl $4, %ecx
        jne 2b
        movl $(boot_pdpt + (PTE_PRESENT | PTE_WRITABLE)), boot_pml4
        movl $boot_main, %ebx
        movl $boot_stack_top, %ebp

        // Every CPU: to 64 bit mode, and to the function in EBX on the stack in EBP; EDI and ESI are its arguments.
enter_long_mode:
        movl $boot_pml4, %eax
        movl %eax, %cr3
        movl %cr4, %eax
        orl $CR4_PAE, %eax
        movl %eax, %cr4
        movl $MSR_EFER, %ecx
        rdmsr
        orl $(EFER_LME | EFER_NXE), %eax
        wrmsr
        movl %cr0, %eax
        orl $(CR0_PE | CR0_WP | CR0_PG), %eax
        andl $~(CR0_NW | CR0_CD), %eax
        movl %eax, %cr0
        lgdt boot_gdt_pointer
        ljmp $CODE64, $long_mode_entry

        // The other CPUs come from the trampoline.
secondary_cpu:
        movl $DATA, %eax
        movl %eax, %ds
        movl secondary_stack_top, %ebp
        movl $secondary_main, %ebx
        jmp enter_long_mode

        .code64
long_mode_entry:
        movl $DATA, %eax
        movl %eax, %ds
        movl %eax, %es
        movl %eax, %ss
        xorl %eax, %eax
        movl %eax, %fs
        movl %eax, %gs
        movl %ebp, %esp
        xorl %ebp, %ebp                 // where backtraces end
        movl %ebx, %ebx                 // the upper halves are undefined
        movl %edi, %edi
        movl %esi, %esi
        call *%rbx                      // boot_main(protocol, information) or secondary_main()
3:      cli
        hlt
        jmp 3b

        // Where a CPU begins when it gets its start-up IPI (SDM volume 3, 8.4): in real mode, in a copy of this that lies
        // on a page of low memory. From there it only sees what is copied with it.
        .code16
        .globl trampoline_begin, trampoline_end
trampoline_begin:
        cli
        cld
        movw %cs, %ax
        movw %ax, %ds
        lgdtl trampoline_gdt_pointer - trampoline_begin
        movl %cr0, %eax
        orl $CR0_PE, %eax
        movl %eax, %cr0
        ljmpl $CODE32, $secondary_cpu
trampoline_gdt_pointer:
        .word boot_gdt_pointer - boot_gdt - 1
        .long boot_gdt
trampoline_end:

        // Marked as accessed: the CPU would do so itself, but this is read-only when the other CPUs load it.
        .balign 8
boot_gdt:
        .quad 0
        .quad 0x00af9b000000ffff        // 64 bit code
        .quad 0x00cf93000000ffff        // data
        .quad 0x00cf9b000000ffff        // 32 bit code
boot_gdt_pointer:
        .word boot_gdt_pointer - boot_gdt - 1
        .long boot_gdt

        .section .bss
        .balign PAGE_BYTES
        .globl boot_pml4, boot_pdpt, boot_page_directories, boot_stack_guard, boot_stack_top
boot_pml4:
        .skip PAGE_BYTES
boot_pdpt:
        .skip PAGE_BYTES
boot_page_directories:
        .skip 4 * PAGE_BYTES
boot_stack_guard:
        .skip PAGE_BYTES
        .skip BOOT_STACK_BYTES
boot_stack_top:

        .section .note.GNU-stack, "", @progbits
