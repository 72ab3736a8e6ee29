// SPDX-License-Identifier: GPL-2.0-or-later
// The bytes of the Configure command (SDM 6.4.2.3): position and meaning of every bit that software can tell.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "i8255x/csr.h"
#include "i8255x/features.h"

namespace i8255x {

inline constexpr std::size_t configuration_bytes = 32;
using ConfigurationBytes = std::array<uint8_t, configuration_bytes>;

/// Position of one field in the configuration bytes.
struct ConfigField {
    uint8_t byte;
    uint8_t mask;
    Generation since = Generation::I82557; ///< older chips ignore it
    Feature needs = Feature::None;         ///< chips without it ignore the field, too
    constexpr uint8_t of(const ConfigurationBytes& bytes) const { return bytes[byte] & mask; }
    constexpr bool is_set(const ConfigurationBytes& bytes) const { return of(bytes) != 0; }
    constexpr void set(ConfigurationBytes& bytes, bool on) const {
        bytes[byte] = static_cast<uint8_t>(on ? bytes[byte] | mask : bytes[byte] & ~mask);
    }
};

namespace config {
inline constexpr ConfigField byte_count{0, 0x3f};
inline constexpr ConfigField mwi_enable{3, 0x01, Generation::I82558};
/// The manual names it without a word; it is the only bit left for what its section 6.3.7 speaks of.
inline constexpr ConfigField type_enable{3, 0x02, Generation::I82558}; ///< early RX interrupt for IP and IPX
inline constexpr ConfigField save_bad_frames{6, 0x80};
inline constexpr ConfigField pass_overruns{6, 0x40};       ///< inverted: 1 passes overrun frames to memory
inline constexpr ConfigField standard_statistics{6, 0x20}; ///< 1 = 16 counters
inline constexpr ConfigField standard_tcb{6, 0x10};        ///< 0 = extended TCB
inline constexpr ConfigField ci_interrupt{6, 0x08};        ///< 1 = CNA only when the CU goes idle
inline constexpr ConfigField tco_statistics{6, 0x04, Generation::I82559};
inline constexpr ConfigField transmit_not_ok{6, 0x04}; ///< 82557 only: TNO interrupt
inline constexpr ConfigField dynamic_tbd{7, 0x80, Generation::I82558};
inline constexpr ConfigField extended_rfd{7, 0x20, Generation::I82550, Feature::Offload};
inline constexpr ConfigField underrun_retry{7, 0x06}; ///< all bits set: retry without limit
inline constexpr ConfigField discard_short{7, 0x01};
inline constexpr ConfigField csma_disable{8, 0x80, Generation::I82558};
inline constexpr ConfigField mii_mode{8, 0x01};
inline constexpr ConfigField multicast_wake{9, 0x80, Generation::I82558};
inline constexpr ConfigField arp_wake{9, 0x40, Generation::I82558};
inline constexpr ConfigField link_wake{9, 0x20, Generation::I82558};
inline constexpr ConfigField vlan_arp{9, 0x10, Generation::I82558}; ///< 82558: the ARP requests are tagged
inline constexpr ConfigField rx_checksum{9, 0x01, Generation::I82559, Feature::ReceiveChecksum};
inline constexpr ConfigField loopback{10, 0xc0};
inline constexpr uint8_t loopback_internal = 0x40;
inline constexpr uint8_t loopback_external = 0xc0;
inline constexpr ConfigField preamble_length{10, 0x30}; ///< 1, 3, 7, 15 bytes
inline constexpr unsigned preamble_length_shift = 4;
inline constexpr ConfigField no_source_insertion{10, 0x08};
inline constexpr ConfigField interframe_spacing{12, 0xf0};                  ///< units of 16 bit times
inline constexpr ConfigField arp_address_low{13, 0xff, Generation::I82558}; ///< last byte of the IP address
inline constexpr ConfigField arp_address_high{14, 0xff, Generation::I82558};
inline constexpr ConfigField crs_or_cdt{15, 0x80}; ///< 1 with an 82503, 0 with a PHY on MII
inline constexpr ConfigField ignore_ul{15, 0x10, Generation::I82558};
inline constexpr ConfigField broadcast_disable{15, 0x02};
inline constexpr ConfigField promiscuous{15, 0x01};
inline constexpr ConfigField fc_delay_low{16, 0xff, Generation::I82558}; ///< time of the PAUSE frames sent
inline constexpr ConfigField fc_delay_high{17, 0xff, Generation::I82558};
inline constexpr ConfigField priority_threshold{18, 0x70, Generation::I82558};
inline constexpr unsigned priority_threshold_shift = 4;
inline constexpr unsigned priority_off = 7; ///< value of the threshold: no priority mode
inline constexpr ConfigField long_receive_ok{18, 0x08, Generation::I82558};
inline constexpr ConfigField crc_transfer{18, 0x04};
inline constexpr ConfigField padding{18, 0x02};
inline constexpr ConfigField stripping{18, 0x01};
inline constexpr ConfigField full_duplex_pin{19, 0x80};
inline constexpr ConfigField force_full_duplex{19, 0x40};
inline constexpr ConfigField reject_fc{19, 0x20, Generation::I82558};
inline constexpr ConfigField rx_fc_restart{19, 0x10, Generation::I82558};
inline constexpr ConfigField rx_fc_restop{19, 0x08, Generation::I82558};
inline constexpr ConfigField tx_fc_disable{19, 0x04, Generation::I82558};
inline constexpr ConfigField magic_packet_disable{19, 0x02, Generation::I82558};
inline constexpr ConfigField address_wake{19, 0x01, Generation::I82558}; ///< 82558 only
inline constexpr ConfigField multiple_ia{20, 0x40};
inline constexpr ConfigField priority_location{20, 0x20, Generation::I82558}; ///< byte 31, else byte 19
inline constexpr ConfigField multicast_all{21, 0x08};
inline constexpr ConfigField vlan_strip{22, 0x02, Generation::I82550, Feature::Offload};
inline constexpr ConfigField gamla_receive{22, 0x01, Generation::I82550, Feature::Offload};
} // namespace config

/// What the chip holds after a full reset, before the first Configure command.
inline constexpr ConfigurationBytes configuration_defaults = {
    0x16, 0x08, 0x00, 0x00, 0x00, 0x00, 0x32, 0x00, 0x00, 0x00, 0x2e,
    0x00, 0x60, 0x00, 0xf2, 0xc8, 0x00, 0x40, 0xf2, 0x00, 0x3f, 0x05,
};

} // namespace i8255x
