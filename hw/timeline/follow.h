// SPDX-License-Identifier: GPL-2.0-or-later
// Which packet it is, from the wire to the socket. Cards and CPUs tell what happens; nothing in the records
// names a packet, but each hand-over keeps an order or names an address.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "timeline/picture.h"

namespace timeline {

using PacketNumber = std::size_t; ///< index in Picture::packets

class Follower {
  public:
    explicit Follower(Picture& picture) : picture_(picture) {}

    PacketNumber begin(std::string label);
    void stop(PacketNumber packet, unsigned row, int64_t time_ns, std::string what);
    void label(PacketNumber packet, std::string label) { picture_.packets[packet].label = std::move(label); }
    void dropped(PacketNumber packet, const std::string& why) {
        picture_.packets[packet].label += ", dropped: " + why;
    }

    /// Hand-overs; a take of what was never given gives nothing.
    void give_memory(unsigned card, uint32_t bus_address, PacketNumber packet);
    struct FromMemory {
        unsigned card;
        PacketNumber packet;
    };
    std::optional<FromMemory> take_memory(uint32_t bus_address);
    enum class Queue : uint8_t { Backlog, Socket }; ///< by CPU, by port
    void give_queue(Queue queue, uint32_t number, PacketNumber packet);
    std::optional<PacketNumber> take_queue(Queue queue, uint32_t number);

    std::size_t in_memory(unsigned card) const; ///< what that card gave and nobody took
    void forget_memory(unsigned card);

  private:
    Picture& picture_;
    std::map<uint32_t, FromMemory> memory_;
    std::map<std::pair<Queue, uint32_t>, std::deque<PacketNumber>> queues_;
};

} // namespace timeline
