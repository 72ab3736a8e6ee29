// SPDX-License-Identifier: GPL-2.0-or-later
// What a frame from the wire becomes in memory (SDM 6.4.3, table 52).
#include "receive_frame.h"

#include <algorithm>

#include "big_endian.h"
#include "ethernet.h"
#include "fcs.h"
#include "internet.h"
#include "receive_parser.h"

namespace i8255x {
namespace {

constexpr std::size_t packet_length_offset = 16; ///< of IPv4 and IPX alike

/// 0 for a fragment of a collision that does not reach so far.
unsigned type_or_length(std::span<const uint8_t> frame) {
    return frame.size() < mac_header_bytes ? 0 : big16(frame, type_offset);
}

bool is_tagged(std::span<const uint8_t> frame) { return type_or_length(frame) == ether_type::vlan; }

bool is_length(unsigned type_or_length) { return type_or_length > 0 && type_or_length <= max_length_value; }

bool fcs_is_wrong(const WireFrame& frame) {
    return !frame.fcs.empty() && !std::ranges::equal(frame.fcs, frame_check_sequence(frame.bytes));
}

/// The 82557 knows neither "long receive OK" nor the longer limit of tagged frames: its drivers save bad
/// frames to get them.
bool is_too_long(std::span<const uint8_t> frame, const Configuration& configuration, Generation generation) {
    if (frame.size() <= max_frame_bytes || configuration.is_set(config::long_receive_ok))
        return false;
    const bool tagged = generation >= Generation::I82558 && is_tagged(frame);
    return !tagged || frame.size() > max_frame_bytes + vlan_tag_bytes;
}

/// SDM 6.4.2.3 byte 18: the padding of a frame with a length field is cut, unless the CRC is transferred.
std::span<const uint8_t> stripped(std::span<const uint8_t> frame, unsigned length) {
    return frame.first(std::min(frame.size(), mac_header_bytes + length));
}

void append(ReceivedFrame& frame, std::span<const uint8_t> bytes) {
    std::ranges::copy(bytes, frame.trailer.begin() + frame.trailer_bytes);
    frame.trailer_bytes = static_cast<uint8_t>(frame.trailer_bytes + bytes.size());
}

void append_fcs(ReceivedFrame& received, const WireFrame& frame) {
    if (frame.fcs.empty())
        append(received, frame_check_sequence(frame.bytes));
    else
        append(received, frame.fcs);
}

/// Over all that came in behind the MAC header, even if not all of it is stored (SDM 6.4.3.4.1).
void append_checksum_word(ReceivedFrame& received, const WireFrame& frame) {
    const uint16_t sum = checksum_word(frame.bytes.subspan(std::min(mac_header_bytes, frame.bytes.size())));
    append(received, std::array{static_cast<uint8_t>(sum), static_cast<uint8_t>(sum >> 8)});
}

/// What an extended RFD says (SDM B.4, B.5). A bad frame is not looked into.
void add_report(ReceivedFrame& received, const WireFrame& frame) {
    if (is_tagged(frame.bytes) && frame.bytes.size() >= mac_header_bytes + sizeof(ReceiveReport::vlan_tag)) {
        received.status |= rfd_status::vlan;
        std::ranges::copy(frame.bytes.subspan(mac_header_bytes, sizeof(ReceiveReport::vlan_tag)),
                          received.report.vlan_tag);
    }
    if (received.errors.any())
        return;
    const ParserVerdict verdict = parse_received(frame.bytes);
    received.report.parser = verdict.parser;
    received.report.checksum = verdict.checksum;
    if ((verdict.parser & rfd_parser::parsed) != 0)
        received.status |= rfd_status::parsed;
}

/// Only where the report tells what was there: never from a frame for a plain RFD.
void take_tag_out(ReceivedFrame& received) {
    received.addresses = received.data.first(type_offset);
    received.data = received.data.subspan(type_offset + vlan_tag_bytes);
}

uint16_t address_status(const AddressFilter::Match& match) {
    uint16_t status = match.individual ? 0 : rfd_status::not_individual;
    if (match.promiscuous_only)
        status |= rfd_status::no_address_match;
    return status;
}

/// Apart, so that the usual frame does not save registers for it.
[[gnu::noinline]] void adapt(ReceivedFrame& received, const WireFrame& frame, unsigned length,
                             const Configuration& configuration) {
    const bool extended = configuration.extended_rfd(), with_fcs = configuration.is_set(config::crc_transfer);
    if (configuration.is_set(config::stripping) && !with_fcs && is_length(length))
        received.data = stripped(frame.bytes, length);
    if (extended)
        add_report(received, frame);
    if (configuration.is_set(config::vlan_strip) && (received.status & rfd_status::vlan) != 0)
        take_tag_out(received);
    if (with_fcs)
        append_fcs(received, frame);
    if (configuration.is_set(config::rx_checksum) && !extended)
        append_checksum_word(received, frame);
    received.bytes = received.addresses.size() + received.data.size() + received.trailer_bytes;
}

} // namespace

Counter FrameErrors::counter() const {
    if ((status & rfd_status::too_short) != 0)
        return Counter::RxShortFrames;
    if ((status & rfd_status::alignment_error) != 0)
        return Counter::RxAlignmentErrors;
    // RX_ER counts as a CRC error (SDM table 17). No counter is documented for a frame that is too long; it
    // goes where the receiver's check ends up when it gives up at the maximum length.
    return Counter::RxCrcErrors;
}

FrameErrors find_errors(const WireFrame& frame, const Configuration& configuration, Generation generation) {
    FrameErrors errors;
    errors.status =
        frame.line_errors & (rfd_status::crc_error | rfd_status::alignment_error | rfd_status::receive_error);
    if (fcs_is_wrong(frame))
        errors.status |= rfd_status::crc_error;
    if (frame.bytes.size() < min_frame_bytes)
        errors.status |= rfd_status::too_short;
    errors.too_long = is_too_long(frame.bytes, configuration, generation);
    return errors;
}

ReceivedFrame describe(const WireFrame& frame, const FrameErrors& errors, const AddressFilter::Match& match,
                       const Configuration& configuration) {
    const unsigned length = type_or_length(frame.bytes);
    ReceivedFrame received;
    received.wire = received.data = frame.bytes;
    received.bytes = frame.bytes.size();
    received.errors = errors;
    received.status = errors.status | address_status(match);
    if (!is_length(length))
        received.status |= rfd_status::type_frame;
    if (!configuration.stores_frames_as_they_come())
        adapt(received, frame, length, configuration);
    return received;
}

bool is_early_receive_due(std::span<const uint8_t> frame, std::size_t bytes_left,
                          const Configuration& configuration) {
    const unsigned type = type_or_length(frame);
    std::size_t declared = type;
    if (!is_length(type)) {
        if ((type != ether_type::ipv4 && type != ether_type::ipx) ||
            !configuration.is_set(config::type_enable) || frame.size() < packet_length_offset + 2)
            return false;
        declared = big16(frame, packet_length_offset);
    }
    return frame.size() + bytes_left >= mac_header_bytes + declared;
}

} // namespace i8255x
