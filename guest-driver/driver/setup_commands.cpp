// SPDX-License-Identifier: GPL-2.0-or-later
// Setup commands.
#include "driver/setup_commands.h"

#include <cstring>

namespace e100 {
namespace {

using namespace i8255x;

constexpr uint8_t revision_82551_10 = 0x10; // takes 32 bytes, the last of which matter (SDM 6.4.2.3)
constexpr uint8_t documented_bytes = 22;

static_assert(sizeof(SharedCommand::parameters) >= 2 + kernel::max_multicast * sizeof(kernel::MacAddress));

void set_command(SharedCommand& command, Opcode opcode) {
    store(command.header.status, 0);
    store(command.header.command, static_cast<uint16_t>(opcode));
}

/// What a board with a PHY on MII needs, whichever chip it is.
void configure_common(ConfigurationBytes& bytes) {
    bytes[config::byte_count.byte] = documented_bytes;
    config::underrun_retry.set(bytes, true);
    config::discard_short.set(bytes, true);
    config::mii_mode.set(bytes, true);
    config::crs_or_cdt.set(bytes, false); // for the 82503 only
    config::full_duplex_pin.set(bytes, true);
    config::magic_packet_disable.set(bytes, true);
}

void configure_82558(ConfigurationBytes& bytes) {
    config::mwi_enable.set(bytes, true);
    config::standard_tcb.set(bytes, false);
    config::standard_statistics.set(bytes, false);
    config::long_receive_ok.set(bytes, true); // VLAN tagged frames have 1522 bytes
    config::tx_fc_disable.set(bytes, true);
}

void configure_82559(ConfigurationBytes& bytes) {
    config::standard_statistics.set(bytes, true); // together with the next: 21 counters (SDM table 45)
    config::tco_statistics.set(bytes, true);
}

/// A large send has no place for the number of its TBDs: their list ends with a bit (SDM B.3).
void configure_82550(ConfigurationBytes& bytes) { config::dynamic_tbd.set(bytes, true); }

void configure_filter(ConfigurationBytes& bytes, ReceiveFilter filter) {
    config::multicast_all.set(bytes, filter.all_multicast);
    if (!filter.promiscuous)
        return;
    config::promiscuous.set(bytes, true);
    config::save_bad_frames.set(bytes, true);
    config::discard_short.set(bytes, false);
}

void configure_loopback(ConfigurationBytes& bytes, Loopback loopback) {
    if (loopback == Loopback::None)
        return;
    bytes[config::loopback.byte] |=
        loopback == Loopback::Mac ? config::loopback_internal : config::loopback_external;
}

} // namespace

ConfigurationBytes configuration_for(Generation generation, uint8_t revision, ReceiveFilter filter,
                                     LinkMode link) {
    ConfigurationBytes bytes = configuration_defaults;
    configure_common(bytes);
    if (generation >= Generation::I82558)
        configure_82558(bytes);
    if (generation >= Generation::I82559)
        configure_82559(bytes);
    if (generation >= Generation::I82550)
        configure_82550(bytes);
    if (revision == revision_82551_10) {
        bytes[config::byte_count.byte] = configuration_bytes;
        config::gamla_receive.set(bytes, true);
    }
    // Whatever turns round is wanted, even if it is not a frame (the tests look at its bytes).
    filter.promiscuous |= link.loopback != Loopback::None;
    configure_filter(bytes, filter);
    configure_loopback(bytes, link.loopback);
    config::force_full_duplex.set(bytes, link.force_full_duplex);
    return bytes;
}

void prepare_configure(SharedCommand& command, const ConfigurationBytes& bytes) {
    set_command(command, Opcode::Configure);
    std::memcpy(command.parameters.data(), bytes.data(), bytes.size());
}

void prepare_individual_address(SharedCommand& command, const kernel::MacAddress& mac) {
    set_command(command, Opcode::IndividualAddress);
    std::memcpy(command.parameters.data(), mac.data(), mac.size());
}

void prepare_multicast(SharedCommand& command, std::span<const kernel::MacAddress> addresses) {
    set_command(command, Opcode::MulticastSetup);
    const std::size_t bytes = addresses.size_bytes();
    command.parameters[0] = static_cast<uint8_t>(bytes);
    command.parameters[1] = static_cast<uint8_t>(bytes >> 8);
    if (bytes)
        std::memcpy(command.parameters.data() + 2, addresses.data(), bytes);
}

} // namespace e100
