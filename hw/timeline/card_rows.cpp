// SPDX-License-Identifier: GPL-2.0-or-later
// The card's steps (hw/chip/trace_event.h) as slices of its units.
#include "timeline/card_rows.h"

#include <array>
#include <cstdio>

namespace timeline {

namespace {

std::string hexadecimal(uint32_t value) {
    char text[16];
    std::snprintf(text, sizeof text, "0x%x", value);
    return text;
}

/// SDM table 18: RUS.
const char* receive_state_name(uint32_t state) {
    switch (state) {
    case 0:
        return "idle";
    case 1:
        return "suspended";
    case 2:
        return "no resources";
    case 4:
        return "ready";
    case 9:
        return "suspended, no RBDs";
    case 10:
        return "no resources, no RBDs";
    case 12:
        return "ready, no RBDs";
    default:
        return "unknown state";
    }
}

/// SDM table 18: CUS.
const char* command_state_name(uint32_t state) {
    static constexpr std::array names = {"idle", "suspended", "active", "high-priority queue active"};
    return state < names.size() ? names[state] : "unknown state";
}

const char* command_name(uint32_t command_word) {
    static constexpr std::array names = {"nop",      "address setup",  "configure", "multicast setup",
                                         "transmit", "load microcode", "dump",      "diagnose"};
    return names[command_word % names.size()];
}

/// STAT byte of the SCB.
std::string causes(uint32_t stat) {
    static constexpr std::array names = {"FCP", "ER", "SWI", "MDI", "RNR", "CNA", "FR", "CX"};
    std::string text;
    for (unsigned bit = names.size(); bit-- > 0;)
        if (stat >> bit & 1)
            text += (text.empty() ? "" : " ") + std::string(names[bit]);
    return text.empty() ? "nothing" : text;
}

std::string bytes(uint32_t count) { return std::to_string(count) + " bytes"; }

} // namespace

CardRows::CardRows(Picture& picture, Follower& follower, const Recording& recording, unsigned card)
    : picture_(picture), follower_(follower), recording_(recording), group_(card + 1),
      wire_(picture, new_row("wire")), receive_unit_(picture, new_row("receive unit")),
      command_unit_(picture, new_row("command unit")), pin_(picture, new_row("interrupt pin")),
      registers_(picture, new_row("registers, other")) {
    picture.groups.push_back("card " + recording.cards[card]);
}

unsigned CardRows::new_row(const char* name) {
    picture_.rows.push_back({group_, name});
    return static_cast<unsigned>(picture_.rows.size() - 1);
}

CardRows::Handler CardRows::handler_of(const std::string& name) {
    static const std::map<std::string, Handler> handlers = {
        {"nic.rx_wire", &CardRows::frame_came},       {"nic.rx_fifo", &CardRows::frame_waits},
        {"nic.rx_filtered", &CardRows::frame_ended},  {"nic.rx_drop", &CardRows::frame_ended},
        {"nic.rx_held_back", &CardRows::frame_ended}, {"nic.rfd_complete", &CardRows::frame_stored},
        {"nic.tx_wire", &CardRows::frame_sent},       {"nic.ru_state", &CardRows::receive_state},
        {"nic.cu_state", &CardRows::command_state},   {"nic.cb_start", &CardRows::block_begins},
        {"nic.cb_complete", &CardRows::block_ends},   {"nic.stat", &CardRows::cause},
        {"nic.stat_ack", &CardRows::cause},           {"nic.irq_assert", &CardRows::asserted},
        {"nic.irq_deassert", &CardRows::deasserted},  {"nic.reset", &CardRows::reset},
    };
    const auto found = handlers.find(name);
    return found == handlers.end() ? &CardRows::other : found->second;
}

void CardRows::take(const Event& event) { (this->*handler_of(recording_.kinds[event.kind].name))(event); }

void CardRows::end(int64_t time_ns) {
    for (Lane* lane : {&wire_, &receive_unit_, &command_unit_, &pin_, &registers_})
        lane->close_all(time_ns);
}

std::string CardRows::name_of(const Event& event) const {
    const std::string& name = recording_.kinds[event.kind].name;
    return name.starts_with("nic.") ? name.substr(4) : name;
}

void CardRows::count(const char* counter, const Event& event, uint64_t value) {
    picture_.samples.push_back({group_, counter, event.time_ns, value});
}

void CardRows::frame_came(const Event& event) {
    const PacketNumber packet = follower_.begin(bytes(event.a));
    const int64_t begin = wire_.add(event.time_ns, event.time_ns, "in: " + bytes(event.a), details(event));
    follower_.stop(packet, wire_.row(), begin, "on the wire");
    arriving_ = {packet, event.time_ns};
}

void CardRows::frame_waits(const Event& event) {
    if (arriving_)
        fifo_.push_back(*arriving_);
    arriving_.reset();
    count("FIFO bytes", event, event.b);
    other(event);
}

/// Filtered, dropped, or given back to QEMU.
void CardRows::frame_ended(const Event& event) {
    if (!arriving_ && !fifo_.empty())
        fifo_.pop_front();
    arriving_.reset();
    receive_unit_.instant(event.time_ns, name_of(event), details(event));
}

/// What waits in the FIFO goes before what has just come.
void CardRows::frame_stored(const Event& event) {
    std::optional<Frame> frame = arriving_;
    int64_t begin = frame ? frame->came_ns : event.time_ns;
    if (!fifo_.empty()) {
        frame = fifo_.front();
        begin = event.time_ns;
        fifo_.pop_front();
        if (fifo_.empty())
            count("FIFO bytes", event, 0);
    } else {
        arriving_.reset();
    }
    begin = receive_unit_.add(begin, event.time_ns, "RFD " + hexadecimal(event.a), details(event));
    if (!frame)
        return;
    follower_.stop(frame->packet, receive_unit_.row(), begin, "DMA into the ring");
    follower_.give_memory(group_, event.a, frame->packet);
    count("frames in the ring", event, follower_.in_memory(group_));
}

void CardRows::frame_sent(const Event& event) {
    wire_.add(event.time_ns, event.time_ns, "out: " + bytes(event.a), details(event));
}

void CardRows::state(Lane& lane, const char* name, const Event& event) {
    lane.close(Level::Base, event.time_ns);
    lane.open(Level::Base, event.time_ns, name, details(event));
}

void CardRows::receive_state(const Event& event) { state(receive_unit_, receive_state_name(event.b), event); }

void CardRows::command_state(const Event& event) { state(command_unit_, command_state_name(event.b), event); }

void CardRows::block_begins(const Event& event) { blocks_[event.a] = {event.time_ns, event.b}; }

void CardRows::block_ends(const Event& event) {
    const auto found = blocks_.find(event.a);
    if (found == blocks_.end())
        return command_unit_.instant(event.time_ns, name_of(event), details(event));
    const Block block = found->second;
    blocks_.erase(found);
    command_unit_.add(block.begin_ns, event.time_ns, command_name(block.command), details(event));
}

void CardRows::cause(const Event& event) {
    const bool set = name_of(event) == "stat";
    pin_.instant(event.time_ns, (set ? "set " : "acknowledged ") + causes(event.a), details(event));
}

void CardRows::asserted(const Event& event) {
    pin_.close(Level::Base, event.time_ns);
    pin_.open(Level::Base, event.time_ns, "asserted: " + causes(event.a), details(event));
    count("interrupt pin", event, 1);
}

void CardRows::deasserted(const Event& event) {
    pin_.close(Level::Base, event.time_ns);
    count("interrupt pin", event, 0);
}

void CardRows::reset(const Event& event) {
    arriving_.reset();
    fifo_.clear();
    blocks_.clear();
    follower_.forget_memory(group_);
    other(event);
}

void CardRows::other(const Event& event) {
    registers_.instant(event.time_ns, name_of(event), details(event));
}

} // namespace timeline
