// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's records (guest-driver/kernel/trace.h) as slices. What is not known here is an instant, so new
// kinds of records need nothing.
#include "timeline/cpu_row.h"

namespace timeline {

using Queue = Follower::Queue;

namespace {

unsigned new_row(Picture& picture, unsigned cpu) {
    picture.rows.push_back({0, "CPU " + std::to_string(cpu)});
    return static_cast<unsigned>(picture.rows.size() - 1);
}

std::string socket_counter(uint32_t port) { return "socket " + std::to_string(port) + " bytes"; }

} // namespace

CpuRow::CpuRow(Guest& guest, unsigned cpu)
    : guest_(guest), cpu_(cpu), lane_(guest.picture, new_row(guest.picture, cpu)) {}

CpuRow::Handler CpuRow::handler_of(const std::string& name) const {
    static const std::map<std::string, Handler> handlers = {
        {"irq.entry", &CpuRow::irq_begins},
        {"irq.exit", &CpuRow::irq_ends},
        {"softirq.entry", &CpuRow::softirq_begins},
        {"softirq.exit", &CpuRow::softirq_ends},
        {"napi.poll.begin", &CpuRow::poll_begins},
        {"napi.poll", &CpuRow::poll_ends},
        {"sched.switch", &CpuRow::thread_changes},
        {"ring.rfd", &CpuRow::descriptor},
        {"dma.unmap", &CpuRow::unmapped},
        {"backlog.enqueue", &CpuRow::steered},
        {"net.receive", &CpuRow::layer},
        {"net.deliver", &CpuRow::delivered},
        {"sock.enqueue", &CpuRow::queued},
        {"app.recv", &CpuRow::read},
        {"drop", &CpuRow::dropped},
        {"ring.refill", &CpuRow::after_packet},
        {"ring.el_move", &CpuRow::after_packet},
        {"ring.tx_clean", &CpuRow::after_packet},
        {"ring.ru_start", &CpuRow::after_packet},
        {"napi.complete", &CpuRow::after_packet},
        {"drv.mask", &CpuRow::card_masked},
        {"drv.unmask", &CpuRow::card_masked},
    };
    const auto found = handlers.find(name);
    if (found != handlers.end())
        return found->second;
    return name.ends_with(".rcv") ? &CpuRow::layer : &CpuRow::other;
}

void CpuRow::take(const Event& event) {
    if (lane_.empty()) {
        first_thread_ = guest_.picture.slices.size();
        lane_.open(Level::Base, event.time_ns, "thread");
    }
    (this->*handler_of(name_of(event)))(event);
}

std::string CpuRow::called(const char* meaning, uint32_t value, const char* otherwise) const {
    const std::string& name = guest_.recording.name_of(meaning, value);
    return name.empty() ? otherwise + std::to_string(value) : name;
}

void CpuRow::other(const Event& event) { lane_.instant(event.time_ns, name_of(event), details(event)); }

/// The end of something that began before the recording did is an instant.
void CpuRow::end_level(Level level, const Event& event) {
    if (!lane_.close(level, event.time_ns, details(event)))
        other(event);
}

void CpuRow::irq_begins(const Event& event) {
    lane_.open(Level::Hardirq, event.time_ns, "irq " + std::to_string(event.a), details(event));
}
void CpuRow::irq_ends(const Event& event) { end_level(Level::Hardirq, event); }

void CpuRow::softirq_begins(const Event& event) {
    lane_.open(Level::Softirq, event.time_ns, "softirq " + called("vector", event.a, ""), details(event));
}
void CpuRow::softirq_ends(const Event& event) {
    end_packet(event);
    end_level(Level::Softirq, event);
}

void CpuRow::poll_begins(const Event& event) {
    lane_.open(Level::Poll, event.time_ns, "poll", details(event));
}
void CpuRow::poll_ends(const Event& event) {
    end_packet(event);
    end_level(Level::Poll, event);
}

void CpuRow::thread_changes(const Event& event) {
    if (first_thread_)
        guest_.picture.slices[*first_thread_].name = called("thread", event.b, "thread ");
    first_thread_.reset();
    packet_.reset();
    lane_.close_all(event.time_ns);
    lane_.open(Level::Base, event.time_ns, called("thread", event.a, "thread "));
}

// --- A packet

void CpuRow::begin_packet(PacketNumber packet, const Event& event) {
    end_packet(event);
    packet_ = packet;
    delivered_ = false;
    const int64_t begin =
        lane_.open(Level::Packet, event.time_ns, "packet " + std::to_string(packet + 1), details(event));
    guest_.follower.stop(packet, lane_.row(), begin, name_of(event));
}

void CpuRow::end_packet(const Event& event) {
    packet_.reset();
    lane_.close(Level::Packet, event.time_ns);
}

void CpuRow::step(const Event& event, const std::string& what) {
    const int64_t begin = lane_.open(Level::Step, event.time_ns, what, details(event));
    guest_.follower.stop(*packet_, lane_.row(), begin, name_of(event));
}

void CpuRow::descriptor(const Event& event) {
    end_packet(event);
    descriptor_seen_ = true;
    other(event);
}

/// With a card that records, its address tells which packet; with another one, the descriptor before it does.
void CpuRow::unmapped(const Event& event) {
    const auto taken = guest_.follower.take_memory(event.a);
    if (taken) {
        guest_.picture.samples.push_back(
            {taken->card, "frames in the ring", event.time_ns, guest_.follower.in_memory(taken->card)});
        begin_packet(taken->packet, event);
    } else if (descriptor_seen_) {
        begin_packet(guest_.follower.begin("packet"), event);
    } else {
        other(event);
    }
    descriptor_seen_ = false;
}

void CpuRow::steered(const Event& event) {
    if (of_packet(event)) {
        step(event, "to CPU " + std::to_string(event.a));
        guest_.follower.give_queue(Queue::Backlog, event.a, *packet_);
        end_packet(event);
    } else {
        other(event);
    }
}

/// Nobody took it off a ring here, so another CPU did.
void CpuRow::take_from_backlog(const Event& event) {
    if (const auto packet = guest_.follower.take_queue(Queue::Backlog, cpu_))
        begin_packet(*packet, event);
}

std::string CpuRow::label_of(const Event& event) const {
    const std::string& name = name_of(event);
    if (name == "udp.rcv")
        return "UDP to port " + std::to_string(event.a);
    if (name == "icmp.rcv")
        return event.a == 0   ? "ping reply"
               : event.a == 8 ? "ping request"
                              : "ICMP type " + std::to_string(event.a);
    if (name == "arp.rcv")
        return event.a == 1 ? "ARP request" : "ARP reply";
    return name == "tcp.rcv" ? "TCP" : "";
}

void CpuRow::layer(const Event& event) {
    if (!packet_ && event.context != Context::Hardirq)
        take_from_backlog(event);
    if (!of_packet(event))
        return other(event);
    step(event, name_of(event));
    if (const std::string label = label_of(event); !label.empty())
        guest_.follower.label(*packet_, label);
}

void CpuRow::delivered(const Event& event) {
    if (delivered_)
        end_packet(event);
    layer(event);
    delivered_ = packet_.has_value();
}

void CpuRow::queued(const Event& event) {
    guest_.sockets[event.a].grow_to(event.b);
    guest_.count(socket_counter(event.a), event, event.b);
    if (!of_packet(event))
        return other(event);
    step(event, "socket " + std::to_string(event.a));
    guest_.follower.give_queue(Queue::Socket, event.a, *packet_);
}

void CpuRow::read(const Event& event) {
    const int64_t begin =
        lane_.add(event.time_ns, event.time_ns, "read " + std::to_string(event.a), details(event));
    guest_.count(socket_counter(event.a), event, guest_.sockets[event.a].shrink());
    if (const auto packet = guest_.follower.take_queue(Queue::Socket, event.a))
        guest_.follower.stop(*packet, lane_.row(), begin, name_of(event));
}

void CpuRow::dropped(const Event& event) {
    const std::string reason = called("reason", event.a, "");
    lane_.instant(event.time_ns, "drop " + reason, details(event));
    guest_.count("packets dropped", event, ++guest_.drops);
    if (of_packet(event)) {
        step(event, "drop " + reason);
        guest_.follower.dropped(*packet_, reason);
    }
}

void CpuRow::after_packet(const Event& event) {
    end_packet(event);
    other(event);
}

void CpuRow::card_masked(const Event& event) {
    guest_.count("card masked", event, name_of(event) == "drv.mask");
    other(event);
}

} // namespace timeline
