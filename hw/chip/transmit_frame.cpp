// SPDX-License-Identifier: GPL-2.0-or-later
// Gathering a frame (SDM 6.4.2.5, appendix B).
#include "transmit_frame.h"

#include <bit>

#include "dma.h"

namespace i8255x {
namespace {

/// A dynamic list ends with its EL bit; a list longer than any frame needs counts as endless.
constexpr unsigned max_dynamic_tbds = 256;

std::size_t size_of(const TransmitBufferDescriptor& tbd) { return tbd.size & tbd_size_mask; }

bool is_ipcb(const TransmitCb& block) { return opcode_of(block.header.command) == Opcode::Ipcb; }

bool is_large_send(const ExtendedTransmitCb& block) {
    return is_ipcb(block.standard) && (std::bit_cast<Ipcb>(block).checksums & ipcb::large_send) != 0;
}

} // namespace

struct TransmitFrame::TbdList {
    std::span<const TransmitBufferDescriptor> inline_tbds;
    bool has_array;
    uint32_t array; ///< of the TBDs behind the inline ones
    unsigned count; ///< inline ones included
    bool dynamic;
    uint32_t end_bits; ///< of a TBD's size: it is the last
};

TransmitFrame::Gathered TransmitFrame::gather(const ExtendedTransmitCb& block, uint32_t address,
                                              uint32_t cu_base) {
    length_ = 0;
    limit_ = is_large_send(block) ? max_large_send_bytes : max_transmit_bytes;
    switch (gather_block(block, address, cu_base)) {
    case Step::NotReady:
        return Gathered::NotReady;
    case Step::TooLong:
        return Gathered::TooLong;
    case Step::Unreadable:
        return Gathered::Unreadable;
    case Step::Continue:
    case Step::End:
        break;
    }
    return Gathered::Whole;
}

TransmitFrame::Step TransmitFrame::gather_block(const ExtendedTransmitCb& block, uint32_t address,
                                                uint32_t cu_base) {
    const TransmitCb& tcb = block.standard;
    const bool extended = configuration_.extended_tcb();
    const uint32_t header_bytes = extended ? sizeof(ExtendedTransmitCb) : sizeof(TransmitCb);
    const Step immediate = append(address + header_bytes, tcb.byte_count & tcb_count_mask);
    const bool flexible = extended || (tcb.header.command & cb_command::flexible) != 0;
    return immediate == Step::Continue && flexible ? gather_list(list_of(block, cu_base)) : immediate;
}

/// The block of a large send has no room for the number of its TBDs: its list is a dynamic one.
TransmitFrame::TbdList TransmitFrame::list_of(const ExtendedTransmitCb& block, uint32_t cu_base) const {
    const TransmitCb& tcb = block.standard;
    TbdList list{};
    if (is_ipcb(tcb))
        list.inline_tbds = std::span(block.inline_tbds).last(1); // where an IPCB has its only one
    else if (configuration_.extended_tcb())
        list.inline_tbds = block.inline_tbds;
    list.end_bits = is_ipcb(tcb) ? tbd_end_of_list : tbd_end_of_list | tbd_end_of_list_sdm;
    list.has_array = tcb.tbd_array != no_tbd_array;
    list.array = cu_base + tcb.tbd_array;
    list.dynamic = is_large_send(block) ||
                   (tcb.tbd_number == tbd_number_dynamic && configuration_.is_set(config::dynamic_tbd));
    list.count = list.dynamic ? max_dynamic_tbds : tcb.tbd_number;
    return list;
}

TransmitFrame::Step TransmitFrame::gather_list(const TbdList& list) {
    Step result = Step::Continue;
    for (std::size_t i = 0; i < list.count && result == Step::Continue; i++) {
        TransmitBufferDescriptor tbd;
        if (i < list.inline_tbds.size()) {
            tbd = list.inline_tbds[i];
        } else if (!list.has_array) {
            return Step::End;
        } else {
            const auto offset = static_cast<uint32_t>((i - list.inline_tbds.size()) * sizeof(tbd));
            if (!dma_read_object(host_, list.array + offset, tbd))
                return Step::Unreadable;
        }
        result = gather_buffer(tbd, list);
    }
    return list.dynamic && result == Step::Continue ? Step::TooLong : result;
}

TransmitFrame::Step TransmitFrame::gather_buffer(const TransmitBufferDescriptor& tbd, const TbdList& list) {
    const bool end = (tbd.size & list.end_bits) != 0;
    const bool closes_only = end && size_of(tbd) == 0;
    if (list.dynamic && tbd.address == 0 && !closes_only)
        return Step::NotReady;
    const Step result = append(tbd.address, size_of(tbd));
    return result == Step::Continue && end ? Step::End : result;
}

TransmitFrame::Step TransmitFrame::append(uint32_t address, std::size_t bytes) {
    if (bytes == 0)
        return Step::Continue;
    if (bytes > limit_ - length_)
        return Step::TooLong;
    if (!host_.dma_read(address, std::span(buffer_).subspan(vlan_tag_bytes + length_, bytes)))
        return Step::Unreadable;
    length_ += bytes;
    return Step::Continue;
}

} // namespace i8255x
