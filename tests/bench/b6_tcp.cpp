// SPDX-License-Identifier: GPL-2.0-or-later
// B6: TCP between Debian's Linux and the host, by iperf3, through QEMU's user networking and through a tap
// device in a network namespace of this process's own.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <regex>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "experiments/experiment.h"
#include "experiments/statistics.h"
#include "harness/failure.h"
#include "linux/linux_guest.h"
#include "this_host.h"

namespace bench {
namespace {

using namespace std::chrono_literals;
using experiments::Table;
using experiments::text_of;
using harness::Failure;
using linux_test::LinuxGuest;

struct TcpCard {
    const char* name;
    const char* device;
    const char* properties = "";
};
const std::vector<TcpCard> cards = {{"e100", "e100"},
                                    {"e100, backpressure", "e100", "backpressure=on"},
                                    {"i82559er", "i82559er"},
                                    {"e1000", "e1000"},
                                    {"e1000e", "e1000e"},
                                    {"rtl8139", "rtl8139"},
                                    {"virtio-net-pci", "virtio-net-pci"}};
constexpr std::size_t ours = 0, holding = 1, i82559er = 2;

void must(const std::string& command) {
    if (std::system(command.c_str()) != 0)
        throw Failure("'" + command + "' failed");
}

/// iperf3's server on this host; ends with the object.
class Server {
  public:
    Server() {
        pid_ = fork();
        if (pid_ == 0) {
            execlp("iperf3", "iperf3", "-s", "--logfile", "/dev/null", nullptr);
            _exit(127);
        }
    }
    ~Server() {
        kill(pid_, SIGTERM);
        waitpid(pid_, nullptr, 0);
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

  private:
    pid_t pid_;
};

struct Path {
    const char* name;
    const char* host; ///< as the guest sees it
    bool to_guest;
};
const Path paths[] = {{"user networking, to the host", "10.0.2.2", false},
                      {"user networking, to the guest", "10.0.2.2", true},
                      {"tap, to the host", "10.0.100.1", false},
                      {"tap, to the guest", "10.0.100.1", true}};

/// eth0 on user networking, eth1 on a tap device.
std::unique_ptr<LinuxGuest> boot(const TcpCard& card, unsigned number) {
    setenv("E100_DEVICE", card.device, 1);
    const std::string tap = "bench" + std::to_string(number);
    auto guest = std::make_unique<LinuxGuest>(
        linux_test::Machine{"pc", 1},
        std::vector<linux_test::Card>{
            {.net = linux_test::Net::User, .properties = card.properties},
            {.net = linux_test::Net::Tap, .properties = card.properties, .tap = tap}});
    guest->must("ip addr add 10.0.100.2/24 dev eth1");
    return guest;
}

/// One machine's tap device has the host's address at a time.
void use_tap(unsigned number) {
    const std::string tap = "bench" + std::to_string(number);
    must("ip addr flush scope global; ip addr add 10.0.100.1/24 dev " + tap + "; ip link set " + tap + " up");
}

struct Transfer {
    double megabits = 0;   ///< a second
    double sent_again = 0; ///< segments, of each thousand
};

Transfer transfer(LinuxGuest& guest, const Path& path, unsigned seconds) {
    const std::string output = guest.must("LD_LIBRARY_PATH=/bin iperf3 -f m -c " + std::string(path.host) +
                                              " -t " + std::to_string(seconds) + (path.to_guest ? " -R" : ""),
                                          60s);
    const auto last_line = [&](const std::string& expression) {
        std::smatch found;
        if (!std::regex_search(output, found, std::regex(expression)))
            throw Failure("iperf3 said no result:\n" + output);
        return std::stod(found[1]);
    };
    constexpr double segment_bytes = 1448; // of Ethernet's 1500, with time stamps
    const double megabits = last_line("([0-9.]+) Mbits/sec +receiver");
    const double again = last_line("Mbits/sec +([0-9]+) +sender");
    return {megabits, 1000 * again / (megabits * 1e6 / 8 * seconds / segment_bytes)};
}

using Transfers = std::vector<Transfer>; ///< of one card on one path, by round

std::vector<double> values_of(const Transfers& transfers, double Transfer::*value) {
    std::vector<double> values;
    for (const Transfer& transfer : transfers)
        values.push_back(transfer.*value);
    return values;
}

class B6 {
  public:
    B6(experiments::Bench& bench, experiments::Report& report) : bench_(bench), report_(report) {}
    void conduct();

  private:
    void measure();
    Table table_of(const std::string& title, double Transfer::*value) const;
    Table all_points() const;
    void judge(const std::string& id, std::size_t card);

    experiments::Bench& bench_;
    experiments::Report& report_;
    const unsigned rounds_ = bench_.pick(5u, 1u);
    std::vector<std::vector<Transfers>> transfers_{std::size(paths), std::vector<Transfers>(cards.size())};
};

void B6::measure() {
    const Server server;
    std::vector<std::unique_ptr<LinuxGuest>> guests;
    for (unsigned i = 0; i < cards.size(); i++) {
        std::cout << "B6: Linux boots with " << cards[i].name << std::endl;
        guests.push_back(boot(cards[i], i));
    }
    for (unsigned round = 0; round < rounds_; round++)
        for (std::size_t path = 0; path < std::size(paths); path++)
            for (unsigned i = 0; i < cards.size(); i++) {
                std::cout << "B6: " << paths[path].name << ", " << cards[i].name << std::endl;
                use_tap(i);
                transfers_[path][i].push_back(transfer(*guests[i], paths[path], bench_.pick(2u, 1u)));
            }
}

Table B6::table_of(const std::string& title, double Transfer::*value) const {
    Table table{title, {""}, {}};
    for (const TcpCard& card : cards)
        table.columns.push_back(card.name);
    for (std::size_t path = 0; path < std::size(paths); path++) {
        std::vector<std::string> row = {paths[path].name};
        for (const Transfers& of_card : transfers_[path])
            row.push_back(text_of(experiments::median(values_of(of_card, value))));
        table.rows.push_back(row);
    }
    return table;
}

Table B6::all_points() const {
    Table data{"", {"path", "card", "mbit_per_second", "sent_again_per_thousand"}, {}};
    for (std::size_t path = 0; path < std::size(paths); path++)
        for (std::size_t i = 0; i < cards.size(); i++)
            for (const Transfer& transfer : transfers_[path][i])
                data.rows.push_back({"\"" + std::string(paths[path].name) + "\"",
                                     "\"" + std::string(cards[i].name) + "\"", text_of(transfer.megabits, 4),
                                     text_of(transfer.sent_again, 4)});
    return data;
}

void B6::judge(const std::string& id, std::size_t card) {
    for (std::size_t path = 0; path < std::size(paths); path++) {
        const double ratio =
            experiments::median_ratio(values_of(transfers_[path][card], &Transfer::megabits),
                                      values_of(transfers_[path][i82559er], &Transfer::megabits));
        report_.judge({id,
                       std::string(cards[card].name) + ", " + paths[path].name + ": a multiple of i82559er's",
                       text_of(ratio), "≥ 0.95", "", ratio >= 0.95});
    }
}

void B6::conduct() {
    if (unshare(CLONE_NEWNET) != 0)
        throw Failure("a network namespace of one's own needs root");
    must("ip link set lo up");
    measure();
    report_.say(this_host() + " Guest: Debian's Linux kernel, one CPU, TCG; medians of " +
                std::to_string(rounds_) +
                " runs in turns, and criteria are medians of the ratios within a turn. All but e100 and "
                "i82559er have segmentation offload (rtl8139 as well: Linux's 8139cp uses QEMU's), which "
                "makes a packet of up to 64 KiB of 44 for Linux's IP layer and driver.");
    report_.show(table_of("TCP, Mbit/s", &Transfer::megabits));
    report_.show(table_of("Segments sent again, of each thousand", &Transfer::sent_again));
    judge("B6.1", ours);
    judge("B6.2", holding);
    report_.data(all_points());
}

const experiments::Registration
    known({"B6", "TCP", "How fast is TCP between Linux and the host, both ways?",
           [](experiments::Bench& bench, experiments::Report& report) { B6(bench, report).conduct(); }});

} // namespace
} // namespace bench
