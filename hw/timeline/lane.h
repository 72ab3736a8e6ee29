// SPDX-License-Identifier: GPL-2.0-or-later
// The slices of one row while they are made: the open ones are a stack, so whatever the recording says they
// nest.
#pragma once

#include <algorithm>
#include <optional>

#include "timeline/picture.h"

namespace timeline {

/// What a slice is; closing a level closes what is open above it.
enum class Level : uint8_t { Base, Hardirq, Softirq, Poll, Packet, Step };

class Lane {
  public:
    Lane(Picture& picture, unsigned row) : picture_(picture), row_(row) {}

    /// Returns the time at which it begins: later than asked for if the one before ends then. A step of a
    /// card takes no time on the virtual clock of -icount, but one of the picture takes 1 ns.
    int64_t open(Level level, int64_t time_ns, std::string name, Details details = {}) {
        free_from_ = std::max(free_from_, time_ns);
        picture_.slices.push_back({row_, free_from_, free_from_ + 1, std::move(name), std::move(details)});
        stack_.push_back({level, picture_.slices.size() - 1});
        return free_from_;
    }
    /// The innermost open slice of that level, with what is open within it. False if there is none.
    bool close(Level level, int64_t time_ns, const Details& more = {}) {
        const auto found = std::find_if(stack_.rbegin(), stack_.rend(),
                                        [&](const Open& open) { return open.level == level; });
        if (found == stack_.rend())
            return false;
        Details& details = picture_.slices[found->slice].details;
        details.insert(details.end(), more.begin(), more.end());
        for (auto count = found - stack_.rbegin() + 1; count > 0; count--)
            close_top(time_ns);
        return true;
    }
    void close_all(int64_t time_ns) {
        while (!stack_.empty())
            close_top(time_ns);
    }
    /// One that is over already; returns its begin.
    int64_t add(int64_t begin_ns, int64_t end_ns, std::string name, Details details = {}) {
        const int64_t begin = open(Level::Step, begin_ns, std::move(name), std::move(details));
        close_top(end_ns);
        return begin;
    }
    void instant(int64_t time_ns, std::string name, Details details = {}) {
        picture_.instants.push_back({row_, time_ns, std::move(name), std::move(details)});
    }
    bool empty() const { return stack_.empty(); }
    bool has(Level level) const {
        return std::any_of(stack_.begin(), stack_.end(),
                           [&](const Open& open) { return open.level == level; });
    }
    unsigned row() const { return row_; }

  private:
    struct Open {
        Level level;
        std::size_t slice; ///< index in the picture
    };

    void close_top(int64_t time_ns) {
        Slice& slice = picture_.slices[stack_.back().slice];
        slice.end_ns = std::max({time_ns, slice.begin_ns + 1, free_from_});
        free_from_ = slice.end_ns;
        stack_.pop_back();
    }

    Picture& picture_;
    unsigned row_;
    std::vector<Open> stack_;
    int64_t free_from_ = 0; ///< where the next slice may begin
};

} // namespace timeline
