// SPDX-License-Identifier: GPL-2.0-or-later
// Statistical counters and their dump into guest memory (SDM 6.3.2.4).
#include "statistics.h"

#include <cstddef>
#include <span>

#include "dma.h"
#include "i8255x/little_endian.h"

namespace i8255x {
namespace {

/// The dump area with the most counters, as table 17 draws it.
struct DumpArea {
    Le32 counters[static_cast<std::size_t>(Counter::TxTcoFrames)];
    Le16 tx_tco_frames;
    Le16 rx_tco_frames;
};
static_assert(sizeof(DumpArea) == static_cast<std::size_t>(StatisticsFormat::Tco));

} // namespace

void Statistics::load_dump_address(uint32_t address) {
    state_.dump_address = address;
    state_.dump_address_loaded = true;
}

void Statistics::dump(StatisticsFormat format, bool then_reset) {
    if (!state_.dump_address_loaded) {
        host_.guest_error("counters dumped before their address was loaded", 0);
        return;
    }
    DumpArea area;
    for (std::size_t i = 0; i < std::size(area.counters); i++)
        area.counters[i] = state_.counters[i];
    area.tx_tco_frames = static_cast<uint16_t>((*this)[Counter::TxTcoFrames]);
    area.rx_tco_frames = static_cast<uint16_t>((*this)[Counter::RxTcoFrames]);

    const auto bytes = static_cast<uint32_t>(format);
    const auto image = std::span(reinterpret_cast<const uint8_t*>(&area), sizeof(area)).first(bytes);
    if (!host_.dma_write(state_.dump_address, image)) {
        host_.guest_error("counter dump area not writable", state_.dump_address);
        return;
    }
    host_.write_barrier();
    const Le32 completion = then_reset ? dump_and_reset_complete : dump_complete;
    if (!dma_write_object(host_, state_.dump_address + bytes, completion)) {
        host_.guest_error("counter dump completion not writable", state_.dump_address + bytes);
        return;
    }
    if (then_reset)
        state_.counters = {};
}

} // namespace i8255x
