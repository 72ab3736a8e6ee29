// SPDX-License-Identifier: GPL-2.0-or-later
// The whole 8255x behind its pins: registers, wire, link, reset lines, timers. No thread, no clock, no I/O of
// its own; after construction no allocation. Nothing the guest, the wire or a restored state says can make it
// assert or hang.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "host.h"
#include "phy_models.h"
#include "reset.h"
#include "state_record.h"
#include "variants.h"
#include "wake_up.h"

namespace i8255x {

struct ChipOptions {
    std::span<const uint16_t> eeprom; ///< 64 or 256 words; copied
    bool backpressure = false;     ///< hold frames back at the host rather than drop them when no RFD is left
    uint32_t wire_mbps = 0;        ///< sent frames take the time of a wire this fast; 0: none
    bool aux_power = false;        ///< what woke the machine outlives a hardware reset
    const PhyModel* phy = nullptr; ///< one for the variant's socket; nullptr: the variant's own
    int64_t negotiation_ns = 0;    ///< how long the PHY negotiates
};

/// What became of a frame offered by the wire.
enum class Receive : uint8_t {
    Taken,    ///< stored, held in the FIFO, filtered, or dropped and counted: the chip is done with it
    HeldBack, ///< `backpressure` only: offer it again after Host::receive_possible()
};

class Chip {
  public:
    Chip(Host& host, const Variant& variant, const ChipOptions& options);
    ~Chip();

    /// Any offset, width 1, 2 or 4; what lies outside the registers reads 0 and ignores writes. A read has no
    /// side effects.
    uint32_t csr_read(uint32_t offset, unsigned width) const;
    void csr_write(uint32_t offset, unsigned width, uint32_t value);

    /// One frame from the wire, without FCS. Frames shorter than 60 bytes are padded first: back ends deliver
    /// them so.
    Receive receive(std::span<const uint8_t> frame);
    bool can_receive() const; ///< false only with `backpressure`

    /// Runs a bounded slice of the command unit; asks the host again if more is left.
    void run_command_unit();
    void timer_fired(Timer timer);
    void link_changed(bool up);
    void reset(ResetKind kind);
    /// Below D0 the host must not call anything but receive(), link_changed(), reset() and the functions
    /// below. Leaving D3 resets the MAC as well, which is left to the caller.
    void set_power_state(PowerState state);
    PowerState power_state() const;
    /// Software cleared PMCSR bit 15.
    void acknowledge_pme();
    bool pme_status() const;

    std::span<const uint16_t> eeprom() const;

    void save(StateRecord& record) const;
    /// Leaves the chip unchanged unless `RestoreError::None`.
    RestoreError restore(const StateRecord& record);

  private:
    struct Units;
    class ReceiveWatch;
    std::unique_ptr<Units> units_;
};

} // namespace i8255x
