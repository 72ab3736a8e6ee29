// SPDX-License-Identifier: GPL-2.0-or-later
// Walks RSDP → RSDT/XSDT → MADT, FADT, DSDT (ACPI 6.4, chapter 5). Each table's checksum and each entry's
// length is looked at before use; what is missing keeps its default.
#include "arch/x86_64/acpi.h"

#include <cstring>
#include <string_view>

#include "arch/x86_64/physical.h"

namespace {

using std::string_view_literals::operator""sv;

constexpr uint64_t four_gib = uint64_t{1} << 32;
x86::AcpiInformation information;

template <typename T> T load(uint64_t address) {
    T value;
    std::memcpy(&value, x86::at<const void>(address), sizeof value);
    return value;
}

bool sums_to_zero(uint64_t address, std::size_t bytes) {
    uint8_t sum = 0;
    for (std::size_t i = 0; i < bytes; i++)
        sum = static_cast<uint8_t>(sum + load<uint8_t>(address + i));
    return sum == 0;
}

struct Table {
    static constexpr uint32_t header_bytes = 36;
    uint64_t address = 0;
    uint32_t length = 0;
    explicit operator bool() const { return address != 0; }
    template <typename T> T field(uint32_t offset) const {
        return offset + sizeof(T) <= length ? load<T>(address + offset) : T{};
    }
    bool is(std::string_view signature) const {
        return std::memcmp(x86::at<const void>(address), signature.data(), signature.size()) == 0;
    }
};

Table table_at(uint64_t address) {
    if (address == 0 || address + Table::header_bytes > four_gib)
        return {};
    const Table table{address, load<uint32_t>(address + 4)};
    const bool sane = table.length >= Table::header_bytes && address + table.length <= four_gib &&
                      sums_to_zero(address, table.length);
    return sane ? table : Table{};
}

constexpr uint32_t rsdp_v1_bytes = 20;
bool is_rsdp(uint64_t address) {
    return std::memcmp(x86::at<const void>(address), "RSD PTR ", 8) == 0 &&
           sums_to_zero(address, rsdp_v1_bytes);
}

uint64_t search_rsdp(uint64_t begin, uint64_t end) {
    for (uint64_t address = begin; address + rsdp_v1_bytes <= end; address += 16)
        if (is_rsdp(address))
            return address;
    return 0;
}

uint64_t find_rsdp(uint64_t given) {
    if (given != 0 && given < four_gib && is_rsdp(given))
        return given;
    constexpr uint64_t bda_ebda_segment = 0x40e;
    const uint64_t ebda = uint64_t{load<uint16_t>(bda_ebda_segment)} << 4;
    if (ebda != 0)
        if (const uint64_t found = search_rsdp(ebda, ebda + 1024))
            return found;
    return search_rsdp(0xe0000, 0x100000);
}

void read_io_apic(const Table& madt, uint32_t offset) {
    if (information.io_apic_count < information.io_apics.size())
        information.io_apics[information.io_apic_count++] = {madt.field<uint32_t>(offset + 4),
                                                             madt.field<uint32_t>(offset + 8)};
}

void read_override(const Table& madt, uint32_t offset) {
    if (information.override_count < information.overrides.size())
        information.overrides[information.override_count++] = {madt.field<uint8_t>(offset + 3),
                                                               madt.field<uint32_t>(offset + 4),
                                                               madt.field<uint16_t>(offset + 8)};
}

void read_processor(const Table& madt, uint32_t offset) {
    const bool enabled = madt.field<uint32_t>(offset + 4) & 1;
    if (enabled && information.processor_count < information.processors.size())
        information.processors[information.processor_count++] = madt.field<uint8_t>(offset + 3);
}

void read_madt(const Table& madt) {
    constexpr uint32_t entries = 44;
    constexpr uint8_t type_processor = 0, type_io_apic = 1, type_override = 2;
    information.local_apic = madt.field<uint32_t>(36);
    for (uint32_t offset = entries; offset + 2 <= madt.length;) {
        const auto type = madt.field<uint8_t>(offset), length = madt.field<uint8_t>(offset + 1);
        if (length < 2)
            break;
        if (type == type_processor)
            read_processor(madt, offset);
        else if (type == type_io_apic)
            read_io_apic(madt, offset);
        else if (type == type_override)
            read_override(madt, offset);
        offset += length;
    }
}

/// AML: NameOp "_S5_" PackageOp length count SLP_TYPa …, each a byte constant, Zero or One.
void read_soft_off_type(const Table& dsdt) {
    constexpr uint8_t aml_package = 0x12, aml_byte = 0x0a;
    for (uint32_t i = Table::header_bytes; i + 8 < dsdt.length; i++) {
        if (load<uint32_t>(dsdt.address + i) != 0x5f35535f /* "_S5_" */ ||
            dsdt.field<uint8_t>(i + 4) != aml_package)
            continue;
        const uint32_t extra_length_bytes = dsdt.field<uint8_t>(i + 5) >> 6;
        const uint32_t first = i + 7 + extra_length_bytes;
        const auto value = dsdt.field<uint8_t>(first);
        information.soft_off_type = (value == aml_byte ? dsdt.field<uint8_t>(first + 1) : value) & 7;
        return;
    }
}

void read_fadt(const Table& fadt) {
    constexpr uint32_t tmr_val_ext = 1 << 8;
    information.pm1a_control_port = static_cast<uint16_t>(fadt.field<uint32_t>(64));
    information.pm_timer_port = static_cast<uint16_t>(fadt.field<uint32_t>(76));
    information.pm_timer_32_bits = fadt.field<uint32_t>(112) & tmr_val_ext;
    if (const Table dsdt = table_at(fadt.field<uint32_t>(40)))
        read_soft_off_type(dsdt);
}

void read_table(const Table& table) {
    if (!table)
        return;
    if (table.is("APIC"sv))
        read_madt(table);
    else if (table.is("FACP"sv))
        read_fadt(table);
}

} // namespace

namespace x86 {

void acpi_init(uint64_t rsdp) {
    const uint64_t root = find_rsdp(rsdp);
    if (root == 0)
        return;
    // The RSDT's 32 bit addresses suffice: firmware puts its tables below 4 GiB, and beyond we map nothing.
    if (const Table rsdt = table_at(load<uint32_t>(root + 16)))
        for (uint32_t offset = Table::header_bytes; offset + 4 <= rsdt.length; offset += 4)
            read_table(table_at(rsdt.field<uint32_t>(offset)));
}

const AcpiInformation& acpi() { return information; }

} // namespace x86
