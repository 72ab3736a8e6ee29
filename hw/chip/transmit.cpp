// SPDX-License-Identifier: GPL-2.0-or-later
// The transmit commands (SDM 6.4.2.5, appendix B).
#include "transmit.h"

#include <algorithm>
#include <bit>

#include "fcs.h"

namespace i8255x {
namespace {

/// A frame of `bytes` with FCS, and with preamble, its end and the gap behind the frame as configured.
int64_t frame_bits(std::size_t bytes, const Configuration& configuration) {
    constexpr int64_t bits_per_byte = 8, delimiter_bytes = 1, spacing_unit_bits = 16;
    const unsigned preamble =
        config::preamble_length.of(configuration.bytes()) >> config::preamble_length_shift;
    const int64_t preamble_bytes = (int64_t{2} << preamble) - 1;
    const int64_t spacing = config::interframe_spacing.of(configuration.bytes()) >> 4;
    return (preamble_bytes + delimiter_bytes + static_cast<int64_t>(bytes + sizeof(Fcs))) * bits_per_byte +
           spacing * spacing_unit_bits;
}

} // namespace

Transmitter::Transmitter(const Units& units, uint32_t wire_mbps)
    : host_(units.host), variant_(units.variant), configuration_(units.configuration), filter_(units.filter),
      statistics_(units.statistics), phy_(units.phy), receive_unit_(units.receive_unit),
      frame_(units.host, units.configuration), wire_mbps_(wire_mbps) {}

bool Transmitter::executes(Opcode opcode) const {
    return opcode == Opcode::Transmit || (opcode == Opcode::Ipcb && variant_.has(Feature::Offload));
}

Transmitter::Outcome Transmitter::execute(const ExtendedTransmitCb& block, uint32_t address, uint32_t cu_base,
                                          uint32_t& segments_sent) {
    outcome_ = {};
    const uint16_t command = block.standard.header.command;
    const bool is_ipcb = opcode_of(command) == Opcode::Ipcb;
    if (is_ipcb && !configuration_.extended_tcb()) {
        host_.guest_error("IPCB without extended TCB mode", address);
        outcome_.status = cb_status::complete;
        return outcome_;
    }
    const TransmitFrame::Gathered gathered = frame_.gather(block, address, cu_base);
    const std::size_t bytes = frame_.bytes().size();
    outcome_.bytes = bytes;
    switch (gathered) {
    case TransmitFrame::Gathered::NotReady:
        outcome_.progress = Progress::NotReady;
        break;
    case TransmitFrame::Gathered::TooLong:
        host_.guest_error("frame longer than the transmit FIFO", address);
        drop(NotSent::TooLong, bytes);
        break;
    case TransmitFrame::Gathered::Unreadable:
        // Nothing keeps the FIFO filled then.
        host_.guest_error("frame to send not readable", address);
        statistics_.count(Counter::TxUnderruns);
        outcome_.status |= cb_status::underrun;
        fail(NotSent::Unreadable, bytes);
        break;
    case TransmitFrame::Gathered::Whole:
        if (is_ipcb)
            execute_ipcb(block, address, segments_sent);
        else
            dispatch(frame_.bytes(), command);
        break;
    }
    if (outcome_.progress == Progress::Done)
        segments_sent = 0;
    return outcome_;
}

void Transmitter::execute_ipcb(const ExtendedTransmitCb& block, uint32_t address, uint32_t& segments_sent) {
    const OffloadRequest request(std::bit_cast<Ipcb>(block));
    const std::span<uint8_t> frame = frame_.bytes();
    if (request.scheduled)
        host_.guest_error("IPCB with a time to be sent at, which is not modelled", address);
    const PacketLayout layout = find_headers(frame, request);
    if (request.large_send) {
        if (can_be_cut(request, layout, address))
            send_segments(request, layout, segments_sent);
        else
            drop(NotSent::NotTcp, frame.size());
        return;
    }
    if (!insert_checksums(frame, layout, request))
        host_.guest_error("IPCB asks for a checksum that its packet does not have", address);
    dispatch(tagged(frame, request), block.standard.header.command);
}

bool Transmitter::can_be_cut(const OffloadRequest& request, const PacketLayout& layout, uint32_t address) {
    if (!request.parse || layout.l4 == 0 || !layout.tcp || request.max_segment == 0) {
        host_.guest_error("large send without parsing, of what is not TCP, or in segments of no bytes",
                          address);
        return false;
    }
    return true;
}

void Transmitter::send_segments(const OffloadRequest& request, const PacketLayout& layout,
                                uint32_t& segments_sent) {
    LargeSend large(frame_.bytes(), layout, request);
    if (large.payload_mismatch())
        host_.guest_error("large send of another length than its block says",
                          static_cast<uint32_t>(frame_.bytes().size()));
    if (large.longest_segment_bytes() > max_transmit_bytes) {
        host_.guest_error("segment longer than the transmit FIFO",
                          static_cast<uint32_t>(large.longest_segment_bytes()));
        drop(NotSent::TooLong, large.longest_segment_bytes());
        return;
    }
    if (segments_sent == 0 && send_whole(large))
        return;
    const uint32_t now = wire_mbps_ == 0 ? segments_per_call : 1;
    const uint32_t end =
        static_cast<uint32_t>(std::min<uint64_t>(large.segments(), uint64_t{segments_sent} + now));
    outcome_.frames = 0;
    for (; segments_sent < end; segments_sent++, outcome_.frames++)
        dispatch_completed(tagged(large.segment(segments_sent), request));
    if (segments_sent < large.segments())
        outcome_.progress = Progress::Unfinished;
}

/// A large packet costs the host one frame's work.
bool Transmitter::send_whole(LargeSend& large) {
    if (wire_mbps_ != 0 || !transmits() || loops_back() || !phy_.link_up() || !large.can_leave_whole())
        return false;
    const LargePackets form = host_.large_packets();
    if (form == LargePackets::Refused)
        return false;
    const std::span<uint8_t> packet = large.whole(form);
    const Segmentation how = large.segmentation();
    insert_source(packet);
    host_.send_large(packet, how);
    outcome_.frames = large.segments();
    for (std::size_t rest = packet.size() - how.payload; rest > 0; rest -= std::min(rest, how.most)) {
        statistics_.count(Counter::TxGoodFrames);
        host_.trace(TraceEvent::TxWire, static_cast<uint32_t>(how.payload + std::min(rest, how.most)), 0);
    }
    return true;
}

std::span<uint8_t> Transmitter::tagged(std::span<uint8_t> frame, const OffloadRequest& request) const {
    return request.insert_vlan ? insert_vlan_tag(frame, request.vlan_tag) : frame;
}

void Transmitter::dispatch(std::span<uint8_t> frame, uint16_t command) {
    if ((command & cb_command::no_crc) != 0)
        dispatch_with_fcs(frame);
    else
        dispatch_completed(frame);
}

/// NC: nothing is added, the frame's last four bytes are its FCS. The host's wire has none, so it is checked
/// here and taken off.
void Transmitter::dispatch_with_fcs(std::span<const uint8_t> frame) {
    if (frame.size() <= sizeof(Fcs)) {
        drop(NotSent::BadFcs, frame.size());
        return;
    }
    put_on_the_line(frame.first(frame.size() - sizeof(Fcs)), frame.last(sizeof(Fcs)));
}

void Transmitter::dispatch_completed(std::span<uint8_t> frame) {
    if (frame.empty()) {
        host_.guest_error("frame without data", 0);
        drop(NotSent::Empty, 0);
        return;
    }
    insert_source(frame);
    if (!configuration_.is_set(config::padding) || frame.size() >= min_frame_bytes) {
        put_on_the_line(frame, {});
        return;
    }
    std::array<uint8_t, min_frame_bytes> padded; // elsewhere: behind a segment stands the next
    const auto end = std::ranges::copy(frame, padded.begin()).out;
    std::fill(end, padded.end(), variant_.pad_byte);
    put_on_the_line(padded, {});
}

void Transmitter::insert_source(std::span<uint8_t> frame) const {
    if (!configuration_.is_set(config::no_source_insertion) && frame.size() >= type_offset)
        std::ranges::copy(filter_.individual(), frame.begin() + sizeof(MacAddress));
}

bool Transmitter::transmits() const {
    return configuration_.configured() && !configuration_.is_set(config::csma_disable);
}

/// Loopback needs no link; a frame that nobody can hear still completes its block, so that no driver's
/// transmit watchdog bites.
void Transmitter::put_on_the_line(std::span<const uint8_t> frame, std::span<const uint8_t> fcs) {
    if (!transmits()) {
        drop(NotSent::NotConfigured, frame.size());
        return;
    }
    const bool looped = loops_back();
    if (!looped && !phy_.link_up()) {
        lose_carrier(frame.size());
        return;
    }
    statistics_.count(Counter::TxGoodFrames);
    occupy_wire(frame.size());
    if (looped)
        receive_unit_.receive_looped(frame, fcs);
    else if (!fcs.empty() && !std::ranges::equal(fcs, frame_check_sequence(frame)))
        drop(NotSent::BadFcs, frame.size());
    else
        send(frame);
}

/// Without link no carrier answers the transmission (SDM table 17); full duplex does not listen for one.
void Transmitter::lose_carrier(std::size_t bytes) {
    if (configuration_.is_set(config::force_full_duplex)) {
        drop(NotSent::NoLink, bytes);
        return;
    }
    statistics_.count(Counter::TxLostCarrierSense);
    fail(NotSent::NoLink, bytes);
}

void Transmitter::send(std::span<const uint8_t> frame) {
    host_.trace(TraceEvent::TxWire, static_cast<uint32_t>(frame.size()), 0);
    const std::span<const uint8_t> parts[] = {frame};
    host_.send(parts);
}

void Transmitter::occupy_wire(std::size_t bytes) {
    if (wire_mbps_ != 0)
        outcome_.wire_ns += frame_bits(bytes, configuration_) * 1000 / wire_mbps_;
}

void Transmitter::drop(NotSent reason, std::size_t bytes) {
    host_.trace(TraceEvent::TxDrop, static_cast<uint32_t>(bytes), static_cast<uint32_t>(reason));
}

void Transmitter::fail(NotSent reason, std::size_t bytes) {
    outcome_.failed = true;
    drop(reason, bytes);
}

} // namespace i8255x
