// SPDX-License-Identifier: GPL-2.0-or-later
// Shared-memory structures of include/i8255x as single DMA transfers.
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

#include "host.h"

namespace i8255x {

template <typename T> bool dma_read_object(Host& host, uint32_t address, T& object) {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) == 1);
    return host.dma_read(address, {reinterpret_cast<uint8_t*>(&object), sizeof(T)});
}

template <typename T> bool dma_read_objects(Host& host, uint32_t address, std::span<T> objects) {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) == 1);
    return host.dma_read(address, {reinterpret_cast<uint8_t*>(objects.data()), objects.size_bytes()});
}

template <typename T> bool dma_write_object(Host& host, uint32_t address, const T& object) {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) == 1);
    return host.dma_write(address, {reinterpret_cast<const uint8_t*>(&object), sizeof(T)});
}

} // namespace i8255x
