// SPDX-License-Identifier: GPL-2.0-or-later
// A guest memory allocator that only grows.
#include "guest_memory.h"

#include "failure.h"

namespace harness {

uint32_t GuestMemory::allocate(size_t bytes, uint32_t alignment, uint32_t offset) {
    uint32_t address = (next_ + alignment - 1) / alignment * alignment + offset;
    if (address > end_ || bytes > end_ - address)
        throw Failure("the test needs more guest memory");
    next_ = address + static_cast<uint32_t>(bytes);
    fill(address, bytes, 0);
    return address;
}

uint32_t GuestMemory::place(std::span<const uint8_t> bytes, uint32_t alignment, uint32_t offset) {
    uint32_t address = allocate(bytes.size(), alignment, offset);
    write(address, bytes);
    return address;
}

} // namespace harness
