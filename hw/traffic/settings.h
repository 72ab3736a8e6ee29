// SPDX-License-Identifier: GPL-2.0-or-later
// What a run is made of, checked.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "arrivals.h"
#include "c_api.h"
#include "frame.h"

namespace traffic {

/// Sizes of frames, each as often as its weight says.
class SizeMixture {
  public:
    static constexpr std::size_t max_sizes = 16;
    static constexpr uint32_t max_weight = 1'000'000;

    /// False, and unchanged, if `text` is neither SIZE nor SIZExWEIGHT:SIZExWEIGHT:…
    bool parse(std::string_view text);
    std::size_t draw(Random& random) const;

  private:
    struct Part {
        uint16_t bytes;
        uint32_t weights_up_to; ///< sum of the weights up to here, with this one
    };
    bool add(std::string_view part);

    std::array<Part, max_sizes> parts_{{{min_frame_bytes, 1}}};
    std::size_t count_ = 1;
};

struct Settings {
    ArrivalProcess arrivals;
    SizeMixture sizes;
    Addresses addresses;
    uint64_t count = 0; ///< frames; 0: without end
    uint32_t wire_mbps = 0;
    int64_t delay_ns = 0;
    uint64_t seed = 0;
    uint32_t flows = 1, first_flow = 0;
};

/// nullptr on success, else what is wrong, as traffic_configure() says it.
const char* check(const traffic_options& options, Settings& into);

} // namespace traffic
