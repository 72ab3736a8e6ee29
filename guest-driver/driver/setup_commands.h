// SPDX-License-Identifier: GPL-2.0-or-later
// What the setup commands carry: configuration bytes, own address, multicast addresses (SDM 6.4.2.2
// to 6.4.2.4).
#pragma once

#include <cstddef>

#include "driver/chip_generation.h"
#include "driver/command_list.h"
#include "i8255x/configuration.h"
#include "kernel/net_device.h"

namespace e100 {

struct ReceiveFilter {
    bool promiscuous = false;
    bool all_multicast = false;
};

/// Where frames turn round, for the self-tests.
enum class Loopback : uint8_t { None, Mac, Phy };

struct LinkMode {
    Loopback loopback = Loopback::None;
    bool force_full_duplex = false; ///< not as the PHY says
};

/// The bytes for this chip; how many of them count is in byte 0.
i8255x::ConfigurationBytes configuration_for(Generation generation, uint8_t revision, ReceiveFilter filter,
                                             LinkMode link = {});

void prepare_configure(SharedCommand& command, const i8255x::ConfigurationBytes& bytes);
void prepare_individual_address(SharedCommand& command, const kernel::MacAddress& mac);
void prepare_multicast(SharedCommand& command, std::span<const kernel::MacAddress> addresses);

} // namespace e100
