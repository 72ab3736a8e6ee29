// SPDX-License-Identifier: GPL-2.0-or-later
// The link as ethtool shows and changes it, and the light by which a person finds the port.
#include <array>

#include "driver/adapter.h"
#include "i8255x/phy.h"

namespace e100 {
namespace {

using namespace i8255x;
namespace link_mode = kernel::link_mode;

constexpr int invalid = -22; // EINVAL

struct ModeBits {
    uint32_t mode;
    uint16_t ability;    ///< in BMSR
    uint16_t advertised; ///< in ANAR and ANLPAR
};
constexpr std::array mode_bits = {
    ModeBits{link_mode::half_10, 0x0800, anar::half_duplex_10},
    ModeBits{link_mode::full_10, 0x1000, anar::full_duplex_10},
    ModeBits{link_mode::half_100, 0x2000, anar::half_duplex_100},
    ModeBits{link_mode::full_100, 0x4000, anar::full_duplex_100},
};

uint32_t modes_of(uint16_t word, uint16_t ModeBits::*bit) {
    uint32_t modes = 0;
    for (const ModeBits& each : mode_bits)
        if (word & each.*bit)
            modes |= each.mode;
    return modes;
}

uint16_t advertisement_of(uint32_t modes) {
    uint16_t word = 0;
    for (const ModeBits& each : mode_bits)
        if (modes & each.mode)
            word = static_cast<uint16_t>(word | each.advertised);
    return word;
}

/// What one end says of itself.
uint32_t modes_advertised(uint16_t word) {
    return modes_of(word, &ModeBits::advertised) | (word & anar::pause ? link_mode::pause : 0);
}

} // namespace

kernel::LinkSettings link_settings(kernel::NetDevice& device) {
    Phy& phy = adapter_of(device).phy;
    const Link link = phy.link();
    const uint16_t status = phy.read(mii::bmsr), partner = phy.read(mii::anlpar);
    constexpr uint32_t ports = link_mode::twisted_pair | link_mode::mii;
    kernel::LinkSettings settings{};
    settings.supported = ports | modes_of(status, &ModeBits::ability) |
                         (status & bmsr::an_able ? link_mode::autonegotiation : 0);
    settings.advertised = ports | modes_advertised(phy.read(mii::anar));
    settings.speed = link.speed_100 ? 100 : 10;
    settings.full_duplex = link.full_duplex;
    settings.phy_address = phy.address();
    settings.autonegotiation = phy.read(mii::bmcr) & bmcr::an_enable;
    if (!settings.autonegotiation)
        return settings;
    settings.advertised |= link_mode::autonegotiation;
    if (status & bmsr::an_complete)
        settings.partner =
            modes_advertised(partner) | (partner & anar::acknowledge ? link_mode::autonegotiation : 0);
    return settings;
}

int set_link_settings(kernel::NetDevice& device, const kernel::LinkSettings& settings) {
    Adapter& adapter = adapter_of(device);
    if (settings.autonegotiation ? !(settings.advertised & link_mode::speeds)
                                 : settings.speed != 10 && settings.speed != 100)
        return invalid;
    kernel::MutexGuard guard(adapter.configuration);
    adapter.phy.reset();
    if (settings.autonegotiation) {
        adapter.phy.advertise(advertisement_of(settings.advertised));
        adapter.phy.negotiate();
    } else {
        adapter.phy.force(settings.speed == 100, settings.full_duplex);
    }
    // The chip takes the duplex from the PHY's pin, which tells nothing on a PHY that was forced.
    adapter.link_mode.force_full_duplex = !settings.autonegotiation && settings.full_duplex;
    if (adapter.running)
        load_receive_filter(adapter);
    return 0;
}

int restart_negotiation(kernel::NetDevice& device) {
    return adapter_of(device).phy.restart_negotiation() ? 0 : invalid;
}

int set_physical_id(kernel::NetDevice& device, kernel::PhysicalId id) {
    constexpr uint16_t normal = 0, off = 4, on = 7, on_82559 = 5; // SDM 7.3: what the two LEDs show
    Adapter& adapter = adapter_of(device);
    uint16_t mode = normal;
    if (id == kernel::PhysicalId::On)
        mode = adapter.generation >= Generation::I82559 ? on_82559 : on;
    else if (id == kernel::PhysicalId::Off)
        mode = off;
    adapter.phy.write(mii::led_control, mode);
    return 0;
}

} // namespace e100
