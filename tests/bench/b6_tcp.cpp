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
constexpr unsigned ours = 0, holding = 1, i82559er = 2, first_of_others = 3;
constexpr unsigned seconds = 1; ///< of a transfer

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
    const unsigned rounds_ = bench_.pick(11u, 1u);
    std::vector<std::vector<Transfers>> transfers_{std::size(paths), std::vector<Transfers>(cards.size())};
    /// By path and card: Mbit/s as a multiple of those of the i82559er before and behind.
    std::vector<std::vector<std::vector<double>>> ratios_{std::size(paths),
                                                          std::vector<std::vector<double>>(2)};
};

void B6::measure() {
    const Iperf3Server server;
    std::vector<std::unique_ptr<LinuxGuest>> guests;
    for (unsigned i = 0; i < cards.size(); i++) {
        std::cout << "B6: Linux boots with " << cards[i].name << std::endl;
        guests.push_back(boot_linux(cards[i], i));
    }
    const auto megabits = [&](std::size_t path, unsigned card) {
        std::cout << "B6: " << paths[path].name << ", " << cards[card].name << std::endl;
        use_tap(card);
        transfers_[path][card].push_back(
            transfer(*guests[card], paths[path].host, paths[path].to_guest, seconds));
        return transfers_[path][card].back().megabits;
    };
    for (unsigned round = 0; round < rounds_; round++)
        for (std::size_t path = 0; path < std::size(paths); path++) {
            double before = megabits(path, i82559er);
            for (const unsigned card : {ours, holding}) {
                const double value = megabits(path, card), behind = megabits(path, i82559er);
                ratios_[path][card].push_back(1 / experiments::ratio_beside(before, behind, value));
                before = behind;
            }
            for (unsigned card = first_of_others; card < cards.size(); card++)
                megabits(path, card);
        }
}

Table B6::table_of(const std::string& title, double Transfer::*value) const {
    Table table{title, {""}, {}};
    for (const TcpCard& card : cards)
        table.columns.push_back(card.name);
    for (std::size_t path = 0; path < std::size(paths); path++) {
        std::vector<std::string> row = {paths[path].name};
        for (const Transfers& of_card : transfers_[path])
            row.push_back(experiments::spread_of(values_of(of_card, value)));
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
        const auto& ratios = ratios_[path][card];
        report_.judge(
            {id, std::string(cards[card].name) + ", " + paths[path].name + ": a multiple of i82559er's",
             experiments::spread_of(ratios), "≥ 1", "", experiments::quartiles(ratios).second >= 1});
    }
}

void B6::conduct() {
    enter_own_network();
    measure();
    report_.say(
        this_host() + " Guest: Debian's Linux kernel, one CPU, TCG; medians of " + std::to_string(rounds_) +
        " runs in turns and their quartiles. Each e100 had its turn between two of i82559er, and is compared "
        "with their mean; it counts as slower when the upper quartile is below 1, which of 11 turns is the "
        "end "
        "of the median's confidence interval (93 %). All but e100 and "
        "i82559er have segmentation offload (rtl8139 as well: Linux's 8139cp uses QEMU's), which "
        "makes a packet of up to 64 KiB of 44 for Linux's IP layer and driver.");
    report_.show(table_of("TCP, Mbit/s", &Transfer::megabits), {.unit = "Mbit/s"});
    report_.show(table_of("Segments sent again, of each thousand", &Transfer::sent_again),
                 {"-again", "of each thousand"});
    judge("B6.1", ours);
    judge("B6.2", holding);
    report_.data(all_points());
}

const experiments::Registration
    known({"B6", "TCP", "How fast is TCP between Linux and the host, both ways?",
           [](experiments::Bench& bench, experiments::Report& report) { B6(bench, report).conduct(); }});

} // namespace
} // namespace bench
