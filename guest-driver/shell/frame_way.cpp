// SPDX-License-Identifier: GPL-2.0-or-later
// One CPU takes one frame after the other off a ring, so what it records between two descriptors belongs to
// the first of them; what came before the poll is found by looking back, what the reader does by looking
// ahead.
#include "shell/frame_way.h"

namespace shell {

namespace {

using kernel::Event;
using kernel::TraceRecord;
using Records = std::span<const TraceRecord>;

constexpr uint32_t net_rx = 3; // softirq vector

/// The last record before `at` of this CPU for which `matches`; nullptr if `stops` holds for one on the way.
template <typename Matches, typename Stops>
const TraceRecord* look_back(Records records, std::size_t at, unsigned cpu, Matches matches, Stops stops) {
    while (at-- > 0) {
        const TraceRecord& record = records[at];
        if (record.cpu != cpu)
            continue;
        if (matches(record))
            return &record;
        if (stops(record))
            return nullptr;
    }
    return nullptr;
}

auto is(Event event) {
    return [event](const TraceRecord& record) { return record.event == event; };
}
bool never(const TraceRecord&) { return false; }

std::size_t index_of(Records records, const TraceRecord* record) {
    return static_cast<std::size_t>(record - records.data());
}

bool ends_frame(const TraceRecord& record) {
    return record.event == Event::RxDescriptor || record.event == Event::NapiPoll;
}

bool is_kind(const FrameWay& way, FrameKind kind) {
    switch (kind) {
    case FrameKind::Any:
        return true;
    case FrameKind::Arp:
        return way.network && way.network->event == Event::ArpRcv;
    case FrameKind::Icmp:
        return way.transport && way.transport->event == Event::IcmpRcv;
    case FrameKind::Udp:
        return way.transport && way.transport->event == Event::UdpRcv;
    }
    return false;
}

void take(FrameWay& way, const TraceRecord& record) {
    switch (record.event) {
    case Event::NetDeliver:
        way.deliver = &record;
        break;
    case Event::ArpRcv:
    case Event::IpRcv:
        way.network = &record;
        break;
    case Event::IcmpRcv:
    case Event::UdpRcv:
        way.transport = &record;
        break;
    case Event::SockEnqueue:
        way.queued = &record;
        break;
    case Event::Drop:
        way.drop = &record;
        break;
    case Event::NetXmit:
        way.reply = &record;
        break;
    default:
        break;
    }
}

/// Calls `function` for what `cpu` records behind `after` outside of interrupts, until it returns false.
template <typename Function>
void for_each_after(Records records, const TraceRecord* after, unsigned cpu, Function function) {
    for (std::size_t i = index_of(records, after) + 1; i < records.size(); i++)
        if (records[i].cpu == cpu && records[i].context != kernel::ExecutionContext::Hardirq &&
            !function(records[i]))
            return;
}

/// A backlog is first in, first out: so many packets were in front of this one. It ends where the next
/// begins.
void follow_through_backlog(Records records, FrameWay& way) {
    uint32_t in_front = way.enqueue->b - 1;
    for_each_after(records, way.enqueue, way.enqueue->a, [&](const TraceRecord& record) {
        if (record.event == Event::NetDeliver && way.deliver)
            return false;
        if (record.event == Event::NetDeliver && in_front > 0)
            in_front--;
        else if (record.event == Event::NetDeliver || way.deliver)
            take(way, record);
        return !way.deliver || !ends_frame(record);
    });
}

/// From netif_receive_skb to where the poll loop goes on.
void follow_up(Records records, FrameWay& way) {
    for_each_after(records, way.receive, way.receive->cpu, [&](const TraceRecord& record) {
        if (ends_frame(record))
            return false;
        if (record.event == Event::RpsSteer)
            way.steer = &record;
        else if (record.event == Event::BacklogEnqueue && way.steer)
            way.enqueue = &record;
        else
            take(way, record);
        return !way.enqueue; // what this CPU records from here on is another packet's, or its backlog's
    });
    if (way.enqueue)
        follow_through_backlog(records, way);
}

/// From the descriptor back to the interrupt.
void trace_back(Records records, FrameWay& way) {
    const unsigned cpu = way.receive->cpu;
    const auto at_receive = index_of(records, way.receive);
    way.unmap = look_back(records, at_receive, cpu, is(Event::DmaUnmap), ends_frame);
    way.descriptor = look_back(records, at_receive, cpu, is(Event::RxDescriptor), is(Event::NapiPoll));
    way.poll_begin = look_back(records, at_receive, cpu, is(Event::NapiPollBegin), never);
    if (!way.poll_begin)
        return;
    const auto is_net_rx = [](const TraceRecord& record) {
        return record.event == Event::SoftirqEntry && record.a == net_rx;
    };
    way.softirq_entry = look_back(records, index_of(records, way.poll_begin), cpu, is_net_rx, never);
    way.schedule = look_back(records, index_of(records, way.poll_begin), cpu, is(Event::NapiSchedule), never);
    if (!way.schedule)
        return;
    way.isr = look_back(records, index_of(records, way.schedule), cpu, is(Event::DrvIsr), never);
    if (way.isr)
        way.irq_entry = look_back(records, index_of(records, way.isr), cpu, is(Event::IrqEntry), never);
}

/// The end of the poll, and who reads what was queued.
void look_ahead(Records records, FrameWay& way) {
    const unsigned cpu = way.receive->cpu;
    for (std::size_t i = index_of(records, way.receive) + 1; i < records.size(); i++) {
        const TraceRecord& record = records[i];
        if (record.event == Event::NapiPoll && record.cpu == cpu && !way.poll_end)
            way.poll_end = &record;
        if (record.event == Event::DrvUnmask && record.cpu == cpu && !way.unmask)
            way.unmask = &record;
        if (!way.queued || &record <= way.queued)
            continue;
        if (record.event == Event::AppRecv && record.a == way.queued->a && !way.read)
            way.read = &record;
        const bool by_task = record.context == kernel::ExecutionContext::Task ||
                             record.context == kernel::ExecutionContext::BhDisabled;
        if (record.event == Event::NetXmit && way.read && record.cpu == way.read->cpu && by_task &&
            !way.reply)
            way.reply = &record;
    }
}

} // namespace

std::optional<FrameWay> find_frame(Records records, FrameKind kind) {
    for (const TraceRecord& record : records) {
        if (record.event != Event::NetReceive)
            continue;
        FrameWay way;
        way.receive = &record;
        follow_up(records, way);
        if (!is_kind(way, kind))
            continue;
        trace_back(records, way);
        look_ahead(records, way);
        return way;
    }
    return std::nullopt;
}

} // namespace shell
