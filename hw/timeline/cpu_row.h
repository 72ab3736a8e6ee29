// SPDX-License-Identifier: GPL-2.0-or-later
// One CPU of the guest: thread, interrupt, softirq, poll and packet within each other.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "timeline/follow.h"
#include "timeline/lane.h"

namespace timeline {

/// Memory that a socket's queue holds. Records tell it after each packet that goes in.
class SocketMemory {
  public:
    void grow_to(uint32_t bytes) {
        packets_.push_back(bytes > bytes_ ? bytes - bytes_ : 0);
        bytes_ = bytes;
    }
    uint32_t shrink() {
        if (packets_.empty())
            return bytes_;
        bytes_ -= std::min(bytes_, packets_.front());
        packets_.pop_front();
        return bytes_;
    }

  private:
    std::deque<uint32_t> packets_;
    uint32_t bytes_ = 0;
};

/// What all CPUs share.
struct Guest {
    Picture& picture;
    Follower& follower;
    const Recording& recording;
    std::map<uint32_t, SocketMemory> sockets; ///< by port
    uint64_t drops = 0;

    void count(const std::string& counter, const Event& event, uint64_t value) {
        picture.samples.push_back({0, counter, event.time_ns, value});
    }
};

class CpuRow {
  public:
    CpuRow(Guest& guest, unsigned cpu);
    void take(const Event& event);
    void end(int64_t time_ns) { lane_.close_all(time_ns); }

  private:
    using Handler = void (CpuRow::*)(const Event&);
    Handler handler_of(const std::string& name) const;

    void irq_begins(const Event& event);
    void irq_ends(const Event& event);
    void softirq_begins(const Event& event);
    void softirq_ends(const Event& event);
    void poll_begins(const Event& event);
    void poll_ends(const Event& event);
    void thread_changes(const Event& event);
    void descriptor(const Event& event);
    void unmapped(const Event& event);
    void steered(const Event& event);
    void delivered(const Event& event);
    void layer(const Event& event);
    void queued(const Event& event);
    void read(const Event& event);
    void dropped(const Event& event);
    void after_packet(const Event& event);
    void card_masked(const Event& event);
    void other(const Event& event);

    /// What an interrupt does on top of a packet is not the packet's.
    bool of_packet(const Event& event) const { return packet_ && event.context != Context::Hardirq; }
    void begin_packet(PacketNumber packet, const Event& event);
    void end_packet(const Event& event);
    void step(const Event& event, const std::string& what);
    void end_level(Level level, const Event& event);
    void take_from_backlog(const Event& event);
    std::string label_of(const Event& event) const;
    std::string called(const char* meaning, uint32_t value, const char* otherwise) const;
    const std::string& name_of(const Event& event) const { return guest_.recording.kinds[event.kind].name; }
    Details details(const Event& event) const { return details_of(guest_.recording, event); }

    Guest& guest_;
    unsigned cpu_;
    Lane lane_;
    std::optional<PacketNumber> packet_;      ///< in whose processing this CPU is
    bool delivered_ = false;                  ///< to a protocol
    bool descriptor_seen_ = false;            ///< the next unmap is a packet's
    std::optional<std::size_t> first_thread_; ///< slice of the thread whose name is not known yet
};

} // namespace timeline
