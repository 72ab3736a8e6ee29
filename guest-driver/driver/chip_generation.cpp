// SPDX-License-Identifier: GPL-2.0-or-later
// PCI numbers of the family.
#include "driver/chip_generation.h"

#include <algorithm>
#include <array>

namespace e100 {
namespace {

constexpr uint16_t intel = 0x8086;
constexpr uint32_t ethernet_class = 0x0200; // without the programming interface

struct IdRange {
    uint16_t first, last;
    bool inside_ich;
};
constexpr std::array ids = {
    IdRange{0x1029, 0x1030, false}, IdRange{0x1031, 0x1038, true},  IdRange{0x1039, 0x103e, true},
    IdRange{0x1050, 0x1057, true},  IdRange{0x1059, 0x1059, false}, IdRange{0x1064, 0x106b, true},
    IdRange{0x1091, 0x1095, true},  IdRange{0x10fe, 0x10fe, true},  IdRange{0x1209, 0x1209, false},
    IdRange{0x1229, 0x1229, false}, IdRange{0x2449, 0x2449, true},  IdRange{0x2459, 0x2459, true},
    IdRange{0x245d, 0x245d, true},  IdRange{0x27dc, 0x27dc, true},
};

const IdRange* find(uint16_t device) {
    const auto range = std::ranges::find_if(
        ids, [&](const IdRange& each) { return device >= each.first && device <= each.last; });
    return range == ids.end() ? nullptr : &*range;
}

} // namespace

bool is_supported(uint16_t vendor, uint16_t device, uint32_t class_code) {
    return vendor == intel && class_code >> 8 == ethernet_class && find(device);
}

Generation generation_of(uint16_t device, uint8_t revision) {
    if (const IdRange* range = find(device); range && range->inside_ich)
        return Generation::I82559;
    if (revision < 0x04)
        return Generation::I82557;
    if (revision < 0x06)
        return Generation::I82558;
    return revision < 0x0c ? Generation::I82559 : Generation::I82550;
}

bool has_ipcb(uint16_t device, uint8_t revision) {
    constexpr uint16_t embedded = 0x1209;
    return generation_of(device, revision) == Generation::I82550 && device != embedded;
}

bool takes_microcode(uint16_t device, uint8_t revision) {
    constexpr std::array<uint8_t, 6> revisions = {0x08, 0x09, 0x0c, 0x0d, 0x0f, 0x10};
    const IdRange* range = find(device);
    return range && !range->inside_ich && std::ranges::find(revisions, revision) != revisions.end();
}

const char* generation_name(Generation generation) {
    constexpr std::array names = {"82557", "82558", "82559", "82550/551"};
    return names[static_cast<unsigned>(generation)];
}

} // namespace e100
