// SPDX-License-Identifier: GPL-2.0-or-later
// Just enough of a driver for each kind of card, through qtest: rings that are filled and emptied a batch at
// a time, interrupts off.
#pragma once

#include <memory>
#include <string>

#include "harness/e100_harness.h"

namespace bench {

class QtestCard {
  public:
    static constexpr unsigned batch = 256; ///< frames

    virtual ~QtestCard() = default;
    virtual bool absent() const { return false; }
    /// Gives the card room for one batch, or more.
    virtual void start_receiving() = 0;
    /// The same again, when it has received one.
    virtual void refill() = 0;
    /// Frames, up to now.
    virtual uint64_t received() = 0;
    virtual unsigned transmit_batch() const { return batch; } ///< frames
    /// Places a batch of frames of that size.
    virtual void prepare_transmit(std::size_t bytes) = 0;
    /// Tells the card to send them (once more).
    virtual void transmit() = 0;
    /// As drivers do at each interrupt: masks it, or with virtio tells a queue that is empty.
    virtual void write_register() = 0;
};

/// `model`: e100 or i82559er, e1000, virtio-net-pci, or "": no card, but as many accesses from outside.
/// Number `index` of the machine's cards; more than one, and other rings than of a batch: e100 and i82559er
/// only.
std::unique_ptr<QtestCard> make_card(const std::string& model, harness::E100Harness& machine, unsigned index,
                                     unsigned descriptors);
/// For its `-device`.
std::string properties_of(const std::string& model, unsigned index);

} // namespace bench
