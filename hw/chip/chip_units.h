// SPDX-License-Identifier: GPL-2.0-or-later
// The units of one chip, connected.
#pragma once

#include "action_commands.h"
#include "address_filter.h"
#include "chip.h"
#include "cna_delay.h"
#include "command_unit.h"
#include "configuration.h"
#include "csr.h"
#include "eeprom.h"
#include "flow_control.h"
#include "mdi.h"
#include "phy.h"
#include "port.h"
#include "receive_bundling.h"
#include "receive_unit.h"
#include "scb.h"
#include "statistics.h"
#include "transmit.h"
#include "wake_up.h"

namespace i8255x {

struct Chip::Units final : ResetControl, LinkWatcher {
    Units(Host& the_host, const Variant& the_variant, const ChipOptions& options)
        : host(the_host), variant(the_variant), scb(host, variant.generation >= Generation::I82558),
          configuration(variant.generation, variant.features), statistics(host), cna_delay(host, scb),
          bundling(host, scb, cna_delay),
          phy(host, *this, options.phy != nullptr ? *options.phy : *variant.phy, options.negotiation_ns),
          mdi(host, scb, phy), eeprom(host, options.eeprom),
          wake_up({host, variant, configuration, filter}, options.aux_power),
          flow_control({host, variant, scb, configuration, filter, statistics, phy}),
          receive_unit({host, variant, scb, configuration, filter, statistics, bundling},
                       options.backpressure),
          transmitter({host, variant, configuration, filter, statistics, phy, receive_unit},
                      options.wire_mbps),
          action_commands(
              {host, variant, scb, configuration, filter, statistics, wake_up.filters(), bundling}),
          command_unit({host, variant, scb, configuration, statistics, cna_delay, transmitter,
                        action_commands, flow_control}),
          port({host, variant, *this, scb, configuration, filter, statistics, wake_up}),
          csr({host, variant.generation, scb, command_unit, receive_unit, port, eeprom, mdi, phy, wake_up,
               flow_control}) {}

    /// SDM 6.3.3, table 8.
    void reset(ResetKind kind) override;
    void link_changed(bool up) override;
    /// A frame on the wire gets as far as the address filter: the link is up and nothing is looped back.
    bool hears_the_wire() const;
    bool asleep() const { return wake_up.power_state() != PowerState::D0; }
    bool can_receive() const;
    void refuse(std::span<const uint8_t> frame, Filtered reason); ///< traces it, nothing else

    void save(StateRecord& record) const;
    RestoreError check(const StateRecord& record) const;
    void restore(const StateRecord& record); ///< which passed check()

    Host& host;
    const Variant& variant;
    Scb scb;
    Configuration configuration;
    AddressFilter filter;
    Statistics statistics;
    CnaDelay cna_delay;
    ReceiveBundling bundling;
    Phy phy;
    Mdi mdi;
    Eeprom eeprom;
    WakeUp wake_up;
    FlowControl flow_control;
    ReceiveUnit receive_unit;
    Transmitter transmitter;
    ActionCommands action_commands;
    CommandUnit command_unit;
    Port port;
    Csr csr;

  private:
    void reset_mac();
    void save_scb_and_registers(StateRecord& record) const;
    void save_command_and_receive_units(StateRecord& record) const;
    void save_bundling(StateRecord& record) const;
    bool bundling_fits(const ReceiveBundling::State& state) const;
    void save_high_priority_queue(StateRecord& record) const;
    void save_receive_unit(StateRecord& record) const;
    void save_mac(StateRecord& record) const;
    void save_phy_and_eeprom(StateRecord& record) const;
    void save_wake_up(StateRecord& record) const;
    void save_flow_control(StateRecord& record) const;
};

} // namespace i8255x
