// SPDX-License-Identifier: GPL-2.0-or-later
// What the guest reaches through the base address registers: the control/status registers by memory (BAR0)
// and by I/O (BAR1), and the flash (BAR2), which this card has no chip for (SDM 4.1.8, 4.1.9).

#include "e100_device.h"

enum { MEMORY_BAR_BYTES = 4096 };

static uint64_t csr_read(void* opaque, hwaddr offset, unsigned bytes) {
    E100State* card = opaque;
    uint32_t value = 0;

    if (e100_enter(card)) {
        value = i8255x_csr_read(card->chip, offset, bytes);
        e100_leave(card);
    }
    return value;
}

static void csr_write(void* opaque, hwaddr offset, uint64_t value, unsigned bytes) {
    E100State* card = opaque;

    if (e100_enter(card)) {
        i8255x_csr_write(card->chip, offset, bytes, value);
        e100_leave(card);
    }
}

static const MemoryRegionOps csr_ops = {
    .read = csr_read,
    .write = csr_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = {.min_access_size = 1, .max_access_size = 4, .unaligned = true},
    .impl = {.min_access_size = 1, .max_access_size = 4, .unaligned = true},
};

// An empty socket: the pull-ups of the data lines.
static uint64_t flash_read(void* opaque, hwaddr offset, unsigned bytes) {
    (void)opaque, (void)offset, (void)bytes;
    return UINT64_MAX;
}

static void flash_write(void* opaque, hwaddr offset, uint64_t value, unsigned bytes) {
    (void)opaque, (void)offset, (void)value, (void)bytes;
}

static const MemoryRegionOps flash_ops = {
    .read = flash_read,
    .write = flash_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
};

void e100_register_bars(E100State* card) {
    PCIDevice* pci = PCI_DEVICE(card);
    Object* owner = OBJECT(card);
    const struct i8255x_identity* identity = &card->identity;
    uint8_t prefetch = identity->bar0_prefetchable ? PCI_BASE_ADDRESS_MEM_PREFETCH : 0;

    memory_region_init_io(&card->memory_bar, owner, &csr_ops, card, "e100-csr-memory", MEMORY_BAR_BYTES);
    pci_register_bar(pci, 0, PCI_BASE_ADDRESS_SPACE_MEMORY | prefetch, &card->memory_bar);
    memory_region_init_io(&card->io_bar, owner, &csr_ops, card, "e100-csr-io", identity->io_bar_bytes);
    pci_register_bar(pci, 1, PCI_BASE_ADDRESS_SPACE_IO, &card->io_bar);
    if (identity->flash_bar_bytes > 0) {
        memory_region_init_io(&card->flash_bar, owner, &flash_ops, card, "e100-flash",
                              identity->flash_bar_bytes);
        pci_register_bar(pci, 2, PCI_BASE_ADDRESS_SPACE_MEMORY, &card->flash_bar);
    }
}
