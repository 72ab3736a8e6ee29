// SPDX-License-Identifier: GPL-2.0-or-later
// One card: a row for each of its units.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "timeline/follow.h"
#include "timeline/lane.h"

namespace timeline {

class CardRows {
  public:
    /// The card becomes a group of the picture.
    CardRows(Picture& picture, Follower& follower, const Recording& recording, unsigned card);
    /// What is not known here is an instant of the registers' row.
    void take(const Event& event);
    void end(int64_t time_ns);

  private:
    using Handler = void (CardRows::*)(const Event&);
    static Handler handler_of(const std::string& name);

    void frame_came(const Event& event);
    void frame_waits(const Event& event);
    void frame_ended(const Event& event);
    void frame_stored(const Event& event);
    void frame_sent(const Event& event);
    void receive_state(const Event& event);
    void command_state(const Event& event);
    void block_begins(const Event& event);
    void block_ends(const Event& event);
    void cause(const Event& event);
    void asserted(const Event& event);
    void deasserted(const Event& event);
    void reset(const Event& event);
    void other(const Event& event);

    void state(Lane& lane, const char* name, const Event& event);
    void count(const char* counter, const Event& event, uint64_t value);
    std::string name_of(const Event& event) const; ///< without the "nic." in front
    Details details(const Event& event) const { return details_of(recording_, event); }
    unsigned new_row(const char* name);

    Picture& picture_;
    Follower& follower_;
    const Recording& recording_;
    unsigned group_;
    Lane wire_, receive_unit_, command_unit_, pin_, registers_;

    struct Frame {
        PacketNumber packet;
        int64_t came_ns;
    };
    std::optional<Frame> arriving_; ///< its fate is not known yet
    std::deque<Frame> fifo_;
    struct Block {
        int64_t begin_ns;
        uint32_t command;
    };
    std::map<uint32_t, Block> blocks_; ///< begun, by address
};

} // namespace timeline
