// SPDX-License-Identifier: GPL-2.0-or-later
// /sys/class/net: the files of each interface.
#include "capture.h"
#include "kernel/napi.h"
#include "kernel/net_rx_action.h"
#include "kernel/softirq.h"
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

/// eth0 gets a NAPI instance, which never has anything to poll.
class SysClassNetNapi : public SysClassNet {
  protected:
    SysClassNetNapi() {
        kernel::netif_napi_add(
            device, napi, [](kernel::Napi& each, int) { return kernel::napi_complete_done(each, 0), 0; }, 16);
        kernel::napi_enable(napi);
    }
    ~SysClassNetNapi() override {
        kernel::napi_disable(napi);
        kernel::netif_napi_del(napi);
        device.threaded = false;
    }
    std::string thread() const { return "napi/eth0-" + std::to_string(napi.id); }
    kernel::Napi napi;
};

TEST_F(SysClassNet, WithoutNapiThereIsNothingToTune) {
    EXPECT_EQ(run("ls /sys/class/net/eth0").find("threaded"), std::string::npos);
    EXPECT_EQ(run("cat /sys/class/net/eth0/threaded"),
              std::string("cat: /sys/class/net/eth0/threaded") + no_such_file);
}

TEST_F(SysClassNetNapi, Deferral) {
    EXPECT_EQ(run("cat /sys/class/net/eth0/gro_flush_timeout"), "0\n");
    EXPECT_EQ(run("cat /sys/class/net/eth0/napi_defer_hard_irqs"), "0\n");
    EXPECT_EQ(run("echo 20000 > /sys/class/net/eth0/gro_flush_timeout"), "");
    EXPECT_EQ(run("echo 10 > /sys/class/net/eth0/napi_defer_hard_irqs"), "");
    EXPECT_EQ(run("cat /sys/class/net/eth0/gro_flush_timeout"), "20000\n");
    EXPECT_EQ(run("cat /sys/class/net/eth0/napi_defer_hard_irqs"), "10\n");
    EXPECT_EQ(device.gro_flush_timeout, 20'000u);
    EXPECT_EQ(device.napi_defer_hard_irqs, 10u);
    for (const char* wrong : {"", "-1", "x", "12345678901"})
        EXPECT_EQ(run(std::string("echo ") + wrong + " > /sys/class/net/eth0/gro_flush_timeout"),
                  "echo: write error: Invalid argument\n")
            << wrong;
    EXPECT_EQ(device.gro_flush_timeout, 20'000u);
    device.gro_flush_timeout = 0;
    device.napi_defer_hard_irqs = 0;
}

TEST_F(SysClassNetNapi, Threaded) {
    EXPECT_EQ(run("cat /sys/class/net/eth0/threaded"), "0\n");
    EXPECT_EQ(run("ps").find(thread()), std::string::npos);
    EXPECT_EQ(run("echo 1 > /sys/class/net/eth0/threaded"), "");
    EXPECT_EQ(run("cat /sys/class/net/eth0/threaded"), "1\n");
    EXPECT_NE(run("ps").find(thread()), std::string::npos);
    EXPECT_NE(run("napi").find("polled by " + thread()), std::string::npos);
    EXPECT_EQ(run("echo 0 > /sys/class/net/eth0/threaded"), "");
    EXPECT_NE(run("napi").find("polled by NET_RX"), std::string::npos);
    EXPECT_EQ(run("echo 2 > /sys/class/net/eth0/threaded"), "echo: write error: Invalid argument\n");
}

TEST_F(SysClassNetNapi, NapiCommandShowsTheWeight) {
    EXPECT_NE(run("napi").find("weight 16, CPU"), std::string::npos);
    napi.weight = kernel::unlimited_weight;
    EXPECT_NE(run("napi").find("weight unlimited, CPU"), std::string::npos);
}

TEST_F(SysClassNet, PolicyAndModelAreWords) {
    const std::string policy = "/proc/sys/kernel/softirq_policy", model = "/proc/sys/net/core/napi_model";
    EXPECT_EQ(run("cat " + policy), "[linux] inline_always defer_if_ksoftirqd_runnable threaded\n");
    EXPECT_EQ(run("cat " + model), "v2001 v26 [modern]\n");
    EXPECT_EQ(run("echo threaded > " + policy), "");
    EXPECT_EQ(kernel::softirq_policy(), kernel::SoftirqPolicy::Threaded);
    EXPECT_EQ(run("softirq").substr(0, 17), "policy: threaded\n");
    EXPECT_EQ(run("echo linux > " + policy), "");
    EXPECT_EQ(run("echo v26 > " + model), "");
    EXPECT_EQ(kernel::napi_model(), kernel::NapiModel::V26);
    EXPECT_EQ(run("cat " + model), "v2001 [v26] modern\n");
    EXPECT_EQ(run("echo v27 > " + model), "echo: write error: Invalid argument\n");
    EXPECT_EQ(run("echo modern > " + model), "");
    EXPECT_NE(run("ls /proc/sys/kernel").find("softirq_policy\n"), std::string::npos);
}

TEST_F(SysClassNet, BudgetAndBusyRead) {
    EXPECT_EQ(run("cat /proc/sys/net/core/netdev_budget"), "300\n");
    EXPECT_EQ(run("cat /proc/sys/net/core/netdev_budget_usecs"), "8000\n");
    EXPECT_EQ(run("cat /proc/sys/net/core/busy_read"), "0\n");
    EXPECT_EQ(run("echo 64 > /proc/sys/net/core/netdev_budget"), "");
    EXPECT_EQ(kernel::netdev_budget, 64u);
    kernel::netdev_budget = 300;
    EXPECT_EQ(run("echo 0 > /proc/sys/net/core/netdev_budget"), "echo: write error: Invalid argument\n");
    EXPECT_EQ(run("echo 7999 > /proc/sys/net/core/netdev_budget_usecs"),
              "echo: write error: Invalid argument\n");
}

TEST_F(SysClassNet, SoftirqCommand) {
    pass_ms(20); // ticks
    const std::string text = run("softirq");
    EXPECT_NE(text.find("policy: linux\nCPU0\n      vector      raised    executed\n"), std::string::npos)
        << text;
    EXPECT_NE(text.find("       TIMER "), std::string::npos) << text;
    EXPECT_NE(text.find("    runs by passes: 1:"), std::string::npos) << text;
    EXPECT_NE(text.find(" 10+:"), std::string::npos) << text;
    EXPECT_NE(text.find("    ksoftirqd: woken "), std::string::npos) << text;
}

} // namespace
