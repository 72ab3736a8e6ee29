// SPDX-License-Identifier: GPL-2.0-or-later
// The command blocks that are not transmissions (SDM 6.4.2.1 to 6.4.2.8).
#include "action_commands.h"

#include <algorithm>
#include <array>
#include <span>

#include "dma.h"
#include "dump_area.h"
#include "i8255x/little_endian.h"
#include "microcode.h"

namespace i8255x {

ActionCommands::ActionCommands(const Units& units)
    : host_(units.host), variant_(units.variant), scb_(units.scb), configuration_(units.configuration),
      filter_(units.filter), statistics_(units.statistics), wake_filters_(units.wake_filters),
      bundling_(units.bundling) {}

uint16_t ActionCommands::execute(Opcode opcode, uint32_t address, uint32_t cu_base) {
    const uint32_t parameters = address + static_cast<uint32_t>(sizeof(CommandBlock));
    const uint16_t failed = cb_status::complete;
    const uint16_t passed = cb_status::complete | cb_status::ok;
    list_bytes_ = 0;
    switch (opcode) {
    case Opcode::Nop:
    case Opcode::Diagnose: // backoff logic, which has no failure to find
        return passed;
    case Opcode::IndividualAddress:
        return set_individual_address(parameters) ? passed : failed;
    case Opcode::Configure:
        return configure(parameters) ? passed : failed;
    case Opcode::MulticastSetup:
        return set_multicast(parameters) ? passed : failed;
    case Opcode::Dump:
        return dump(parameters, cu_base) ? passed : failed;
    case Opcode::LoadMicrocode:
        return load_microcode(parameters) ? passed : failed;
    case Opcode::LoadFilter:
        if (variant_.generation >= Generation::I82559)
            return load_filters(parameters) ? passed : failed;
        break;
    case Opcode::Ipcb:
    case Opcode::Transmit:
        break;
    }
    host_.guest_error("command block with an opcode this chip does not have", static_cast<uint32_t>(opcode));
    return failed;
}

bool ActionCommands::set_individual_address(uint32_t parameters) {
    MacAddress address;
    if (!host_.dma_read(parameters, address))
        return unreadable(parameters);
    filter_.set_individual(address);
    return true;
}

bool ActionCommands::configure(uint32_t parameters) {
    ConfigurationBytes bytes{};
    if (!host_.dma_read(parameters, std::span(bytes).first(1)))
        return unreadable(parameters);
    const std::size_t count = std::min<std::size_t>(config::byte_count.of(bytes), configure_max_bytes);
    if (count < configure_min_bytes) {
        host_.guest_error("Configure with fewer than 8 bytes", static_cast<uint32_t>(count));
        return false;
    }
    if (!host_.dma_read(parameters, std::span(bytes).first(count)))
        return unreadable(parameters);
    configuration_.apply(std::span(bytes).first(count));
    report_unsupported();
    return true;
}

/// What software may ask for and would then rely on.
void ActionCommands::report_unsupported() {
    if (configuration_.is_set(config::extended_rfd))
        host_.guest_error("Configure asks for extended RFDs, which are not modelled",
                          config::extended_rfd.byte);
    if (configuration_.is_set(config::vlan_strip))
        host_.guest_error("Configure asks for VLAN stripping, which is not modelled",
                          config::vlan_strip.byte);
}

/// The list is as long as its count says, up to 16 KiB; an incomplete last address is ignored.
bool ActionCommands::set_multicast(uint32_t parameters) {
    Le16 count_word;
    if (!dma_read_object(host_, parameters, count_word))
        return unreadable(parameters);
    filter_.clear_hash();
    const std::size_t addresses = (count_word & multicast_count_mask) / sizeof(MacAddress);
    list_bytes_ = addresses * sizeof(MacAddress);
    uint32_t from = parameters + static_cast<uint32_t>(sizeof(count_word));
    for (std::size_t i = 0; i < addresses; i++, from += sizeof(MacAddress)) {
        MacAddress address;
        if (!host_.dma_read(from, address))
            return unreadable(from);
        filter_.add_multicast(address);
    }
    return true;
}

bool ActionCommands::dump(uint32_t parameters, uint32_t cu_base) {
    Le32 buffer;
    if (!dma_read_object(host_, parameters, buffer))
        return unreadable(parameters);
    const auto area = dump_area(scb_, configuration_, filter_, statistics_);
    if (!host_.dma_write(cu_base + buffer, area)) {
        host_.guest_error("Dump buffer not writable", cu_base + buffer);
        return false;
    }
    host_.write_barrier(); // the status word follows
    return true;
}

/// The block does not say how long the image is: the chip knows. One that nobody here knows is accepted, too,
/// because its code may do good without being missed.
bool ActionCommands::load_microcode(uint32_t parameters) {
    std::array<Le32, max_microcode_words> image;
    const auto read = std::span(image).first(microcode_words(variant_.microcode));
    if (!dma_read_objects(host_, parameters, read))
        return unreadable(parameters);
    std::array<uint32_t, max_microcode_words> words{};
    std::ranges::copy(read, words.begin());
    if (const auto known = recognise(variant_.microcode, std::span(words).first(read.size()))) {
        bundling_.load(*known);
    } else {
        bundling_.unload();
        host_.guest_error("microcode that is not known for this chip has no effect", words[0]);
    }
    return true;
}

/// The list replaces the one before; it ends with the filter that says so.
bool ActionCommands::load_filters(uint32_t parameters) {
    std::array<uint32_t, wake_filter::max_dwords> dwords{};
    std::size_t count = 0;
    auto extent = WakeFilters::Extent::Part;
    while (extent == WakeFilters::Extent::Part && count < dwords.size()) {
        const uint32_t from = parameters + static_cast<uint32_t>(count * sizeof(Le32));
        Le32 dword;
        if (!dma_read_object(host_, from, dword))
            return unreadable(from);
        dwords[count++] = dword;
        extent = WakeFilters::extent(std::span(dwords).first(count));
    }
    if (extent != WakeFilters::Extent::Whole) {
        host_.guest_error("malformed list of wake-up filters", parameters);
        return false;
    }
    wake_filters_.load(std::span(dwords).first(count));
    return true;
}

bool ActionCommands::unreadable(uint32_t address) {
    host_.guest_error("command block parameters not readable", address);
    return false;
}

} // namespace i8255x
