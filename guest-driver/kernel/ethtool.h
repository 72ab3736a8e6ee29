// SPDX-License-Identifier: GPL-2.0-or-later
// What only ethtool asks of a driver: the link's settings, tests, dumps. Numbers and bits are those of Linux.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kernel {

struct NetDevice;

/// Bits of a set of link modes.
namespace link_mode {
inline constexpr uint32_t half_10 = 1u << 0, full_10 = 1u << 1, half_100 = 1u << 2, full_100 = 1u << 3;
inline constexpr uint32_t speeds = half_10 | full_10 | half_100 | full_100;
inline constexpr uint32_t autonegotiation = 1u << 6, twisted_pair = 1u << 7, mii = 1u << 9, pause = 1u << 13;
} // namespace link_mode

struct LinkSettings {
    uint32_t supported, advertised, partner; ///< link modes; no `partner`: it has said nothing
    unsigned speed;                          ///< Mb/s
    bool full_duplex;
    bool autonegotiation;
    unsigned phy_address;
};

struct TestResult {
    const char* name;
    uint64_t value; ///< 0: passed
};

enum class PhysicalId : uint8_t {
    Begin, ///< somebody looks for the port
    On,
    Off,
    End,
};

/// Bits of a driver's message level.
namespace message {
inline constexpr uint32_t driver = 1u << 0, probe = 1u << 1, link = 1u << 2;
}

/// Task context. An int result is 0 or a negative errno as Linux's.
struct EthtoolOperations {
    LinkSettings (*link_settings)(NetDevice&);
    /// Takes from the settings: with autonegotiation the speeds in `advertised`, else speed and duplex.
    int (*set_link_settings)(NetDevice&, const LinkSettings&);
    int (*restart_negotiation)(NetDevice&);
    uint32_t (*message_level)(NetDevice&);
    void (*set_message_level)(NetDevice&, uint32_t level);
    /// Runs the tests and returns how many lines were filled in; those that are not run have value 0.
    /// `offline`: also those for which the interface stops, for some seconds at worst.
    std::size_t (*self_test)(NetDevice&, bool offline, std::span<TestResult> into);
    std::span<const uint16_t> (*eeprom)(NetDevice&); ///< as read at the probe or by the last test
    std::size_t (*registers)(NetDevice&, std::span<uint32_t> into); ///< returns the number filled in
    int (*set_physical_id)(NetDevice&, PhysicalId);
};

} // namespace kernel
