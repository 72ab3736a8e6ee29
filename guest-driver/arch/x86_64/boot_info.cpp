// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the loader's information: multiboot 1 (specification 0.6.96, 3.3) or PVH (hvm_start_info).
#include "arch/x86_64/boot_info.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "arch/command_line.h"
#include "arch/cpu.h"
#include "arch/memory.h"
#include "arch/x86_64/fw_cfg.h"
#include "arch/x86_64/physical.h"

extern "C" std::byte image_end[];

namespace {

constexpr uint64_t page_bytes = 4096;
constexpr uint64_t four_gib = uint64_t{1} << 32;

struct MultibootInformation {
    uint32_t flags, mem_lower, mem_upper, boot_device, command_line, modules_count, modules, symbols[4],
        map_length, map_address;
};
constexpr uint32_t multiboot_has_memory = 1 << 0, multiboot_has_command_line = 1 << 2,
                   multiboot_has_map = 1 << 6;
struct [[gnu::packed]] MultibootMapEntry {
    uint32_t size; ///< of what follows
    uint64_t address, length;
    uint32_t type;
};

struct PvhStartInfo {
    uint32_t magic, version, flags, modules_count;
    uint64_t modules, command_line, rsdp, map;
    uint32_t map_entries, reserved;
};
constexpr uint32_t pvh_magic = 0x336ec578;
struct PvhMapEntry {
    uint64_t address, length;
    uint32_t type, reserved;
};

constexpr uint32_t type_ram = 1; // in both maps, as in E820

x86::BootProtocol boot_protocol;
uint64_t rsdp = 0;
x86::RamRange ram{0, 0};
constexpr std::size_t command_line_space = 1023;
char command_line_copy[command_line_space + 1];
std::size_t command_line_length = 0;

void add_range(uint64_t address, uint64_t length, uint32_t type) {
    if (type != type_ram || address >= four_gib)
        return;
    const uint64_t lowest = reinterpret_cast<uint64_t>(image_end);
    const uint64_t begin = (std::max(address, lowest) + page_bytes - 1) & ~(page_bytes - 1);
    const uint64_t end = (address + std::min(length, four_gib - address)) & ~(page_bytes - 1);
    if (begin < end && end - begin > ram.end - ram.begin)
        ram = {begin, end};
}

void copy_command_line(uint64_t physical) {
    if (physical == 0 || physical >= four_gib)
        return;
    for (const char* text = x86::at<const char>(physical); *text && command_line_length < command_line_space;
         text++)
        command_line_copy[command_line_length++] = *text;
}

/// A CD's command line is fixed; more words may come by `-fw_cfg name=opt/e100/cmdline,string=…`.
void append_fw_cfg_words() {
    if (command_line_length == command_line_space)
        return;
    char* const end = command_line_copy + command_line_length;
    const std::span<char> space(end + 1, command_line_space - command_line_length - 1);
    if (const std::size_t added = x86::fw_cfg_read("opt/e100/cmdline", space)) {
        *end = ' ';
        command_line_length += 1 + added;
    }
}

void read_multiboot(const MultibootInformation& information) {
    if (information.flags & multiboot_has_command_line)
        copy_command_line(information.command_line);
    if (information.flags & multiboot_has_map) {
        const uint64_t end = uint64_t{information.map_address} + information.map_length;
        for (uint64_t position = information.map_address; position + sizeof(MultibootMapEntry) <= end;) {
            const auto entry = *x86::at<const MultibootMapEntry>(position);
            add_range(entry.address, entry.length, entry.type);
            position += entry.size + sizeof entry.size;
        }
    } else if (information.flags & multiboot_has_memory) {
        add_range(0x100000, uint64_t{information.mem_upper} * 1024, type_ram);
    }
}

void read_pvh(const PvhStartInfo& information) {
    if (information.magic != pvh_magic)
        arch::die("PVH start info without its magic number");
    copy_command_line(information.command_line);
    rsdp = information.rsdp;
    if (information.version == 0 || information.map >= four_gib)
        return;
    for (uint32_t i = 0; i < information.map_entries; i++) {
        const PvhMapEntry& entry = x86::at<const PvhMapEntry>(information.map)[i];
        add_range(entry.address, entry.length, entry.type);
    }
}

} // namespace

namespace x86 {

void boot_info_init(BootProtocol protocol, uint32_t information) {
    boot_protocol = protocol;
    if (protocol == BootProtocol::Pvh)
        read_pvh(*x86::at<const PvhStartInfo>(information));
    else
        read_multiboot(*x86::at<const MultibootInformation>(information));
    append_fw_cfg_words();
    if (ram.begin == ram.end)
        arch::die("the boot loader named no memory");
}

const char* boot_protocol_name() { return boot_protocol == BootProtocol::Pvh ? "PVH" : "multiboot"; }
uint64_t boot_rsdp() { return rsdp; }
RamRange boot_ram() { return ram; }

} // namespace x86

namespace arch {

const char* command_line() { return command_line_copy; }

std::span<std::byte> free_ram() {
    return {x86::at<std::byte>(ram.begin), static_cast<std::size_t>(ram.end - ram.begin)};
}

// The low 4 GiB are mapped to themselves.
uint32_t virt_to_bus(const void* virt) { return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(virt)); }
void* bus_to_virt(uint32_t bus) { return x86::at<void>(bus); }

} // namespace arch
