// SPDX-License-Identifier: GPL-2.0-or-later
// Host instructions for a frame inside the device, without a guest. Each machine runs in valgrind's
// callgrind, once with some batches of frames and once with more: the difference is what those frames cost.
//
// Of a frame that is received only what happens while its tester sends it is counted, so that these figures
// are exact; what tester, hub and QEMU's network layer have of it is known from the same machine with another
// tester in each card's place, of which nothing is counted. A frame to transmit leaves from a place that each
// card has elsewhere, so all of QEMU is counted there, less what the same machine without cards executes:
// the network layer is included, and what QEMU's main loop executes meanwhile is noise. Of e100 the place is
// known: its own growth is counted there alone, and exactly. Of a register write what happens below QEMU's
// dispatch of it is counted, exactly as well.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/temp_dir.h"

namespace bench {

enum class Direction { Receive, Transmit, RegisterWrite };

struct Case {
    Direction direction;
    std::size_t bytes; ///< of a frame
    unsigned descriptors =
        256;            ///< of a ring or list; i82559er sends 16, which is all that it executes at once
    unsigned cards = 1; ///< of the same kind, each on a wire of its own
    bool command_unit_only = false; ///< of frames that e100 transmits; not for other models
    std::string name() const;
};

/// While it lives, every QEMU of this program runs in callgrind.
class Callgrind {
  public:
    Callgrind();
    ~Callgrind();
    /// What a card of that model executes for a frame, or a write; `batches` to transmit: more are more
    /// exact. Throws harness::Failure if a card did not do what it should.
    double instructions_per_frame(const std::string& model, const Case& what, unsigned batches);
    /// What happens to a received frame on its way from the tester to any card.
    double instructions_on_the_way(const Case& what);

  private:
    struct Total {
        uint64_t instructions;
        unsigned frames_a_batch; ///< of all cards
    };
    struct PerBatch {
        double instructions;
        unsigned frames;
    };
    void write_wrapper(const std::string& name, const std::string& options);
    std::string wrapper(const Case& what) const;
    Total total(const std::string& model, const Case& what, unsigned batches);
    PerBatch per_batch(const std::string& model, Case what, unsigned batches);

    harness::TempDir directory_;
    std::map<std::string, PerBatch> known_;
    const std::string qemu_;
};

/// CPU time of a QEMU outside callgrind for a frame in a card of each model, in ns, by model and turn; what
/// the same machine without the card takes just before is not in it. Not for register writes, of which qtest
/// takes nearly all. Throws harness::Failure as above.
std::vector<std::vector<double>> cpu_ns_per_frame(const std::vector<std::string>& models, const Case& what,
                                                  unsigned turns, unsigned batches);

} // namespace bench
