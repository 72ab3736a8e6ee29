// SPDX-License-Identifier: GPL-2.0-or-later
// The configuration in force (SDM 6.4.2.3).
#include "configuration.h"

#include <algorithm>

namespace i8255x {

void Configuration::apply(std::span<const uint8_t> bytes) {
    std::copy_n(bytes.begin(), std::min(bytes.size(), bytes_.size()), bytes_.begin());
    configured_ = true;
    draw_conclusions();
}

bool Configuration::extended_tcb() const {
    return generation_ >= Generation::I82558 && !is_set(config::standard_tcb);
}

/// Value 10b of the two bits is reserved and does not loop.
bool Configuration::loops_back() const {
    const uint8_t mode = config::loopback.of(bytes_);
    return mode == config::loopback_internal || mode == config::loopback_external;
}

/// The 82559 reuses the bit.
bool Configuration::transmit_not_ok_interrupt() const {
    return generation_ < Generation::I82558 && is_set(config::transmit_not_ok);
}

/// SDM table 45. Byte 6 bit 5 cleared together with bit 2 set is reserved; the wider form leaves nothing out.
StatisticsFormat Configuration::statistics_format() const {
    if (is_set(config::tco_statistics))
        return StatisticsFormat::Tco;
    const bool standard = generation_ < Generation::I82558 || is_set(config::standard_statistics);
    return standard ? StatisticsFormat::I82557 : StatisticsFormat::I82558;
}

void Configuration::draw_conclusions() {
    // Drivers set both bits together, or the second alone and have plain RFDs.
    extended_rfd_ = is_set(config::extended_rfd) && is_set(config::gamla_receive);
    stores_frames_as_they_come_ = !extended_rfd_ && !is_set(config::stripping) &&
                                  !is_set(config::crc_transfer) && !is_set(config::rx_checksum);
}

void Configuration::restore(const ConfigurationBytes& bytes, bool configured) {
    bytes_ = bytes;
    configured_ = configured;
    draw_conclusions();
}

} // namespace i8255x
