// SPDX-License-Identifier: GPL-2.0-or-later
// Debian's Linux with one network card, whose wire leads to an e100-traffic: loads in both directions, and
// what they cost.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "guest_profile.h"
#include "harness/temp_dir.h"
#include "linux/linux_guest.h"

namespace bench {

/// A card as somebody would put it on QEMU's command line.
struct Model {
    std::string name;           ///< of the table
    std::string device;         ///< of QEMU
    std::string microcode = {}; ///< file that its driver finds as e100/d101m_ucode.bin; empty: none
    bool exact_clock = false;   ///< an instruction of the guest takes a nanosecond of the machine's time
};

/// With the microcode that E100_MICROCODE names.
Model e100_with_bundling();
/// e100, e100 with bundling, and the cards that somebody would take instead, i82559er first.
std::vector<Model> all_models();

inline constexpr unsigned overload = 200'000; ///< frames a second that no guest here takes

struct Cost {
    double packets_per_second = 0; ///< that went through the driver
    double cpu_us = 0;             ///< of the whole QEMU, per such packet
    double card_cpu_us = 0;        ///< that without what the load costs by itself, if it was measured
    double interrupts = 0;         ///< of the card, per such packet
    double lost = 0;               ///< part of the load that did not go through
    double seconds = 0;            ///< that the load took
    double accesses = 0;           ///< to the card's registers, per such packet, if they were counted
};

class LinuxCard {
  public:
    explicit LinuxCard(const Model& model);

    const Model& model() const { return model_; }
    /// `count` UDP frames of `bytes` (without FCS) arrive, `rate` in each second. They are for another host,
    /// so Linux's IP layer drops them.
    Cost receive(unsigned bytes, unsigned rate, unsigned count);
    /// What such a load costs by itself, in µs of QEMU's CPU time per frame: its frames are for another
    /// station, so the card hears and leaves them, and the guest sleeps.
    double cpu_us_of_load(unsigned bytes, unsigned rate, unsigned count);
    /// Time of the machine that the guest is busy with each packet, in ns: what it does not sleep. Of a rate
    /// that it takes without loss; throws harness::Failure if there is one.
    double busy_ns(unsigned bytes, unsigned rate, unsigned count);
    /// Where the guest is while such frames arrive.
    GuestProfile profile(unsigned bytes, unsigned rate, unsigned looks);
    /// How often the card received nothing any more, until its interface was closed and opened.
    unsigned times_stuck() const { return times_stuck_; }
    /// Linux's packet generator sends `count` frames; `rate` 0: as fast as it can. Throws harness::Failure if
    /// one of them is missing on the wire.
    Cost transmit(unsigned bytes, unsigned rate, unsigned count);
    /// The same as receive(), while QEMU's trace counts accesses to the card's registers, which takes time.
    Cost receive_and_count_accesses(unsigned bytes, unsigned rate, unsigned count);

  private:
    linux_test::LinuxGuest boot();
    void trace_accesses(bool on);
    uint64_t traced_accesses() const;
    void install_microcode();
    void open();
    Cost receive_once(unsigned bytes, unsigned rate, unsigned count);
    void start_load(unsigned bytes, unsigned rate, unsigned count);
    void run_load(unsigned bytes, unsigned rate, unsigned count);
    std::string tester(const std::string& command, const std::string& property,
                       const std::string& value = "");
    uint64_t tester_counter(const std::string& name);
    void generate(const std::string& file, const std::string& line);
    uint64_t received();
    uint64_t interrupts();
    double busy_seconds();

    Model model_;
    harness::TempDir directory_;
    linux_test::LinuxGuest guest_;
    unsigned times_stuck_ = 0;
};

} // namespace bench
