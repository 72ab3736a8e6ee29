// SPDX-License-Identifier: GPL-2.0-or-later
// The machine at the other end of the wire: answers ARP, echo requests and DHCP while the guest waits.
#pragma once

#include <set>

#include "net_fixture.h"

namespace shell_test {

class PeerTest : public net_test::NetTest {
  public:
    using NetTest::receive;

  protected:
    PeerTest();
    ~PeerTest() override;

    bool answers_echo = true, answers_dhcp = true;
    unsigned echo_copies = 1;               ///< answers per request
    std::set<unsigned> echoes_not_answered; ///< by sequence number
    unsigned echoes = 0;                    ///< requests seen

  private:
    static void answer(void* self);
    void serve(const net_test::Frame& frame);
    void serve_dhcp(const harness::UdpView& udp);
    bool stop_ = false, stopped_ = false;
};

} // namespace shell_test
