// SPDX-License-Identifier: GPL-2.0-or-later
// /sys/class/net: the files of each interface.
#include "capture.h"
#include "net_fixture.h"
#include "shell/shell.h"

namespace {

using namespace net_test;

class SysClassNet : public NetTest {
  protected:
    static std::string run(const std::string& line) {
        return shell_test::printed([&](const shell::Output& output) { shell::run_line(line, output); });
    }
    static constexpr const char* no_such_file = ": No such file or directory\n";
};

TEST_F(SysClassNet, IsListed) {
    EXPECT_NE(run("ls /").find("sys\n"), std::string::npos);
    EXPECT_NE(("\n" + run("ls /sys/class/net")).find("\neth0\n"), std::string::npos);
    EXPECT_NE(run("ls /sys/class/net/eth0").find("address\ncarrier\n"), std::string::npos);
}

TEST_F(SysClassNet, ShowsWhatTheInterfaceIs) {
    EXPECT_EQ(run("cat /sys/class/net/eth0/address"), "52:54:00:12:34:56\n");
    EXPECT_EQ(run("cat /sys/class/net/eth0/mtu"), "1500\n");
    EXPECT_EQ(run("cat /sys/class/net/eth0/carrier"), "1\n");
    EXPECT_EQ(run("cat /sys/class/net/eth0/operstate"), "up\n");
    device.carrier = false;
    EXPECT_EQ(run("cat /sys/class/net/eth0/operstate"), "down\n");
}

TEST_F(SysClassNet, NothingElseIsAFile) {
    for (const std::string path : {"/sys/class/net", "/sys/class/net/", "/sys/class/net/eth0",
                                   "/sys/class/net/eth0/", "/sys/class/net/eth7/mtu", "/sys/class/net//mtu",
                                   "/sys/class/net/eth0/mtu/", "/sys/class/net/eth/mtu"}) {
        EXPECT_EQ(run("cat " + path), "cat: " + path + no_such_file);
        EXPECT_EQ(run("echo 1 > " + path), "echo: " + path + no_such_file);
    }
    EXPECT_EQ(run("echo 1 > /sys/class/net/eth0/mtu"), "echo: /sys/class/net/eth0/mtu: Permission denied\n");
}

} // namespace
