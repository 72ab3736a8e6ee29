// SPDX-License-Identifier: GPL-2.0-or-later
// A TCP client of an echo service, on a wire that loses, repeats and reorders in both directions. It sends
// what is not acknowledged again at each turn, so it gets on with any peer that keeps to RFC 9293. No
// sockets, no clock.
#pragma once

#include <map>
#include <random>
#include <string>

#include "ipv4.h"

namespace harness {

struct LossyWire {
    unsigned loss_percent = 0, repeat_percent = 0;
    bool reorders = false;
    uint32_t seed = 1;
};

class LossyClient {
  public:
    /// `header`: from the client to the service.
    LossyClient(const Ipv4& header, uint16_t own_port, uint16_t port, std::string data, LossyWire wire);

    /// What to send now, as IPv4 payloads; the lost ones are left out.
    std::vector<Bytes> turn();
    /// A frame that came, which is lost here if it is to be.
    void take(std::span<const uint8_t> frame);
    bool done() const { return heard_.size() >= data_.size(); }
    bool was_reset() const { return was_reset_; }
    const std::string& heard() const { return heard_; }
    /// Ends the connection.
    Bytes reset() const;

  private:
    bool connected() const { return expected_ != 0; }
    bool chance(unsigned percent) { return random_() % 100 < percent; }
    std::vector<size_t> starts();
    void take_in_order();
    Tcp segment(uint32_t sequence, uint8_t flags) const;
    Bytes tcp_segment(const Tcp& tcp, const std::string& bytes) const;

    const Ipv4 header_;
    const uint16_t own_port_, port_;
    const std::string data_;
    const LossyWire wire_;
    std::mt19937 random_;
    std::string heard_;
    std::map<uint32_t, std::string> out_of_order_; ///< by distance from the first byte
    size_t acknowledged_ = 0;
    uint32_t expected_ = 0; ///< sequence number of the peer's first byte
    bool was_reset_ = false;
};

} // namespace harness
