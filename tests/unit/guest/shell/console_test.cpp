// SPDX-License-Identifier: GPL-2.0-or-later
// Commands about the console and the machine: several on a line, watch, completion, messages, rates.
#include <algorithm>
#include <regex>
#include <vector>

#include "arch/clock.h"
#include "arch/hosted/machine.h"
#include "capture.h"
#include "kernel/context.h"
#include "kernel/log.h"
#include "kernel/print.h"
#include "kernel/softirq.h"
#include "kernel/thread.h"
#include "net_fixture.h"
#include "shell/command.h"
#include "shell/completion.h"
#include "shell/terminal.h"

namespace {

using namespace net_test;
using shell_test::run;

class Console : public NetTest {
  protected:
    Console() {
        static const bool listening = (shell::terminal_init(), true);
        (void)listening;
        shell::terminal_clear_interrupt();
    }
    ~Console() override {
        shell::terminal_clear_interrupt();
        while (shell::terminal_read(0) >= 0) {
        }
    }
    /// Typed when so many milliseconds of the machine's time have passed.
    static void type_later(uint64_t ms, const std::string& keys) {
        static uint64_t when;
        static std::string what;
        when = arch::now_ns() + ms * 1'000'000;
        what = keys;
        kernel::thread_create(
            "finger", 0,
            [](void*) {
                kernel::sleep_ns(when - arch::now_ns());
                hosted::type(what);
            },
            nullptr);
    }
};

// ---- Several commands ----

TEST_F(Console, SemicolonsSeparateCommands) {
    EXPECT_EQ(run("echo one; echo two;echo three"), "one\ntwo\nthree\n");
    EXPECT_EQ(run(";; echo one ;"), "one\n");
    EXPECT_EQ(run("# echo one; echo two"), "");
    EXPECT_EQ(run("echo one; # echo two; echo three"), "one\n");
    EXPECT_EQ(run("frob; echo two"), "frob: command not found; help lists the commands.\ntwo\n");
}

TEST_F(Console, CtrlCEndsTheLineNotOnlyTheCommand) {
    type_later(300, "\x03");
    const std::string text = run("ethtool -h; watch -n 1 echo x; echo never");
    EXPECT_NE(text.find("Usage: ethtool"), std::string::npos);
    EXPECT_EQ(text.find("never"), std::string::npos);
}

// ---- watch ----

TEST_F(Console, WatchRepeatsUntilAKeyIsTyped) {
    type_later(2500, "q");
    EXPECT_EQ(run("watch -n 1 echo x"), "\x1b[H\x1b[2J"
                                        "\x1b[HEvery 1.0s: echo x\x1b[K\n\x1b[K\nx\x1b[K\n\x1b[J"
                                        "\x1b[HEvery 1.0s: echo x\x1b[K\n\x1b[K\nx\x1b[K\n\x1b[J"
                                        "\x1b[HEvery 1.0s: echo x\x1b[K\n\x1b[K\nx\x1b[K\n\x1b[J\n");
    EXPECT_EQ(shell::terminal_read(0), -1) << "the key is used up";
}

TEST_F(Console, WatchMistakes) {
    for (const char* line : {"watch", "watch -n 1", "watch -n x echo"})
        EXPECT_EQ(run(line), "Usage: watch [-n SECONDS] COMMAND\n") << line;
}

// ---- Completion ----

struct Candidates {
    std::size_t start;
    std::vector<std::string> words;
};
Candidates candidates(std::string_view line) {
    Candidates result;
    result.start = shell::complete_line(
        line,
        [](void* cookie, std::string_view word) {
            static_cast<std::vector<std::string>*>(cookie)->emplace_back(word);
        },
        &result.words);
    return result;
}
using Words = std::vector<std::string>;

TEST_F(Console, CommandsAreCompletedWhereOneMayStand) {
    EXPECT_EQ(candidates("").words.size(), shell::commands().size());
    EXPECT_EQ(candidates("ethto").words, Words{"ethtool "});
    EXPECT_EQ(candidates("ip a; dm").words, Words{"dmesg "});
    EXPECT_EQ(candidates("ip a;dm").start, 5u);
    EXPECT_EQ(candidates("help dm").words, Words{"dmesg "});
    EXPECT_EQ(candidates("watch -n 2 dm").words, Words{"dmesg "});
    EXPECT_EQ(candidates("ping dm").words, Words{});
}

TEST_F(Console, InterfacesAndTheWordsOfACommandAreCompleted) {
    EXPECT_EQ(candidates("ethtool -S e").words, Words{"eth0 "});
    EXPECT_EQ(candidates("ethtool -S e").start, 11u);
    EXPECT_EQ(candidates("ip link set eth0 prom").words, Words{"promisc "});
    EXPECT_EQ(candidates("trace i").words, Words{"icmp "});
}

TEST_F(Console, FilesAreCompletedFolderByFolder) {
    EXPECT_EQ(candidates("cat /pr").words, Words{"/proc/"});
    EXPECT_EQ(candidates("cat /proc/net/sn").words, Words{"/proc/net/snmp "});
    EXPECT_EQ(candidates("echo 1 >/proc/sys/net/ipv4/ip_for").words, Words{"/proc/sys/net/ipv4/ip_forward "});
    EXPECT_EQ(candidates("echo 1 >/proc/sys/net/ipv4/ip_for").start, 8u);
    EXPECT_EQ(candidates("cat /nothing/x").words, Words{});
    const Words all = candidates("cat /proc/").words;
    EXPECT_NE(std::find(all.begin(), all.end(), "/proc/net/"), all.end());
    EXPECT_NE(std::find(all.begin(), all.end(), "/proc/interrupts "), all.end());
}

// ---- dmesg ----

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

TEST_F(Console, DmesgShowsMessagesWithTheirTimes) {
    const uint64_t us = arch::now_ns() / 1000;
    kernel::printk("something %d\nand ", 7);
    kernel::printk("more\n");
    char stamp[32];
    std::snprintf(stamp, sizeof stamp, "[%5llu.%06llu] ", static_cast<unsigned long long>(us / 1'000'000),
                  static_cast<unsigned long long>(us % 1'000'000));
    const auto lines = lines_of(run("dmesg"));
    ASSERT_GE(lines.size(), 2u);
    EXPECT_EQ(lines[lines.size() - 2], std::string(stamp) + "something 7");
    EXPECT_EQ(lines.back(), std::string(stamp) + "and more");
    EXPECT_EQ(run("dmesg -x"), "Usage: dmesg\n");
}

TEST_F(Console, DmesgKeepsTheLastLinesAndCutsLongOnes) {
    for (unsigned i = 0; i < 2 * kernel::log_lines; i++)
        kernel::printk("line %u\n", i);
    kernel::printk("%s\n", std::string(300, 'x').c_str());
    const auto lines = lines_of(run("dmesg"));
    ASSERT_EQ(lines.size(), kernel::log_lines);
    EXPECT_EQ(lines[0].substr(lines[0].find(']')), "] line " + std::to_string(kernel::log_lines + 1));
    EXPECT_EQ(lines.back().substr(lines.back().find(']')), "] " + std::string(kernel::log_line_length, 'x'));
}

// ---- nstat ----

TEST_F(Console, NstatCountsFromTheLastTime) {
    run("nstat");
    EXPECT_EQ(run("nstat"), "#kernel\n");
    for (int i = 0; i < 3; i++)
        receive(udp_frame(4999, "x"));
    const std::string text = run("nstat -s");
    EXPECT_EQ(text.substr(0, text.find('\n', 8) + 1),
              "#kernel\nIpInReceives                    3                  0.0\n");
    EXPECT_NE(text.find("UdpNoPorts                      3                  0.0\n"), std::string::npos)
        << text;
    EXPECT_EQ(text.find("Forwarding"), std::string::npos);
    EXPECT_EQ(run("nstat"), text) << "-s left them";
    EXPECT_EQ(run("nstat"), "#kernel\n");
    EXPECT_NE(run("nstat -az").find("IpReasmFails                    0  "), std::string::npos);
    EXPECT_EQ(run("nstat -q"), "Usage: nstat [-a] [-z] [-s]\n");
}

// ---- sar ----

TEST_F(Console, SarShowsRates) {
    kernel::NetDevice& card = device;
    hosted::at(arch::now_ns() + 1'500'000'000, [&card] {
        card.stats.rx_packets += 300;
        card.stats.rx_bytes += 300 * 1024;
        card.stats.tx_packets += 1;
    });
    const auto lines = lines_of(run("sar -n DEV 2 2"));
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_EQ(lines[0], "     uptime     IFACE   rxpck/s   txpck/s    rxkB/s    txkB/s   rxerr/s  rxdrop/s");
    // The thread wakes with a tick, up to 4 ms late.
    EXPECT_TRUE(std::regex_match(lines[1].substr(11),
                                 std::regex("      eth0    1(49\\.[4-9].|50\\.00)      0\\.(49|50)"
                                            "    1(49\\.[4-9].|50\\.00)(      0\\.00){3}")))
        << lines[1];
    EXPECT_EQ(lines[2].substr(11), "      eth0      0.00      0.00      0.00      0.00      0.00      0.00");
    for (const char* line : {"sar -n CPU", "sar x", "sar 0", "sar 1 x", "sar 1 1 1"})
        EXPECT_EQ(run(line), "Usage: sar [-n DEV] [SECONDS [COUNT]]\n") << line;
}

TEST_F(Console, SarEndsWithAKey) {
    type_later(1500, "q");
    EXPECT_EQ(lines_of(run("sar 1")).size(), 2u);
}

// ---- top ----

TEST_F(Console, TopShowsWhoUsedTheCpu) {
    kernel::open_softirq(kernel::Softirq::Block, [] { hosted::advance_ns(100'000'000); });
    kernel::thread_create(
        "worker", 0,
        [](void*) {
            kernel::sleep_ns(10'000'000);
            hosted::advance_ns(250'000'000);
            kernel::local_bh_disable();
            kernel::raise_softirq(kernel::Softirq::Block);
            kernel::local_bh_enable();
            kernel::sleep_ns(1'000'000'000); // top shows the living
        },
        nullptr);
    const auto lines = lines_of(run("top -b -d 1"));
    kernel::sleep_ns(1'000'000'000);
    kernel::open_softirq(kernel::Softirq::Block, nullptr);
    ASSERT_GE(lines.size(), 5u);
    EXPECT_TRUE(std::regex_match(lines[0], std::regex("%Cpu0  : +2[45]\\.[0-9] tasks, +(9|10)\\.[0-9] si, "
                                                      "+0\\.0 ksoftirqd, +6[45]\\.[0-9] id")))
        << lines[0];
    EXPECT_EQ(lines[2], "%CPU  CPU        TIME COMMAND");
    EXPECT_EQ(lines[3].substr(lines[3].size() - 5), " idle");
    EXPECT_EQ(run("top -x"), "Usage: top [-b] [-d SECONDS]\n");
}

// ---- lspci ----

class PciFunction final : public hosted::BusDevice {
  public:
    PciFunction(uint32_t id, uint32_t class_revision) : id_(id), class_revision_(class_revision) {
        hosted::plug({0, 5, 0}, *this, 0xfe500000, 0x1000);
    }
    ~PciFunction() { hosted::unplug(*this); }
    uint32_t mmio_read(uint32_t, unsigned) override { return 0; }
    void mmio_write(uint32_t, unsigned, uint32_t) override {}
    void config_write(uint8_t, uint32_t) override {}
    uint32_t config_read(uint8_t offset) override {
        switch (offset) {
        case 0x00:
            return id_;
        case 0x04:
            return 0x0007;
        case 0x08:
            return class_revision_;
        case 0x10:
            return 0xfe500000;
        case 0x14:
            return 0xc001;
        case 0x2c:
            return 0x000c8086;
        case 0x3c:
            return 0x010b;
        default:
            return 0;
        }
    }

  private:
    uint32_t id_, class_revision_;
};

TEST_F(Console, StallTakesSoLong) {
    const uint64_t begin = arch::now_ns();
    EXPECT_EQ(run("stall 0 5"), "");
    EXPECT_GE(arch::now_ns() - begin, 5'000'000u);
    EXPECT_LT(arch::now_ns() - begin, 20'000'000u);
    EXPECT_EQ(run("stall 0 1"), "") << "the first is over";
    EXPECT_EQ(run("stall 1 5"), "stall: there is no CPU 1.\n");
    for (const char* line : {"stall", "stall 0", "stall 0 60001", "stall 0 1 2", "stall x 1"})
        EXPECT_EQ(run(line), "Usage: stall CPU MILLISECONDS, up to 60000\n") << line;
}

TEST_F(Console, Lspci) {
    PciFunction card(0x12298086, 0x0200'0008);
    const std::string line =
        "00:05.0 Ethernet controller: Intel Corporation 82557/8/9/0/1 Ethernet Pro 100 (rev 08)\n";
    EXPECT_EQ(run("lspci"), line);
    EXPECT_EQ(run("lspci -n"), "00:05.0 0200: 8086:1229 (rev 08)\n");
    EXPECT_EQ(run("lspci -v"), line + "\tSubsystem: 8086:000c\n"
                                      "\tFlags: bus master, latency 0, IRQ 11\n"
                                      "\tMemory at fe500000 (32-bit, non-prefetchable)\n"
                                      "\tI/O ports at c000\n\n");
    EXPECT_EQ(run("lspci -x"), "Usage: lspci [-n] [-v]\n");
}

TEST_F(Console, LspciOfSomethingUnknown) {
    PciFunction card(0x43211abc, 0x0b40'0000);
    EXPECT_EQ(run("lspci"), "00:05.0 Class 0b40: Vendor 1abc Device 4321\n");
}

} // namespace
