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
#define CR0_PG (1 << 31)
#define CR4_PAE (1 << 5)
#define PTE_PRESENT (1 << 0)
#define PTE_WRITABLE (1 << 1)
#define PTE_LARGE (1 << 7)

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
        jmp enter_long_mode
pvh_entry:
        movl $BOOT_PROTOCOL_PVH, %edi
enter_long_mode:
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
        movl %eax, %cr0
        lgdt boot_gdt_pointer
        ljmp $8, $long_mode_entry

        .code64
long_mode_entry:
        movl $16, %eax
        movl %eax, %ds
        movl %eax, %es
        movl %eax, %ss
        xorl %eax, %eax
        movl %eax, %fs
        movl %eax, %gs
        movl $boot_stack_top, %esp
        xorl %ebp, %ebp                 // where backtraces end
        call boot_main                  // (protocol, information)
3:      cli
        hlt
        jmp 3b

        .balign 8
boot_gdt:
        .quad 0
        .quad 0x00af9a000000ffff        // 64 bit code
        .quad 0x00cf92000000ffff        // data
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
