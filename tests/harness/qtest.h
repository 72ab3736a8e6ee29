// SPDX-License-Identifier: GPL-2.0-or-later
// Client of QEMU's qtest protocol: the test plays the CPU, with port and memory accesses and a view of
// interrupt lines. Works with `-accel tcg` (Debian ships no qtest accelerator): the real CPU executes a ROM
// that halts it at once.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "qemu_process.h"

namespace harness {

class Qtest {
  public:
    /// Create it before QEMU; writes the halting ROM to `directory`.
    explicit Qtest(const TempDir& directory);

    /// `-qtest … -bios …` for QEMU.
    Arguments arguments() const;

    void outb(uint16_t port, uint8_t value) { put("outb", port, value); }
    void outw(uint16_t port, uint16_t value) { put("outw", port, value); }
    void outl(uint16_t port, uint32_t value) { put("outl", port, value); }
    uint8_t inb(uint16_t port) { return static_cast<uint8_t>(get("inb", port)); }
    uint16_t inw(uint16_t port) { return static_cast<uint16_t>(get("inw", port)); }
    uint32_t inl(uint16_t port) { return static_cast<uint32_t>(get("inl", port)); }

    void write8(uint64_t address, uint8_t value) { put("writeb", address, value); }
    void write16(uint64_t address, uint16_t value) { put("writew", address, value); }
    void write32(uint64_t address, uint32_t value) { put("writel", address, value); }
    uint8_t read8(uint64_t address) { return static_cast<uint8_t>(get("readb", address)); }
    uint16_t read16(uint64_t address) { return static_cast<uint16_t>(get("readw", address)); }
    uint32_t read32(uint64_t address) { return static_cast<uint32_t>(get("readl", address)); }
    uint64_t read64(uint64_t address) { return get("readq", address); }

    std::vector<uint8_t> read(uint64_t address, size_t bytes);
    void write(uint64_t address, std::span<const uint8_t> bytes);
    void memset(uint64_t address, size_t bytes, uint8_t value);

    /// From now on the input lines of `qom_path` ("ioapic") are observed here and no longer reach that
    /// device.
    void intercept_inputs(const std::string& qom_path);
    /// Level of an intercepted line. Changes that an earlier access caused are included.
    bool line(unsigned number);
    /// How often the line went from low to high since interception.
    unsigned rises(unsigned number);

  private:
    std::string command(const std::string& line);
    void put(const char* verb, uint64_t address, uint64_t value);
    uint64_t get(const char* verb, uint64_t address);
    void note_interrupt(const std::string& message);
    void synchronize();

    UnixStream stream_;
    std::string rom_path_;
    std::set<unsigned> high_;
    std::vector<unsigned> rises_;
};

} // namespace harness
