// SPDX-License-Identifier: GPL-2.0-or-later
// driver: the options of the e100 driver, and what it and the card count beside `ethtool -S`.
#include <algorithm>
#include <array>

#include "driver/options.h"
#include "shell/arguments.h"

namespace shell {

namespace {

using Counters = std::size_t (*)(kernel::NetDevice&, std::span<kernel::EthtoolStat>);

void show_counters(const Output& output, kernel::NetDevice& device, const char* title, Counters counters) {
    if (!counters)
        return;
    std::array<kernel::EthtoolStat, 48> stats;
    const std::size_t count = counters(device, stats);
    output.print("%s: %s\n", device.name, title);
    for (const kernel::EthtoolStat& stat : std::span(stats).first(std::min(count, stats.size())))
        output.print("     %s: %llu\n", stat.name, static_cast<unsigned long long>(stat.value));
}

} // namespace

void driver_command(Words words, const Output& output) {
    Arguments arguments(words);
    if (!arguments.empty()) {
        const std::string_view name = arguments.take(), value = arguments.take();
        if (!e100::set_option(name, value))
            output.print("driver: no such option or value: %.*s %.*s\n", length_of(name), name.data(),
                         length_of(value), value.data());
        return;
    }
    for (const e100::OptionText& option : e100::option_texts())
        output.print("%-12s %-10s (%s)\n", option.name, option.current, option.values);
    for (kernel::NetDevice* device : kernel::net_devices()) {
        show_counters(output, *device, "counted by the driver", device->operations->driver_stats);
        show_counters(output, *device, "counted by the card", device->operations->chip_stats);
    }
}

} // namespace shell
