// SPDX-License-Identifier: GPL-2.0-or-later
// What some members of the family have and others do not, where that does not follow from their age: the
// parts for embedded use ("ER") and those inside an ICH lack what older ones have. hw/chip/variants.cpp says
// who has what.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace i8255x {

enum class Feature : uint8_t {
    None,            ///< what every chip has
    ReceiveChecksum, ///< checksum word behind a received frame (configuration byte 9 bit 0)
    Offload,         ///< IPCB, extended RFD, VLAN insertion and stripping, large send (SDM appendix B)
    ExpansionRom,    ///< base address register at 30h
    EepromSubsystem, ///< the subsystem IDs come from the EEPROM
    LargeEeprom,     ///< 256 words are possible
};

class FeatureSet {
  public:
    constexpr FeatureSet(std::initializer_list<Feature> features) {
        for (const Feature feature : features)
            bits_ |= bit(feature);
    }
    static constexpr FeatureSet all() {
        FeatureSet set{};
        set.bits_ = ~0u;
        return set;
    }
    constexpr bool has(Feature feature) const {
        return feature == Feature::None || (bits_ & bit(feature)) != 0;
    }
    constexpr FeatureSet with(FeatureSet more) const {
        more.bits_ |= bits_;
        return more;
    }
    constexpr FeatureSet without(FeatureSet less) const {
        less.bits_ = bits_ & ~less.bits_;
        return less;
    }

  private:
    static constexpr uint32_t bit(Feature feature) { return 1u << static_cast<unsigned>(feature); }
    uint32_t bits_ = 0;
};

} // namespace i8255x
