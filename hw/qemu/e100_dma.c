// SPDX-License-Identifier: GPL-2.0-or-later
// Guest memory as the chip's DMA sees it. Rings and buffers lie in the same piece of RAM nearly always, so
// the piece that was used last stays mapped, until QEMU's memory map changes: bus mastering is switched off,
// a bridge or an IOMMU comes in between, memory is unplugged. Everything else goes QEMU's long way.

#include "e100_device.h"

#include "exec/target_page.h"

static const uint64_t address_space_bytes = UINT64_C(1) << 32; // the chip has 32 address lines

static void unmap(E100State* card) {
    E100Dma* dma = &card->dma;

    if (dma->bytes == 0) {
        return;
    }
    address_space_cache_destroy(&dma->window);
    dma->bytes = 0;
}

static void memory_map_changed(MemoryListener* listener) {
    unmap(container_of(listener, E100State, dma.listener));
}

void e100_dma_start(E100State* card) {
    card->dma.listener = (MemoryListener){.name = "e100", .commit = memory_map_changed};
    memory_listener_register(&card->dma.listener, pci_get_address_space(&card->parent_obj));
}

void e100_dma_stop(E100State* card) {
    memory_listener_unregister(&card->dma.listener);
    unmap(card);
}

static bool init_window(E100State* card, uint64_t begin, uint64_t bytes) {
    E100Dma* dma = &card->dma;
    int64_t mapped = address_space_cache_init(&dma->window, pci_get_address_space(&card->parent_obj), begin,
                                              MIN(bytes, address_space_bytes - begin), true);

    if (mapped <= 0 || dma->window.ptr == NULL) {
        address_space_cache_destroy(&dma->window);
        return false;
    }
    dma->begin = begin;
    dma->bytes = (uint64_t)mapped;
    return true;
}

// QEMU's lists of changed pages come in pieces, which stay where they are as long as QEMU lives; a window has
// its pages in one. `offset`: of the window in all RAM, counted from where that piece begins.
static void find_changed_pages(E100Dma* dma, uint64_t piece, uint64_t offset) {
    dma->page_bits = qemu_target_page_bits();
    dma->offset_in_lists = offset - dma->begin;
    for (unsigned watcher = 0; watcher < DIRTY_MEMORY_NUM; watcher++) {
        dma->changed_pages[watcher] = qatomic_rcu_read(&ram_list.dirty_memory[watcher])->blocks[piece];
    }
}

// All of the RAM that `address` belongs to; false if it is none, or may not be written. Xen moves it.
static bool map(E100State* card, uint32_t address) {
    const uint64_t bytes_in_piece = DIRTY_MEMORY_BLOCK_SIZE << qemu_target_page_bits();
    E100Dma* dma = &card->dma;
    uint64_t begin, bytes, ram, piece, in_front, behind;

    unmap(card);
    if (card->nic == NULL || xen_enabled() || !init_window(card, address, 1)) {
        return false;
    }
    begin = dma->window.mrs.offset_within_address_space;
    bytes = int128_get64(int128_min(dma->window.mrs.size, int128_make64(address_space_bytes)));
    ram = memory_region_get_ram_addr(dma->window.mrs.mr) + dma->window.xlat;
    piece = ram / bytes_in_piece;
    in_front = MIN(address - begin, ram % bytes_in_piece);
    behind = MIN(begin + bytes - address, bytes_in_piece - ram % bytes_in_piece);
    unmap(card);
    if (!init_window(card, address - in_front, in_front + behind)) {
        return false;
    }
    find_changed_pages(dma, piece, ram % bytes_in_piece - in_front);
    return true;
}

static inline bool is_mapped(const E100Dma* dma, uint32_t address, size_t count) {
    uint64_t offset = address - dma->begin; // a huge number if it lies in front

    return offset < dma->bytes && offset + count <= dma->bytes;
}

static inline uint8_t* pointer_to(const E100Dma* dma, uint32_t address) {
    return (uint8_t*)dma->window.ptr + (address - dma->begin);
}

static inline bool is_known_as_changed(const E100Dma* dma, uint64_t page) {
    uint64_t word = page / BITS_PER_LONG;

    return (dma->changed_pages[DIRTY_MEMORY_VGA][word] & dma->changed_pages[DIRTY_MEMORY_CODE][word] &
            dma->changed_pages[DIRTY_MEMORY_MIGRATION][word]) >>
               page % BITS_PER_LONG &
           1;
}

static __attribute__((noinline)) bool make_known(E100Dma* dma, uint32_t address, size_t count) {
    address_space_cache_invalidate(&dma->window, address - dma->begin, count);
    return true;
}

// Tells those who watch RAM - translated code, a migration, the screen - unless all know already that these
// pages have changed. `count` is not 0. True, as the write has succeeded.
static inline bool note_written(E100Dma* dma, uint32_t address, size_t count) {
    uint64_t begin = dma->offset_in_lists + address;
    uint64_t page = begin >> dma->page_bits, last = (begin + count - 1) >> dma->page_bits;

    while (likely(is_known_as_changed(dma, page))) {
        if (page++ == last) {
            return true;
        }
    }
    return make_known(dma, address, count);
}

// A transfer that passes the top goes on at address 0.
static bool transfer(E100State* card, uint32_t address, uint8_t* bytes, size_t count,
                     DMADirection direction) {
    if (card->nic == NULL) {
        return false;
    }
    while (count > 0) {
        size_t now = MIN(count, address_space_bytes - address);

        if (pci_dma_rw(&card->parent_obj, address, bytes, now, direction, MEMTXATTRS_UNSPECIFIED) !=
            MEMTX_OK) {
            return false;
        }
        bytes += now;
        count -= now;
        address = 0;
    }
    return true;
}

static __attribute__((noinline)) bool read_unmapped(E100State* card, uint32_t address, void* into,
                                                    size_t count) {
    if (map(card, address) && is_mapped(&card->dma, address, count)) {
        return e100_dma_read(card, address, into, count);
    }
    if (transfer(card, address, into, count, DMA_DIRECTION_TO_DEVICE)) {
        return true;
    }
    memset(into, 0, count);
    return false;
}

bool e100_dma_read(void* opaque, uint32_t address, void* into, size_t count) {
    enum { USUAL_BYTES = 16 }; // of an RFD or a transmit block: two moves, no call
    E100State* card = opaque;

    if (unlikely(!is_mapped(&card->dma, address, count))) {
        return read_unmapped(card, address, into, count);
    }
    smp_mb(); // as QEMU does before each access of a device: what was written before is seen first
    if (count == USUAL_BYTES) {
        memcpy(into, pointer_to(&card->dma, address), USUAL_BYTES);
    } else {
        memcpy(into, pointer_to(&card->dma, address), count);
    }
    return true;
}

static __attribute__((noinline)) bool write_unmapped(E100State* card, uint32_t address, const void* from,
                                                     size_t count) {
    if (map(card, address) && is_mapped(&card->dma, address, count)) {
        return e100_dma_write(card, address, from, count);
    }
    // QEMU's functions take one pointer for both directions.
    return transfer(card, address, (uint8_t*)from, count, DMA_DIRECTION_FROM_DEVICE);
}

static __attribute__((noinline)) bool write_mapped(E100Dma* dma, uint32_t address, const void* from,
                                                   size_t count) {
    memcpy(pointer_to(dma, address), from, count);
    return count == 0 || note_written(dma, address, count);
}

bool e100_dma_write(void* opaque, uint32_t address, const void* from, size_t count) {
    E100State* card = opaque;
    E100Dma* dma = &card->dma;

    if (unlikely(!is_mapped(dma, address, count))) {
        return write_unmapped(card, address, from, count);
    }
    if (count != sizeof(uint16_t) || address % sizeof(uint16_t) != 0) {
        return write_mapped(dma, address, from, count);
    }
    // A status word: no driver may see half of it, or it twice.
    qatomic_set((uint16_t*)pointer_to(dma, address), lduw_he_p(from));
    return note_written(dma, address, sizeof(uint8_t)); // it does not cross pages
}

void e100_dma_barrier(void* opaque) {
    (void)opaque;
    smp_wmb();
}
