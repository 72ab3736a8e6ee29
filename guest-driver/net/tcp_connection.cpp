// SPDX-License-Identifier: GPL-2.0-or-later
// Connections between lwIP and the services. lwIP may free a connection in the middle of its own work, so
// what a service asks for (close, abort) is done when its handler has returned, and lwIP is told.
#include <algorithm>

#include "net/lwip/lwip.h"

namespace net {

namespace {

/// Unread packets of one connection; above, lwIP keeps what comes and closes the window.
constexpr unsigned max_unread_packets = 48;
/// Seconds that a connection may take to get rid of what was sent before it was closed.
constexpr uintptr_t linger_seconds = 30;
constexpr u8_t half_seconds_per_poll = 2;

LwipConnectionCounts counts{};

/// A connection that was closed has no handler any more; its argument counts the seconds since.
err_t linger(void* seconds, tcp_pcb* pcb) {
    const uintptr_t passed = reinterpret_cast<uintptr_t>(seconds) + 1;
    if (passed >= linger_seconds) {
        tcp_abort(pcb);
        return ERR_ABRT;
    }
    tcp_arg(pcb, reinterpret_cast<void*>(passed));
    return ERR_OK;
}

class Connection final : public TcpConnection {
  public:
    bool free() const { return !pcb_; }
    std::size_t unread() const { return unread_ ? unread_->tot_len : 0; }
    /// False if the service does not want it.
    bool attach(tcp_pcb* pcb, const TcpService& service);
    static err_t on_receive(void* self, tcp_pcb* pcb, pbuf* packet, err_t error);
    err_t progress();

    Endpoint peer() const override { return {from_lwip(pcb_->remote_ip), pcb_->remote_port}; }
    std::span<const std::byte> received() const override {
        if (!unread_)
            return {};
        return {static_cast<const std::byte*>(unread_->payload), unread_->len};
    }
    void consume(std::size_t bytes) override;
    std::size_t send(std::span<const std::byte> data) override;
    bool peer_finished() const override { return peer_finished_; }
    void close() override { wish_ = std::max(wish_, Wish::Close); }
    void abort() override { wish_ = Wish::Abort; }

  private:
    enum class Wish : uint8_t { None, Close, Abort };

    static err_t on_sent(void* self, tcp_pcb* pcb, u16_t);
    std::size_t room() const;
    static err_t on_second(void* self, tcp_pcb*);
    static void on_error(void* self, err_t error);
    err_t obey();
    err_t reset();
    void detach();

    tcp_pcb* pcb_ = nullptr;
    TcpHandler* handler_ = nullptr;
    pbuf* unread_ = nullptr;
    bool peer_finished_ = false;
    Wish wish_ = Wish::None;
};

Connection connections[MEMP_NUM_TCP_PCB];

bool Connection::attach(tcp_pcb* pcb, const TcpService& service) {
    pcb_ = pcb;
    unread_ = nullptr;
    peer_finished_ = false;
    wish_ = Wish::None;
    handler_ = service.accept(*this);
    if (!handler_) {
        pcb_ = nullptr;
        return false;
    }
    tcp_arg(pcb, this);
    tcp_recv(pcb, on_receive);
    tcp_sent(pcb, on_sent);
    tcp_err(pcb, on_error);
    tcp_poll(pcb, on_second, half_seconds_per_poll);
    tcp_nagle_disable(pcb); // services hand over whole answers
    return true;
}

void Connection::consume(std::size_t bytes) {
    unread_ = pbuf_free_header(unread_, static_cast<u16_t>(bytes));
    tcp_recved(pcb_, static_cast<u16_t>(bytes));
}

/// lwIP takes all or nothing of what it is given.
std::size_t Connection::room() const {
    const std::size_t segments =
        TCP_SND_QUEUELEN - std::min<std::size_t>(tcp_sndqueuelen(pcb_), TCP_SND_QUEUELEN);
    return std::min<std::size_t>(tcp_sndbuf(pcb_), segments * lwip_segment_size(*pcb_));
}

std::size_t Connection::send(std::span<const std::byte> data) {
    const std::size_t bytes = std::min(data.size(), room());
    if (bytes == 0 || wish_ != Wish::None)
        return 0;
    return lwip_write(*pcb_, data.first(bytes)) == ERR_OK ? bytes : 0;
}

err_t Connection::progress() {
    handler_->progress(*this);
    return obey();
}

err_t Connection::obey() {
    tcp_pcb* pcb = pcb_;
    switch (wish_) {
    case Wish::None:
        tcp_output(pcb);
        return ERR_OK;
    case Wish::Close:
        // The peer's bytes that nobody read make it an RST (RFC 2525 2.17), which frees the connection at
        // once.
        if (pcb->refused_data || pcb->rcv_wnd != TCP_WND_MAX(pcb))
            return reset();
        detach();
        tcp_poll(pcb, linger, half_seconds_per_poll);
        tcp_close(pcb);
        return ERR_OK;
    case Wish::Abort:
        return reset();
    }
    return ERR_OK;
}

err_t Connection::reset() {
    tcp_pcb* pcb = pcb_;
    counts.resets++;
    detach();
    tcp_abort(pcb);
    return ERR_ABRT;
}

/// lwIP's connection is on its own from here on.
void Connection::detach() {
    tcp_arg(pcb_, nullptr);
    tcp_recv(pcb_, nullptr);
    tcp_sent(pcb_, nullptr);
    tcp_err(pcb_, nullptr);
    tcp_poll(pcb_, nullptr, 0);
    if (unread_)
        pbuf_free(unread_);
    unread_ = nullptr;
    pcb_ = nullptr;
    handler_->finished();
}

/// As on Linux (sk_stream_is_writeable), a service is not bothered for each segment that was acknowledged:
/// what it sends at once can leave as one packet.
err_t Connection::on_sent(void* self, tcp_pcb* pcb, u16_t) {
    const bool half_is_free = tcp_sndbuf(pcb) >= TCP_SND_BUF / 2;
    return half_is_free ? static_cast<Connection*>(self)->progress() : err_t{ERR_OK};
}

err_t Connection::on_receive(void* argument, tcp_pcb*, pbuf* packet, err_t) {
    auto* self = static_cast<Connection*>(argument);
    if (!packet) {
        self->peer_finished_ = true;
        return self->progress();
    }
    if (!self->unread_) {
        self->unread_ = packet;
    } else if (pbuf_clen(self->unread_) + pbuf_clen(packet) <= max_unread_packets) {
        pbuf_cat(self->unread_, packet);
    } else {
        return ERR_MEM; // lwIP asks again
    }
    return self->progress();
}

err_t Connection::on_second(void* argument, tcp_pcb*) {
    auto* self = static_cast<Connection*>(argument);
    self->handler_->second_passed(*self);
    if (self->wish_ == Wish::None)
        self->handler_->progress(*self); // there may be memory again
    return self->obey();
}

/// The peer's RST, or lwIP gave up; it frees the connection itself.
void Connection::on_error(void* argument, err_t) {
    auto* self = static_cast<Connection*>(argument);
    counts.resets++;
    if (self->unread_)
        pbuf_free(self->unread_);
    self->unread_ = nullptr;
    self->pcb_ = nullptr;
    self->handler_->finished();
}

} // namespace

err_t lwip_accept(void* service, tcp_pcb* pcb, err_t error) {
    if (!pcb || error != ERR_OK)
        return ERR_VAL;
    counts.accepted++;
    for (Connection& each : connections)
        if (each.free()) {
            if (each.attach(pcb, *static_cast<const TcpService*>(service)))
                return each.progress();
            break;
        }
    counts.resets++;
    tcp_abort(pcb);
    return ERR_ABRT;
}

std::size_t lwip_unread(const tcp_pcb& pcb) {
    const std::size_t refused = pcb.refused_data ? pcb.refused_data->tot_len : 0;
    if (pcb.recv != Connection::on_receive)
        return refused;
    return refused + static_cast<const Connection*>(pcb.callback_arg)->unread();
}

LwipConnectionCounts lwip_connection_counts() { return counts; }

} // namespace net
