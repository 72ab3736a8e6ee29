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

const std::vector<std::string> models = {"e100", "i82559er", "e1000", "e1000e", "rtl8139", "virtio-net-pci"};

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
std::unique_ptr<LinuxGuest> boot(const std::string& model, unsigned number) {
    setenv("E100_DEVICE", model.c_str(), 1);
    const std::string tap = "bench" + std::to_string(number);
    auto guest = std::make_unique<LinuxGuest>(
        linux_test::Machine{"pc", 1},
        std::vector<linux_test::Card>{{.net = linux_test::Net::User},
                                      {.net = linux_test::Net::Tap, .tap = tap}});
    guest->must("ip addr add 10.0.100.2/24 dev eth1");
    return guest;
}

/// One machine's tap device has the host's address at a time.
void use_tap(unsigned number) {
    const std::string tap = "bench" + std::to_string(number);
    must("ip addr flush scope global; ip addr add 10.0.100.1/24 dev " + tap + "; ip link set " + tap + " up");
}

double megabits(LinuxGuest& guest, const Path& path, unsigned seconds) {
    const std::string output = guest.must("LD_LIBRARY_PATH=/bin iperf3 -f m -c " + std::string(path.host) +
                                              " -t " + std::to_string(seconds) + (path.to_guest ? " -R" : ""),
                                          60s);
    std::smatch found;
    if (!std::regex_search(output, found, std::regex("([0-9.]+) Mbits/sec +receiver")))
        throw Failure("iperf3 said no result:\n" + output);
    return std::stod(found[1]);
}

void run(experiments::Bench& bench, experiments::Report& report) {
    if (unshare(CLONE_NEWNET) != 0)
        throw Failure("a network namespace of one's own needs root");
    must("ip link set lo up");
    const Server server;
    std::vector<std::unique_ptr<LinuxGuest>> guests;
    for (unsigned i = 0; i < models.size(); i++) {
        std::cout << "B6: Linux boots with " << models[i] << std::endl;
        guests.push_back(boot(models[i], i));
    }
    std::vector<std::vector<std::vector<double>>> rates(std::size(paths),
                                                        std::vector<std::vector<double>>(models.size()));
    for (unsigned round = 0; round < bench.pick(3u, 1u); round++)
        for (std::size_t path = 0; path < std::size(paths); path++)
            for (unsigned i = 0; i < models.size(); i++) {
                std::cout << "B6: " << paths[path].name << ", " << models[i] << std::endl;
                use_tap(i);
                rates[path][i].push_back(megabits(*guests[i], paths[path], bench.pick(2u, 1u)));
            }
    Table table{"TCP, Mbit/s", {""}, {}}, data{"", {"path", "card", "mbit_per_second"}, {}};
    table.columns.insert(table.columns.end(), models.begin(), models.end());
    for (std::size_t path = 0; path < std::size(paths); path++) {
        std::vector<std::string> row = {paths[path].name};
        for (unsigned i = 0; i < models.size(); i++) {
            row.push_back(text_of(experiments::median(rates[path][i])));
            for (const double rate : rates[path][i])
                data.rows.push_back(
                    {"\"" + std::string(paths[path].name) + "\"", models[i], text_of(rate, 4)});
        }
        table.rows.push_back(row);
        // The others have segmentation offload, which makes a frame of many.
        const double ours = experiments::median(rates[path][0]);
        const double best =
            std::max(experiments::median(rates[path][1]), experiments::median(rates[path][4]));
        report.judge({"B6.1",
                      std::string(paths[path].name) + ": a multiple of the best without segmentation offload",
                      text_of(ours / best), "≥ 0.95", "", ours >= 0.95 * best});
    }
    report.say(this_host() + " Guest: Debian's Linux kernel, one CPU, TCG; medians of " +
               std::to_string(bench.pick(3, 1)) +
               " runs in turns. e1000, e1000e and virtio-net have segmentation "
               "offload.");
    report.show(table);
    report.data(data);
}

const experiments::Registration known({"B6", "TCP", "How fast is TCP between Linux and the host, both ways?",
                                       run});

} // namespace
} // namespace bench
