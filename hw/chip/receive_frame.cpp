// SPDX-License-Identifier: GPL-2.0-or-later
// What a frame from the wire becomes in memory (SDM 6.4.3, table 52).
#include "receive_frame.h"

#include <algorithm>

#include "fcs.h"
#include "i8255x/rfd.h"

namespace i8255x {
namespace {

constexpr std::size_t type_offset = 12;
constexpr unsigned vlan_type = 0x8100;
constexpr unsigned max_length_value = 1500;

unsigned type_or_length(std::span<const uint8_t> frame) {
    return static_cast<unsigned>(frame[type_offset] << 8 | frame[type_offset + 1]);
}

bool is_length(unsigned type_or_length) { return type_or_length > 0 && type_or_length <= max_length_value; }

bool fcs_is_wrong(const WireFrame& frame) {
    return !frame.fcs.empty() && !std::ranges::equal(frame.fcs, frame_check_sequence(frame.bytes));
}

/// The 82557 knows neither "long receive OK" nor the longer limit of tagged frames: its drivers save bad
/// frames to get them.
bool is_too_long(std::span<const uint8_t> frame, const Configuration& configuration, Generation generation) {
    if (frame.size() <= max_frame_bytes || configuration.is_set(config::long_receive_ok))
        return false;
    const bool tagged = generation >= Generation::I82558 && type_or_length(frame) == vlan_type;
    return !tagged || frame.size() > max_frame_bytes + vlan_tag_bytes;
}

/// SDM 6.4.2.3 byte 18: the padding of a frame with a length field is cut, unless the CRC is transferred.
std::span<const uint8_t> stripped(std::span<const uint8_t> frame, const Configuration& configuration) {
    const unsigned length = type_or_length(frame);
    if (!configuration.is_set(config::stripping) || configuration.is_set(config::crc_transfer) ||
        !is_length(length))
        return frame;
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

void append_checksum_word(ReceivedFrame& received) {
    const uint16_t sum = checksum_word(received.data.subspan(mac_header_bytes));
    append(received, std::array{static_cast<uint8_t>(sum), static_cast<uint8_t>(sum >> 8)});
}

uint16_t address_status(const AddressFilter::Match& match) {
    uint16_t status = match.individual ? 0 : rfd_status::not_individual;
    if (match.promiscuous_only)
        status |= rfd_status::no_address_match;
    return status;
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
    ReceivedFrame received;
    received.data = stripped(frame.bytes, configuration);
    received.errors = errors;
    received.status = errors.status | address_status(match);
    if (!is_length(type_or_length(frame.bytes)))
        received.status |= rfd_status::type_frame;
    if (configuration.is_set(config::crc_transfer))
        append_fcs(received, frame);
    if (configuration.is_set(config::rx_checksum))
        append_checksum_word(received);
    return received;
}

uint16_t checksum_word(std::span<const uint8_t> data) {
    uint64_t sum = 0;
    for (std::size_t i = 0; i + 1 < data.size(); i += 2)
        sum += static_cast<unsigned>(data[i] | data[i + 1] << 8);
    if (data.size() % 2 != 0)
        sum += data.back();
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<uint16_t>(sum);
}

} // namespace i8255x
