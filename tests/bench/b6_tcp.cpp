// SPDX-License-Identifier: GPL-2.0-or-later
// B6: TCP between Debian's Linux and the host, by iperf3, through QEMU's user networking and through a tap
// device in a network namespace of this process's own.
#include <iostream>
#include <memory>

#include "experiments/experiment.h"
#include "experiments/statistics.h"
#include "tcp_rig.h"
#include "this_host.h"

namespace bench {
namespace {

using experiments::Table;
using experiments::text_of;
using linux_test::LinuxGuest;

const std::vector<TcpCard> cards = {{"e100", "e100"},
                                    {"e100, backpressure", "e100", "backpressure=on"},
                                    {"i82559er", "i82559er"},
                                    {"e1000", "e1000"},
                                    {"e1000e", "e1000e"},
                                    {"rtl8139", "rtl8139"},
                                    {"virtio-net-pci", "virtio-net-pci"}};
constexpr std::size_t ours = 0, holding = 1, i82559er = 2;

using Transfers = std::vector<Transfer>; ///< of one card on one path, by round

std::vector<double> values_of(const Transfers& transfers, double Transfer::*value) {
    std::vector<double> values;
    for (const Transfer& transfer : transfers)
        values.push_back(transfer.*value);
    return values;
}

struct Path {
    const char* name;
    const char* host; ///< as the guest sees it
    bool to_guest;
};
const Path paths[] = {{"user networking, to the host", host_by_user_networking, false},
                      {"user networking, to the guest", host_by_user_networking, true},
                      {"tap, to the host", host_by_tap, false},
                      {"tap, to the guest", host_by_tap, true}};

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
    const Iperf3Server server;
    std::vector<std::unique_ptr<LinuxGuest>> guests;
    for (unsigned i = 0; i < cards.size(); i++) {
        std::cout << "B6: Linux boots with " << cards[i].name << std::endl;
        guests.push_back(boot_linux(cards[i], i));
    }
    for (unsigned round = 0; round < rounds_; round++)
        for (std::size_t path = 0; path < std::size(paths); path++)
            for (unsigned i = 0; i < cards.size(); i++) {
                std::cout << "B6: " << paths[path].name << ", " << cards[i].name << std::endl;
                use_tap(i);
                transfers_[path][i].push_back(
                    transfer(*guests[i], paths[path].host, paths[path].to_guest, bench_.pick(2u, 1u)));
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
    enter_own_network();
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
