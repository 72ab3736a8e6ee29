// SPDX-License-Identifier: GPL-2.0-or-later
// QEMU's firmware configuration device by its I/O ports (QEMU docs/specs/fw_cfg): select an item, then read
// its bytes.
#include "arch/x86_64/fw_cfg.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "arch/x86_64/port_io.h"

namespace {

constexpr uint16_t selector_port = 0x510, data_port = 0x511;
constexpr uint16_t item_signature = 0x0000, item_directory = 0x0019;
constexpr uint32_t most_files = 256; // the device has no more slots for names

void read_bytes(char* into, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; i++)
        into[i] = static_cast<char>(x86::in8(data_port));
}

template <typename T> T read_big_endian() {
    T value = 0;
    for (std::size_t i = 0; i < sizeof value; i++)
        value = static_cast<T>(value << 8 | x86::in8(data_port));
    return value;
}

bool present() {
    std::array<char, 4> signature;
    x86::out16(selector_port, item_signature);
    read_bytes(signature.data(), signature.size());
    return std::string_view(signature.data(), signature.size()) == "QEMU";
}

struct File {
    uint32_t bytes;
    uint16_t item;
    std::array<char, 56> name;
    bool is_called(std::string_view wanted) const {
        const auto end = std::find(name.begin(), name.end(), '\0');
        return std::string_view(name.begin(), end) == wanted;
    }
};

File read_directory_entry() {
    File file;
    file.bytes = read_big_endian<uint32_t>();
    file.item = read_big_endian<uint16_t>();
    read_big_endian<uint16_t>(); // reserved
    read_bytes(file.name.data(), file.name.size());
    return file;
}

} // namespace

namespace x86 {

std::size_t fw_cfg_read(std::string_view name, std::span<char> into) {
    if (!present())
        return 0;
    out16(selector_port, item_directory);
    const uint32_t files = std::min(read_big_endian<uint32_t>(), most_files);
    for (uint32_t i = 0; i < files; i++) {
        const File file = read_directory_entry();
        if (!file.is_called(name))
            continue;
        const std::size_t bytes = std::min<std::size_t>(file.bytes, into.size());
        out16(selector_port, file.item);
        read_bytes(into.data(), bytes);
        return bytes;
    }
    return 0;
}

} // namespace x86
