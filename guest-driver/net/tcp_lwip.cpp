// SPDX-License-Identifier: GPL-2.0-or-later
// The TCP thread: the one context in which lwIP runs. Others look at it under a mutex that the thread holds
// while it works.
#include "arch/clock.h"
#include "kernel/mutex.h"
#include "kernel/page_alloc.h"
#include "net/ipv4.h"
#include "net/lwip/lwip.h"
#include "net/snmp.h"
#include "net/tcp_input.h"

namespace net {

namespace {

constexpr uint64_t timer_ns = TCP_TMR_INTERVAL * uint64_t{1'000'000};
constexpr unsigned heap_order = 10; // 4 MiB, with room for lwIP's own bookkeeping above MEM_SIZE

kernel::Mutex stack; // all of lwIP
uint64_t next_timer_ns = wait_forever;
std::atomic<bool> started{false};
kernel::Thread* tcp_thread = nullptr;

/// For those who look: the TCP thread itself, in a service's handler, has the mutex already.
class StackGuard {
  public:
    StackGuard() : taken_(kernel::current_thread() != tcp_thread) {
        if (taken_)
            stack.lock();
    }
    ~StackGuard() {
        if (taken_)
            stack.unlock();
    }
    StackGuard(const StackGuard&) = delete;
    StackGuard& operator=(const StackGuard&) = delete;

  private:
    const bool taken_;
};

/// lwIP counts time in its timer's calls, and wants none while there is no connection.
void run_timer() {
    const uint64_t now = arch::now_ns();
    if (now < next_timer_ns)
        return;
    tcp_tmr();
    lwip_fill_windows();
    next_timer_ns = tcp_active_pcbs || tcp_tw_pcbs ? now + timer_ns : wait_forever;
}

void run(void*) {
    for (;;) {
        kernel::PacketQueue segments = tcp_backlog().take(next_timer_ns);
        kernel::MutexGuard guard(stack);
        while (kernel::PacketBuffer* packet = segments.pop()) {
            lwip_input(packet);
            run_timer();
        }
        run_timer();
    }
}

TcpState state_of(const tcp_pcb& pcb) {
    switch (pcb.state) {
    case SYN_RCVD:
        return TcpState::SynReceived;
    case ESTABLISHED:
        return TcpState::Established;
    case FIN_WAIT_1:
        return TcpState::FinWait1;
    case FIN_WAIT_2:
        return TcpState::FinWait2;
    case CLOSE_WAIT:
        return TcpState::CloseWait;
    case CLOSING:
        return TcpState::Closing;
    case LAST_ACK:
        return TcpState::LastAck;
    default: // TIME_WAIT; the others do not stand in lists of connections that were accepted
        return TcpState::TimeWait;
    }
}

u8_t priority_of(const TcpService& service) {
    return service.priority == TcpPriority::Low ? TCP_PRIO_MIN : TCP_PRIO_NORMAL;
}

} // namespace

const char* tcp_start() {
    kernel::MutexGuard guard(stack);
    if (started)
        return nullptr;
    if (!lwip_heap)
        lwip_heap = static_cast<unsigned char*>(kernel::alloc_pages(heap_order));
    if (!lwip_heap)
        return "no memory for TCP";
    mem_init();
    memp_init();
    tcp_init();
    tcp_thread = kernel::thread_create("tcp", kernel::any_cpu, run, nullptr);
    if (!tcp_thread)
        return "no thread for TCP";
    started = true;
    ip_set_tcp(tcp_rcv);
    return nullptr;
}

bool tcp_available() { return started; }

const char* tcp_serve(const TcpService& service) {
    if (!started)
        return "there is no TCP";
    kernel::MutexGuard guard(stack);
    for (const tcp_pcb_listen* each = tcp_listen_pcbs.listen_pcbs; each; each = each->next)
        if (each->callback_arg == &service)
            return nullptr;
    tcp_pcb* pcb = tcp_new();
    if (!pcb)
        return "no memory for another TCP service";
    tcp_setprio(pcb, priority_of(service));
    if (tcp_bind(pcb, IP4_ADDR_ANY, service.port) != ERR_OK) {
        tcp_close(pcb);
        return "the TCP port is taken";
    }
    tcp_pcb* listener = tcp_listen_with_backlog(pcb, TCP_DEFAULT_LISTEN_BACKLOG);
    if (!listener) {
        tcp_close(pcb);
        return "too many TCP services";
    }
    tcp_arg(listener, const_cast<TcpService*>(&service));
    tcp_accept(listener, lwip_accept);
    return nullptr;
}

std::size_t tcp_sockets(std::span<TcpSocketInfo> into) {
    StackGuard guard;
    std::size_t count = 0;
    auto add = [&](const TcpSocketInfo& info) {
        if (count < into.size())
            into[count++] = info;
    };
    for (const tcp_pcb_listen* pcb = tcp_listen_pcbs.listen_pcbs; pcb; pcb = pcb->next)
        add({{from_lwip(pcb->local_ip), pcb->local_port}, {}, TcpState::Listen, 0, 0});
    for (const tcp_pcb* list : {tcp_active_pcbs, tcp_tw_pcbs})
        for (const tcp_pcb* pcb = list; pcb; pcb = pcb->next)
            add({{from_lwip(pcb->local_ip), pcb->local_port},
                 {from_lwip(pcb->remote_ip), pcb->remote_port},
                 state_of(*pcb),
                 lwip_unread(*pcb),
                 pcb->snd_lbb - pcb->lastack});
    return count;
}

TcpCounters tcp_counters() {
    StackGuard guard;
    int64_t established = 0, half_open = 0;
    for (const tcp_pcb* pcb = tcp_active_pcbs; pcb; pcb = pcb->next) {
        established += pcb->state == ESTABLISHED || pcb->state == CLOSE_WAIT;
        half_open += pcb->state == SYN_RCVD;
    }
    const auto connections = lwip_connection_counts();
    const auto segments = lwip_segment_counts();
    const auto& mib = lwip_stats.mib2;
    constexpr int64_t van_jacobson = 4; // RFC 4022 tcpRtoAlgorithm
    TcpCounters all{};
    auto set = [&](Tcp name, auto value) {
        all[static_cast<std::size_t>(name)] = static_cast<int64_t>(value);
    };
    set(Tcp::RtoAlgorithm, van_jacobson);
    set(Tcp::RtoMin, TCP_SLOW_INTERVAL);
    set(Tcp::RtoMax, TCP_SLOW_INTERVAL * 0x7fff);
    set(Tcp::MaxConn, MEMP_NUM_TCP_PCB);
    set(Tcp::PassiveOpens, mib.tcppassiveopens);
    // Each that was opened is accepted, still half-open, or failed.
    set(Tcp::AttemptFails, mib.tcppassiveopens - connections.accepted - static_cast<uint64_t>(half_open));
    set(Tcp::EstabResets, connections.resets);
    set(Tcp::CurrEstab, established);
    set(Tcp::InSegs, tcpin_counters.get(TcpIn::InSegs));
    set(Tcp::OutSegs, segments.sent - segments.retransmitted);
    set(Tcp::RetransSegs, segments.retransmitted);
    set(Tcp::InErrs, tcpin_counters.get(TcpIn::InErrs));
    set(Tcp::OutRsts, mib.tcpoutrsts);
    set(Tcp::InCsumErrors, tcpin_counters.get(TcpIn::InCsumErrors));
    return all;
}

} // namespace net

/// lwIP has a connection from now on.
extern "C" void tcp_timer_needed() {
    if (net::next_timer_ns == net::wait_forever)
        net::next_timer_ns = arch::now_ns() + net::timer_ns;
}
