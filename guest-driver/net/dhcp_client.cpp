// SPDX-License-Identifier: GPL-2.0-or-later
// The DHCP client's states and times (RFC 2131 4.4).
#include "net/dhcp_client.h"

#include <algorithm>

namespace net {

namespace {

constexpr uint32_t infinite_lease = 0xffffffff;
constexpr uint64_t minimum_renew_interval_ns = 60 * DhcpClient::second_ns; // RFC 2131 4.4.5
constexpr uint64_t restart_delay_ns = DhcpClient::second_ns; // a server that refuses us must not be flooded

/// RFC 1122 3.3.1.1: for servers that give no (sensible) mask.
unsigned class_prefix_length(Ipv4Address address) {
    const uint32_t top = address.value() >> 30;
    return top < 2 ? 8 : top == 2 ? 16 : 24;
}

unsigned prefix_length_of(const DhcpReply& reply) {
    const auto length = reply.subnet_mask ? mask_prefix_length(*reply.subnet_mask) : std::nullopt;
    return length.value_or(0) != 0 ? *length : class_prefix_length(reply.address);
}

/// Can a host have this address in its network?
bool is_host_address(const InterfaceAddress& address) {
    if (!address.address.is_unicast())
        return false;
    return address.prefix_length >= 31 ||
           (address.address != address.network() && address.address != address.broadcast());
}

bool offers_something(const DhcpReply& reply) {
    return reply.server && reply.server->is_unicast() && reply.lease_seconds &&
           *reply.lease_seconds >= DhcpClient::shortest_lease_seconds &&
           is_host_address({reply.address, prefix_length_of(reply)});
}

/// T1 and T2, if the server gives none or impossible ones (RFC 2131 4.4.5).
void set_times(DhcpLease& lease, const DhcpReply& reply) {
    const uint64_t seconds = *reply.lease_seconds;
    if (seconds == infinite_lease) {
        lease.renew_ns = lease.rebind_ns = lease.end_ns = DhcpClient::forever_ns;
        return;
    }
    uint64_t renewal = reply.renewal_seconds.value_or(0), rebinding = reply.rebinding_seconds.value_or(0);
    if (renewal == 0 || renewal >= rebinding || rebinding >= seconds) {
        renewal = seconds / 2;
        rebinding = seconds * 7 / 8;
    }
    lease.renew_ns = lease.obtained_ns + renewal * DhcpClient::second_ns;
    lease.rebind_ns = lease.obtained_ns + rebinding * DhcpClient::second_ns;
    lease.end_ns = lease.obtained_ns + seconds * DhcpClient::second_ns;
}

} // namespace

const char* dhcp_state_name(DhcpState state) {
    static constexpr const char* names[] = {"INIT",  "SELECTING", "REQUESTING",
                                            "BOUND", "RENEWING",  "REBINDING"};
    return names[static_cast<unsigned>(state)];
}

void DhcpClient::start(uint64_t now_ns) {
    lease_.reset();
    begun_ns_ = now_ns;
    restart(now_ns);
}

void DhcpClient::restart(uint64_t at_ns) {
    state_ = DhcpState::Init;
    next_send_ns_ = at_ns;
}

void DhcpClient::enter(DhcpState state, uint64_t now_ns) {
    state_ = state;
    tries_ = 0;
    next_send_ns_ = now_ns;
    if (state != DhcpState::Requesting) { // the request answers the offer, with its number
        transaction_ = random_();
        begun_ns_ = now_ns;
    }
}

uint64_t DhcpClient::deadline_ns() const {
    uint64_t deadline = next_send_ns_;
    if (lease_) {
        deadline = std::min(deadline, lease_->end_ns);
        if (state_ == DhcpState::Bound)
            deadline = std::min(deadline, lease_->renew_ns);
        if (state_ == DhcpState::Renewing)
            deadline = std::min(deadline, lease_->rebind_ns);
    }
    return deadline;
}

DhcpRequest DhcpClient::request(DhcpType type, uint64_t now_ns) const {
    const auto seconds = static_cast<uint16_t>(std::min<uint64_t>((now_ns - begun_ns_) / second_ns, 0xffff));
    DhcpRequest request = {type, transaction_, seconds, mac_, Ipv4Address()};
    if (state_ == DhcpState::Requesting) {
        request.requested = offered_;
        request.server = server_;
    } else if (lease_) {
        request.client_address = lease_->address.address;
    }
    return request;
}

/// RFC 2131 4.1: 4, 8, 16, 32, 64 seconds, give or take one; 4.4.5: half of what is left while a lease lasts.
void DhcpClient::schedule_next(uint64_t now_ns) {
    tries_++;
    sent_ns_ = now_ns;
    if (state_ == DhcpState::Renewing || state_ == DhcpState::Rebinding) {
        const uint64_t end = state_ == DhcpState::Renewing ? lease_->rebind_ns : lease_->end_ns;
        const uint64_t left = end > now_ns ? end - now_ns : 0;
        next_send_ns_ = now_ns + std::max(left / 2, minimum_renew_interval_ns);
        return;
    }
    const uint64_t delay = (uint64_t{4} << std::min(tries_ - 1, 4u)) * second_ns;
    const uint64_t jitter = uint64_t{random_()} * 2 * second_ns >> 32;
    next_send_ns_ = now_ns + delay - second_ns + jitter;
}

std::optional<DhcpClient::Transmit> DhcpClient::due(uint64_t now_ns) {
    if (lease_ && state_ == DhcpState::Bound && now_ns >= lease_->renew_ns)
        enter(DhcpState::Renewing, now_ns);
    if (lease_ && state_ == DhcpState::Renewing && now_ns >= lease_->rebind_ns)
        enter(DhcpState::Rebinding, now_ns);
    if (now_ns < next_send_ns_ || state_ == DhcpState::Bound)
        return std::nullopt;
    if (state_ == DhcpState::Init || (state_ == DhcpState::Requesting && tries_ >= request_tries))
        enter(DhcpState::Selecting, now_ns);
    const auto type = state_ == DhcpState::Selecting ? DhcpType::Discover : DhcpType::Request;
    const Transmit transmit = {request(type, now_ns), state_ != DhcpState::Renewing};
    schedule_next(now_ns);
    return transmit;
}

DhcpOutcome DhcpClient::expire(uint64_t now_ns) {
    if (!lease_ || now_ns < lease_->end_ns)
        return DhcpOutcome::Nothing;
    lease_.reset();
    restart(now_ns);
    return DhcpOutcome::Lost;
}

DhcpOutcome DhcpClient::receive(const DhcpReply& reply, uint64_t now_ns) {
    if (reply.transaction != transaction_ || reply.mac != mac_)
        return DhcpOutcome::Nothing;
    if (state_ == DhcpState::Selecting)
        return reply.type == DhcpType::Offer ? take_offer(reply, now_ns) : DhcpOutcome::Nothing;
    if (state_ == DhcpState::Init || state_ == DhcpState::Bound || reply.type == DhcpType::Offer)
        return DhcpOutcome::Nothing;
    if (state_ != DhcpState::Rebinding && reply.server != server_) // only whom we asked may answer
        return DhcpOutcome::Nothing;
    if (reply.type == DhcpType::Ack)
        return take_ack(reply);
    const bool had_lease = lease_.has_value();
    lease_.reset();
    restart(now_ns + restart_delay_ns);
    return had_lease ? DhcpOutcome::Lost : DhcpOutcome::Nothing;
}

DhcpOutcome DhcpClient::take_offer(const DhcpReply& offer, uint64_t now_ns) {
    if (!offers_something(offer))
        return DhcpOutcome::Nothing;
    offered_ = offer.address;
    server_ = *offer.server;
    enter(DhcpState::Requesting, now_ns);
    return DhcpOutcome::Nothing;
}

std::optional<DhcpLease> DhcpClient::lease_from(const DhcpReply& ack) const {
    if (!offers_something(ack))
        return std::nullopt;
    DhcpLease lease{};
    lease.address = {ack.address, prefix_length_of(ack)};
    if (ack.router && ack.router != ack.address && lease.address.on_link(*ack.router) &&
        is_host_address({*ack.router, lease.address.prefix_length}))
        lease.gateway = ack.router;
    lease.dns = ack.dns;
    lease.server = *ack.server;
    lease.obtained_ns = sent_ns_;
    set_times(lease, ack);
    return lease;
}

DhcpOutcome DhcpClient::take_ack(const DhcpReply& ack) {
    const Ipv4Address expected = lease_ ? lease_->address.address : offered_;
    const auto lease = lease_from(ack);
    if (!lease || lease->address.address != expected)
        return DhcpOutcome::Nothing;
    const bool renewed = lease_.has_value();
    lease_ = lease;
    server_ = lease->server;
    state_ = DhcpState::Bound;
    next_send_ns_ = forever_ns;
    return renewed ? DhcpOutcome::Renewed : DhcpOutcome::Bound;
}

} // namespace net
