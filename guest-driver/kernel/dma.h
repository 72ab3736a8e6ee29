// SPDX-License-Identifier: GPL-2.0-or-later
// DMA memory with an owner in the type system: only DmaBuffer<Cpu> lets anybody see the bytes. A build
// without NDEBUG keeps a table of the live mappings and dies on a violation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace kernel {

enum class DmaDirection : uint8_t { ToDevice, FromDevice, Bidirectional };

/// Owners: the CPU may touch the bytes, or the device may.
struct Cpu {};
struct Device {};

/// The primitives below DmaBuffer. `device` identifies who may use the mapping; for the table only.
uint32_t dma_map(std::span<std::byte> memory, DmaDirection direction, const void* device);
void dma_unmap(uint32_t bus_address, std::size_t bytes, DmaDirection direction, const void* device);
/// A closed device may have none left.
void dma_expect_none_mapped(const void* device);

template <typename Owner> class DmaBuffer;

/// Moves from hand to hand; a moved-from buffer is empty.
template <> class DmaBuffer<Cpu> {
  public:
    DmaBuffer() = default;
    DmaBuffer(std::span<std::byte> memory, DmaDirection direction) : memory_(memory), direction_(direction) {}
    DmaBuffer(DmaBuffer&& other) noexcept { *this = std::move(other); }
    DmaBuffer& operator=(DmaBuffer&& other) noexcept {
        memory_ = std::exchange(other.memory_, {});
        direction_ = other.direction_;
        return *this;
    }
    std::span<std::byte> bytes() const { return memory_; }
    /// Hands the memory to the device.
    DmaBuffer<Device> map(const void* device) &&;

  private:
    std::span<std::byte> memory_;
    DmaDirection direction_ = DmaDirection::Bidirectional;
};

template <> class DmaBuffer<Device> {
  public:
    DmaBuffer() = default;
    DmaBuffer(DmaBuffer&& other) noexcept { *this = std::move(other); }
    DmaBuffer& operator=(DmaBuffer&& other) noexcept {
        memory_ = std::exchange(other.memory_, {});
        bus_address_ = other.bus_address_;
        direction_ = other.direction_;
        device_ = other.device_;
        return *this;
    }
    uint32_t bus_address() const { return bus_address_; }
    bool mapped() const { return !memory_.empty(); }
    /// A descriptor at the front of the buffer that both sides write while the device owns the rest.
    template <typename Descriptor> Descriptor& descriptor() const {
        return *reinterpret_cast<Descriptor*>(memory_.data());
    }
    /// Takes the memory back for good.
    DmaBuffer<Cpu> unmap() &&;

  private:
    friend class DmaBuffer<Cpu>;
    std::span<std::byte> memory_;
    uint32_t bus_address_ = 0;
    DmaDirection direction_ = DmaDirection::Bidirectional;
    const void* device_ = nullptr;
};

/// Zeroed pages that CPU and device see at once, for lists and areas that live as long as the interface is
/// up.
class CoherentMemory {
  public:
    CoherentMemory() = default;
    /// Empty if memory is short.
    static CoherentMemory allocate(std::size_t bytes);
    CoherentMemory(CoherentMemory&& other) noexcept { *this = std::move(other); }
    CoherentMemory& operator=(CoherentMemory&& other) noexcept;
    ~CoherentMemory() { release(); }

    explicit operator bool() const { return memory_ != nullptr; }
    uint32_t bus_address() const;
    template <typename T> T* as() const { return reinterpret_cast<T*>(memory_); }

  private:
    void release();
    std::byte* memory_ = nullptr;
    unsigned order_ = 0;
};

struct DmaStats {
    uint64_t maps, unmaps;
    uint64_t coherent_allocated, coherent_freed; ///< blocks
};
DmaStats dma_stats();
/// Test hook: coherent allocations fail while the function returns true.
void dma_fail_when(bool (*fails)());

} // namespace kernel
