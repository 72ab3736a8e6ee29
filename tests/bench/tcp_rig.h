// SPDX-License-Identifier: GPL-2.0-or-later
// Machines with two cards of a model, one on user networking and one on a tap device, and TCP between them
// and this host.
#pragma once

#include <memory>
#include <string>
#include <sys/types.h>

#include "linux/linux_guest.h"

namespace bench {

/// This process and what it starts see only their own network from now on. Throws without root.
void enter_own_network();

inline constexpr const char* host_by_user_networking = "10.0.2.2";
inline constexpr const char* host_by_tap = "10.0.100.1";

/// Name of the tap device of machine `number`.
std::string tap_of(unsigned number);
/// One machine's tap device has the host's address at a time.
void use_tap(unsigned number);

struct TcpCard {
    const char* name;
    const char* device;
    const char* properties = "";
};
/// Debian's Linux, eth0 on user networking, eth1 (10.0.100.2) on its tap device.
std::unique_ptr<linux_test::LinuxGuest> boot_linux(const TcpCard& card, unsigned number);

/// iperf3's server on this host; ends with the object.
class Iperf3Server {
  public:
    Iperf3Server();
    ~Iperf3Server();
    Iperf3Server(const Iperf3Server&) = delete;
    Iperf3Server& operator=(const Iperf3Server&) = delete;

  private:
    pid_t pid_;
};

struct Transfer {
    double megabits = 0;   ///< a second
    double sent_again = 0; ///< segments, of each thousand
};
/// iperf3 between Linux and `host`, as the guest calls it.
Transfer transfer(linux_test::LinuxGuest& guest, const std::string& host, bool to_guest, unsigned seconds);

} // namespace bench
