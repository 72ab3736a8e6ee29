// SPDX-License-Identifier: GPL-2.0-or-later
// Fetching the chip's counters.
#include "driver/statistics.h"

#include "arch/clock.h"
#include "arch/cpu.h"
#include "driver/shared_memory.h"

namespace e100 {
namespace {

using namespace i8255x;

constexpr unsigned complete_looks = 500; // a dump takes microseconds
constexpr uint32_t complete_look_us = 10;
constexpr std::array formats = {StatisticsFormat::Tco, StatisticsFormat::I82558, StatisticsFormat::I82557};

constexpr std::size_t completion_index(StatisticsFormat format) {
    return static_cast<std::size_t>(format) / sizeof(Le32);
}

} // namespace

/// The chip decides by its configuration, not by what it is, and not every model of it decides alike (QEMU's
/// keeps the form it had before the first configure command). All counters were 0 a moment ago, so whatever
/// place shows the completion code now is it.
bool Statistics::find_completion() {
    for (const StatisticsFormat format : formats)
        if (load((*area_)[completion_index(format)]) == dump_and_reset_complete) {
            completion_ = completion_index(format);
            return true;
        }
    return false;
}

Error Statistics::start(Scb& scb, DumpArea& area, uint32_t bus_address, StatisticsFormat expected) {
    kernel::BhSpinGuard guard(lock_);
    area_ = &area;
    completion_ = completion_index(expected);
    totals_ = {};
    if (const Error error = scb.command(CuCommand::LoadDumpCountersAddress, bus_address);
        error != Error::None)
        return error;
    for (Le32& word : area)
        store(word, 0);
    request(scb);
    const bool found = wait_complete() || find_completion();
    requested_ = false;
    return found ? Error::None : Error::NoStatistics;
}

void Statistics::stop() {
    kernel::BhSpinGuard guard(lock_);
    area_ = nullptr;
    requested_ = false;
}

bool Statistics::complete() const { return load((*area_)[completion_]) == dump_and_reset_complete; }

bool Statistics::wait_complete() const {
    for (unsigned look = 0; look < complete_looks; look++) {
        if (complete())
            return true;
        arch::busy_wait_us(complete_look_us);
    }
    return false;
}

void Statistics::request(Scb& scb) {
    store((*area_)[completion_], 0);
    arch::write_barrier();
    requested_ = scb.command(CuCommand::DumpAndResetCounters) == Error::None;
}

unsigned Statistics::available() const {
    if (completion_ == completion_index(StatisticsFormat::Tco))
        return counter_count;
    return static_cast<unsigned>(completion_);
}

/// The two TCO counters share a dword (SDM table 17).
uint32_t Statistics::dumped(Counter counter) const {
    const auto index = static_cast<std::size_t>(counter);
    if (index >= available())
        return 0;
    if (counter == Counter::RxTcoFrames)
        return load((*area_)[index - 1]) >> 16;
    const uint32_t word = load((*area_)[index]);
    return counter == Counter::TxTcoFrames ? word & 0xffff : word;
}

/// Which of Linux's names each counter belongs to.
void Statistics::collect(kernel::NetDeviceStats& stats) {
    arch::read_barrier();
    for (std::size_t i = 0; i < counter_count; i++)
        totals_[i] += dumped(static_cast<Counter>(i));
    stats.tx_aborted_errors += dumped(Counter::TxMaxCollisions);
    stats.tx_window_errors += dumped(Counter::TxLateCollisions);
    stats.tx_carrier_errors += dumped(Counter::TxLostCarrierSense);
    stats.tx_fifo_errors += dumped(Counter::TxUnderruns);
    stats.collisions += dumped(Counter::TxTotalCollisions);
    stats.tx_errors += dumped(Counter::TxMaxCollisions) + dumped(Counter::TxLostCarrierSense);
    stats.rx_length_errors += dumped(Counter::RxShortFrames);
    stats.rx_crc_errors += dumped(Counter::RxCrcErrors);
    stats.rx_frame_errors += dumped(Counter::RxAlignmentErrors);
    stats.rx_over_errors += dumped(Counter::RxOverruns);
    stats.rx_fifo_errors += dumped(Counter::RxOverruns);
    stats.rx_missed_errors += dumped(Counter::RxResourceErrors);
    stats.rx_errors += dumped(Counter::RxCrcErrors) + dumped(Counter::RxAlignmentErrors) +
                       dumped(Counter::RxShortFrames) + dumped(Counter::RxCollisionDetectErrors);
}

void Statistics::update(Scb& scb, kernel::NetDeviceStats& stats) {
    kernel::BhSpinGuard guard(lock_);
    if (!area_)
        return;
    if (requested_ && !complete())
        return; // the chip is late: the counters stay there until the next time
    if (requested_)
        collect(stats);
    request(scb);
}

void Statistics::fetch(Scb& scb, kernel::NetDeviceStats& stats) {
    update(scb, stats);
    kernel::BhSpinGuard guard(lock_);
    if (!area_ || !requested_ || !wait_complete())
        return;
    collect(stats);
    requested_ = false;
}

} // namespace e100
