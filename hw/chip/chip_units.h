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
#include "mdi.h"
#include "phy.h"
#include "port.h"
#include "receive_unit.h"
#include "scb.h"
#include "statistics.h"
#include "transmit.h"

namespace i8255x {

struct Chip::Units final : ResetControl {
    Units(Host& the_host, const Variant& the_variant, const ChipOptions& options)
        : host(the_host), variant(the_variant), scb(host, variant.generation >= Generation::I82558),
          configuration(variant.generation), statistics(host), cna_delay(host, scb), phy(variant),
          mdi(host, scb, phy), eeprom(host, options.eeprom),
          receive_unit({host, variant, scb, configuration, filter, statistics, cna_delay},
                       options.backpressure),
          transmitter({host, variant, configuration, filter, statistics, phy, receive_unit}),
          action_commands({host, variant, scb, configuration, filter, statistics}),
          command_unit(
              {host, variant, scb, configuration, statistics, cna_delay, transmitter, action_commands}),
          port({host, variant, *this, scb, configuration, filter, statistics}),
          csr({host, variant.generation, scb, command_unit, receive_unit, port, eeprom, mdi, phy}) {}

    /// SDM 6.3.3, table 8.
    void reset(ResetKind kind) override;
    /// A frame on the wire gets as far as the address filter: the link is up and nothing is looped back.
    bool hears_the_wire() const;

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
    Phy phy;
    Mdi mdi;
    Eeprom eeprom;
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
    void save_receive_unit(StateRecord& record) const;
    void save_mac(StateRecord& record) const;
    void save_phy_and_eeprom(StateRecord& record) const;
};

} // namespace i8255x
