// SPDX-License-Identifier: GPL-2.0-or-later
// The RX and TX tables of `ip -s link`: columns as wide as the widest number in them, as iproute2 makes them.
#include "shell/link_statistics.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace shell {

namespace {

constexpr std::size_t columns = 6;

struct Row {
    const char* title;
    std::array<const char*, columns> names; ///< nullptr: column not used
    std::array<uint64_t, columns> values;
};
using Widths = std::array<int, columns>;

int digits(uint64_t value) {
    int count = 1;
    while (value /= 10)
        count++;
    return count;
}

void print_row(const Output& output, const Row& row, const Widths& widths) {
    constexpr int trailing_blanks = 11; // a column for compressed packets that nobody has
    const int title = static_cast<int>(std::string_view(row.title).size());
    output.print("    %s", row.title);
    const bool first_used = row.names[0] != nullptr;
    output.print("%*s", widths[0] - title, first_used ? row.names[0] : "");
    for (std::size_t i = 1; i < columns; i++)
        output.print(" %*s", widths[i], row.names[i]);
    output.print("%*s\n", first_used ? trailing_blanks : 0, "");
    if (first_used)
        output.print("    %*llu ", widths[0], static_cast<unsigned long long>(row.values[0]));
    else
        output.print("    %*s ", widths[0], "");
    for (std::size_t i = 1; i < columns; i++)
        output.print("%*llu ", widths[i], static_cast<unsigned long long>(row.values[i]));
    output.write("\n");
}

} // namespace

void print_link_statistics(const Output& output, const kernel::NetDeviceStats& stats, bool errors) {
    const Row rows[] = {
        {"RX:",
         {"bytes", "packets", "errors", "dropped", "missed", "mcast"},
         {stats.rx_bytes, stats.rx_packets, stats.rx_errors, stats.rx_dropped, stats.rx_missed_errors,
          stats.multicast}},
        {"RX errors:",
         {nullptr, "length", "crc", "frame", "fifo", "overrun"},
         {0, stats.rx_length_errors, stats.rx_crc_errors, stats.rx_frame_errors, stats.rx_fifo_errors,
          stats.rx_over_errors}},
        {"TX:",
         {"bytes", "packets", "errors", "dropped", "carrier", "collsns"},
         {stats.tx_bytes, stats.tx_packets, stats.tx_errors, stats.tx_dropped, stats.tx_carrier_errors,
          stats.collisions}},
        {"TX errors:",
         {nullptr, "aborted", "fifo", "window", "heartbt", "transns"},
         {0, stats.tx_aborted_errors, stats.tx_fifo_errors, stats.tx_window_errors, stats.tx_heartbeat_errors,
          0}},
    };
    Widths widths = {10, 7, 6, 7, 7, 7};
    for (const Row& row : rows)
        for (std::size_t i = 0; i < columns; i++)
            if (errors || row.names[0])
                widths[i] = std::max(widths[i], digits(row.values[i]));
    for (const Row& row : rows)
        if (errors || row.names[0])
            print_row(output, row, widths);
}

} // namespace shell
