// SPDX-License-Identifier: GPL-2.0-or-later
// The transmit command (SDM 6.4.2.5).
#include "transmit.h"

#include <algorithm>

#include "dma.h"
#include "fcs.h"

namespace i8255x {
namespace {

constexpr std::size_t addresses_bytes = 12; ///< destination and source

/// A dynamic list ends with its EL bit; a list longer than any frame needs counts as endless.
constexpr unsigned max_dynamic_tbds = 256;

std::size_t size_of(const TransmitBufferDescriptor& tbd) { return tbd.size & tbd_size_mask; }

bool ends_list(const TransmitBufferDescriptor& tbd) {
    return (tbd.size & (tbd_end_of_list | tbd_end_of_list_sdm)) != 0;
}

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

struct Transmitter::TbdList {
    std::span<const TransmitBufferDescriptor> inline_tbds;
    bool has_array;
    uint32_t array; ///< of the TBDs behind the inline ones
    unsigned count; ///< inline ones included
    bool dynamic;
};

Transmitter::Transmitter(const Units& units, uint32_t wire_mbps)
    : host_(units.host), variant_(units.variant), configuration_(units.configuration), filter_(units.filter),
      statistics_(units.statistics), phy_(units.phy), receive_unit_(units.receive_unit),
      wire_mbps_(wire_mbps) {}

Transmitter::Result Transmitter::execute(const ExtendedTransmitCb& block, uint32_t address,
                                         uint32_t cu_base) {
    length_ = 0;
    wire_ns_ = 0;
    switch (gather(block, address, cu_base)) {
    case Gather::NotReady:
        return Result::NotReady;
    case Gather::TooLong:
        host_.guest_error("frame longer than the transmit FIFO", address);
        drop(NotSent::TooLong);
        return Result::Done;
    case Gather::Unreadable:
        host_.guest_error("frame to send not readable", address);
        drop(NotSent::Unreadable);
        return Result::Done;
    case Gather::Continue:
    case Gather::End:
        break;
    }
    if ((block.standard.header.command & cb_command::no_crc) != 0)
        dispatch_with_fcs();
    else
        dispatch_completed();
    return Result::Done;
}

Transmitter::Gather Transmitter::gather(const ExtendedTransmitCb& block, uint32_t address, uint32_t cu_base) {
    const TransmitCb& tcb = block.standard;
    const bool extended = configuration_.extended_tcb();
    const uint32_t header_bytes = extended ? sizeof(ExtendedTransmitCb) : sizeof(TransmitCb);
    const Gather immediate = append(address + header_bytes, tcb.byte_count & tcb_count_mask);
    const bool flexible = extended || (tcb.header.command & cb_command::flexible) != 0;
    if (immediate != Gather::Continue || !flexible)
        return immediate;

    TbdList list{};
    if (extended)
        list.inline_tbds = block.inline_tbds;
    list.has_array = tcb.tbd_array != no_tbd_array;
    list.array = cu_base + tcb.tbd_array;
    list.dynamic = tcb.tbd_number == tbd_number_dynamic && configuration_.is_set(config::dynamic_tbd);
    list.count = list.dynamic ? max_dynamic_tbds : tcb.tbd_number;
    return gather_list(list);
}

Transmitter::Gather Transmitter::gather_list(const TbdList& list) {
    Gather result = Gather::Continue;
    for (std::size_t i = 0; i < list.count && result == Gather::Continue; i++) {
        TransmitBufferDescriptor tbd;
        if (i < list.inline_tbds.size()) {
            tbd = list.inline_tbds[i];
        } else if (!list.has_array) {
            return Gather::End;
        } else {
            const auto offset = static_cast<uint32_t>((i - list.inline_tbds.size()) * sizeof(tbd));
            if (!dma_read_object(host_, list.array + offset, tbd))
                return Gather::Unreadable;
        }
        result = gather_buffer(tbd, list.dynamic);
    }
    return list.dynamic && result == Gather::Continue ? Gather::TooLong : result;
}

Transmitter::Gather Transmitter::gather_buffer(const TransmitBufferDescriptor& tbd, bool dynamic) {
    const bool end = ends_list(tbd);
    const bool closes_only = end && size_of(tbd) == 0;
    if (dynamic && tbd.address == 0 && !closes_only)
        return Gather::NotReady;
    const Gather result = append(tbd.address, size_of(tbd));
    return result == Gather::Continue && end ? Gather::End : result;
}

Transmitter::Gather Transmitter::append(uint32_t address, std::size_t bytes) {
    if (bytes == 0)
        return Gather::Continue;
    if (bytes > frame_.size() - length_)
        return Gather::TooLong;
    if (!host_.dma_read(address, std::span(frame_).subspan(length_, bytes)))
        return Gather::Unreadable;
    length_ += bytes;
    return Gather::Continue;
}

/// NC: nothing is added, the frame's last four bytes are its FCS. The host's wire has none, so it is checked
/// here and taken off.
void Transmitter::dispatch_with_fcs() {
    if (length_ <= sizeof(Fcs)) {
        drop(NotSent::BadFcs);
        return;
    }
    const auto bytes = std::span<const uint8_t>(frame_).first(length_);
    dispatch(bytes.first(length_ - sizeof(Fcs)), bytes.last(sizeof(Fcs)));
}

void Transmitter::dispatch_completed() {
    if (length_ == 0) {
        host_.guest_error("frame without data", 0);
        drop(NotSent::Empty);
        return;
    }
    if (!configuration_.is_set(config::no_source_insertion) && length_ >= addresses_bytes)
        std::ranges::copy(filter_.individual(), frame_.begin() + sizeof(MacAddress));
    if (configuration_.is_set(config::padding) && length_ < min_frame_bytes) {
        std::fill(frame_.begin() + static_cast<std::ptrdiff_t>(length_), frame_.begin() + min_frame_bytes,
                  variant_.pad_byte);
        length_ = min_frame_bytes;
    }
    dispatch(std::span<const uint8_t>(frame_).first(length_), {});
}

/// Loopback needs no link; a frame that nobody can hear still completes its block, so that no driver's
/// transmit watchdog bites.
void Transmitter::dispatch(std::span<const uint8_t> frame, std::span<const uint8_t> fcs) {
    if (!configuration_.configured() || configuration_.is_set(config::csma_disable)) {
        drop(NotSent::NotConfigured);
        return;
    }
    const bool looped = configuration_.loops_back() || phy_.loops_back();
    if (!looped && !phy_.link_up()) {
        drop(NotSent::NoLink);
        return;
    }
    statistics_.count(Counter::TxGoodFrames);
    occupy_wire(frame.size());
    if (looped)
        receive_unit_.receive_looped(frame, fcs);
    else if (!fcs.empty() && !std::ranges::equal(fcs, frame_check_sequence(frame)))
        drop(NotSent::BadFcs);
    else
        send(frame);
}

void Transmitter::send(std::span<const uint8_t> frame) {
    host_.trace(TraceEvent::TxWire, static_cast<uint32_t>(frame.size()), 0);
    const std::span<const uint8_t> parts[] = {frame};
    host_.send(parts);
}

void Transmitter::occupy_wire(std::size_t bytes) {
    if (wire_mbps_ != 0)
        wire_ns_ += frame_bits(bytes, configuration_) * 1000 / wire_mbps_;
}

void Transmitter::drop(NotSent reason) {
    host_.trace(TraceEvent::TxDrop, static_cast<uint32_t>(length_), static_cast<uint32_t>(reason));
}

} // namespace i8255x
