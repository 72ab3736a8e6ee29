// SPDX-License-Identifier: GPL-2.0-or-later
// DMA buffers with an owner in the type system: only DmaBuffer<Cpu> lets anybody see the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kernel {

enum class DmaDirection : uint8_t { ToDevice, FromDevice, Bidirectional };

/// Owners: the CPU may touch the bytes, or the device may.
struct Cpu {};
struct Device {};

template <typename Owner> class DmaBuffer;

template <> class DmaBuffer<Cpu> {
  public:
    DmaBuffer() = default;
    DmaBuffer(std::span<std::byte> memory, DmaDirection direction) : memory_(memory), direction_(direction) {}
    std::span<std::byte> bytes() const { return memory_; }
    /// Hands the memory to the device.
    DmaBuffer<Device> map() &&;

  private:
    std::span<std::byte> memory_;
    DmaDirection direction_ = DmaDirection::Bidirectional;
};

template <> class DmaBuffer<Device> {
  public:
    DmaBuffer() = default;
    uint32_t bus_address() const { return bus_address_; }
    bool mapped() const { return !memory_.empty(); }
    /// Takes the memory back for good.
    DmaBuffer<Cpu> unmap() &&;

  private:
    friend class DmaBuffer<Cpu>;
    std::span<std::byte> memory_;
    uint32_t bus_address_ = 0;
    DmaDirection direction_ = DmaDirection::Bidirectional;
};

struct DmaStats {
    uint64_t maps, unmaps;
};
DmaStats dma_stats();

} // namespace kernel
