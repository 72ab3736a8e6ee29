// SPDX-License-Identifier: GPL-2.0-or-later
#include "timeline/follow.h"

#include <algorithm>

namespace timeline {

PacketNumber Follower::begin(std::string label) {
    picture_.packets.push_back({std::move(label), {}});
    return picture_.packets.size() - 1;
}

void Follower::stop(PacketNumber packet, unsigned row, int64_t time_ns, std::string what) {
    picture_.packets[packet].stops.push_back({row, time_ns, std::move(what)});
}

void Follower::give_memory(unsigned card, uint32_t bus_address, PacketNumber packet) {
    memory_[bus_address] = {card, packet};
}

std::size_t Follower::in_memory(unsigned card) const {
    return static_cast<std::size_t>(std::count_if(
        memory_.begin(), memory_.end(), [&](const auto& given) { return given.second.card == card; }));
}

void Follower::forget_memory(unsigned card) {
    std::erase_if(memory_, [&](const auto& given) { return given.second.card == card; });
}

std::optional<Follower::FromMemory> Follower::take_memory(uint32_t bus_address) {
    const auto found = memory_.find(bus_address);
    if (found == memory_.end())
        return std::nullopt;
    const FromMemory taken = found->second;
    memory_.erase(found);
    return taken;
}

void Follower::give_queue(Queue queue, uint32_t number, PacketNumber packet) {
    queues_[{queue, number}].push_back(packet);
}

std::optional<PacketNumber> Follower::take_queue(Queue queue, uint32_t number) {
    const auto found = queues_.find({queue, number});
    if (found == queues_.end() || found->second.empty())
        return std::nullopt;
    const PacketNumber packet = found->second.front();
    found->second.pop_front();
    return packet;
}

} // namespace timeline
