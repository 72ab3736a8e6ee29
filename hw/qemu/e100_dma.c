// SPDX-License-Identifier: GPL-2.0-or-later
// Guest memory as the chip's DMA sees it. Rings and buffers lie in the same piece of RAM nearly always, so
// the piece that was used last stays mapped, until QEMU's memory map changes: bus mastering is switched off,
// a bridge or an IOMMU comes in between, memory is unplugged. Everything else goes QEMU's long way.

#include "e100_device.h"

static const uint64_t address_space_bytes = UINT64_C(1) << 32; // the chip has 32 address lines

// QEMU is told of writes in ranges; bytes so few between two make one of them.
static const hwaddr mergeable_gap = 64;
static const hwaddr known_page = 1024; // no larger than any target's, and window and RAM are aligned to it

// RAM's new contents become known: to translated code, to a migration, to whoever draws the screen. That is
// of whole pages, and remains so until the end of this call into the chip, as QEMU's lock is held.
static void publish(E100State* card) {
    E100Dma* dma = &card->dma;

    if (dma->written_end == dma->written_begin) {
        return;
    }
    address_space_cache_invalidate(&dma->window, dma->written_begin, dma->written_end - dma->written_begin);
    dma->known_begin = QEMU_ALIGN_DOWN(dma->written_begin, known_page);
    dma->known_end = QEMU_ALIGN_UP(dma->written_end, known_page);
    dma->written_begin = dma->written_end = 0;
}

void e100_dma_end(E100State* card) {
    publish(card);
    card->dma.known_begin = card->dma.known_end = 0;
}

static void unmap(E100State* card) {
    E100Dma* dma = &card->dma;

    if (dma->bytes == 0) {
        return;
    }
    e100_dma_end(card);
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

// All of the RAM that `address` belongs to; false if it is none, or may not be written.
static bool map(E100State* card, uint32_t address) {
    E100Dma* dma = &card->dma;
    uint64_t begin, bytes;

    unmap(card);
    if (!init_window(card, address, 1)) {
        return false;
    }
    begin = dma->window.mrs.offset_within_address_space;
    bytes = int128_get64(int128_min(dma->window.mrs.size, int128_make64(address_space_bytes)));
    unmap(card);
    return init_window(card, begin, bytes);
}

static inline bool is_mapped(const E100Dma* dma, uint32_t address, size_t count) {
    uint64_t offset = address - dma->begin; // a huge number if it lies in front

    return offset < dma->bytes && count <= dma->bytes - offset;
}

static inline uint8_t* find(E100State* card, uint32_t address, size_t count) {
    E100Dma* dma = &card->dma;

    if (unlikely(!is_mapped(dma, address, count)) &&
        (!map(card, address) || !is_mapped(dma, address, count))) {
        return NULL;
    }
    return (uint8_t*)dma->window.ptr + (address - dma->begin);
}

static inline bool is_within(hwaddr begin, hwaddr end, hwaddr outer_begin, hwaddr outer_end) {
    return begin >= outer_begin && end <= outer_end;
}

static void note_written(E100State* card, uint32_t address, size_t count) {
    E100Dma* dma = &card->dma;
    hwaddr begin = address - dma->begin, end = begin + count;

    if (is_within(begin, end, dma->known_begin, dma->known_end)) {
        return;
    }
    if (begin > dma->written_end + mergeable_gap || dma->written_begin > end + mergeable_gap) {
        publish(card);
    }
    if (dma->written_begin == dma->written_end) {
        dma->written_begin = begin;
        dma->written_end = end;
    } else {
        dma->written_begin = MIN(dma->written_begin, begin);
        dma->written_end = MAX(dma->written_end, end);
    }
}

// A transfer that passes the top goes on at address 0.
static bool transfer(E100State* card, uint32_t address, uint8_t* bytes, size_t count,
                     DMADirection direction) {
    publish(card);
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

bool e100_dma_read(void* opaque, uint32_t address, void* into, size_t count) {
    E100State* card = opaque;
    const uint8_t* from;

    if (likely(card->nic != NULL)) {
        from = find(card, address, count);
        if (likely(from != NULL)) {
            smp_mb(); // as QEMU does before each access of a device: what was written before is seen first
            memcpy(into, from, count);
            return true;
        }
        if (transfer(card, address, into, count, DMA_DIRECTION_TO_DEVICE)) {
            return true;
        }
    }
    memset(into, 0, count);
    return false;
}

bool e100_dma_write(void* opaque, uint32_t address, const void* from, size_t count) {
    E100State* card = opaque;
    uint8_t* into;

    if (unlikely(card->nic == NULL)) {
        return false;
    }
    into = find(card, address, count);
    if (unlikely(into == NULL)) {
        // QEMU's functions take one pointer for both directions.
        return transfer(card, address, (uint8_t*)from, count, DMA_DIRECTION_FROM_DEVICE);
    }
    if (count == sizeof(uint16_t) && address % sizeof(uint16_t) == 0) {
        qatomic_set((uint16_t*)into,
                    lduw_he_p(from)); // a status word: no driver may see half of it, or it twice
    } else {
        memcpy(into, from, count);
    }
    note_written(card, address, count);
    return true;
}

void e100_dma_barrier(void* opaque) {
    publish(opaque); // who sees what is written behind the barrier may run what was written before
    smp_wmb();
}
