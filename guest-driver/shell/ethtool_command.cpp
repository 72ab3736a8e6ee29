// SPDX-License-Identifier: GPL-2.0-or-later
// ethtool: what the driver says about itself, its rings and its counters, printed as ethtool prints it.
#include <array>

#include "kernel/command_line.h"
#include "shell/arguments.h"

namespace shell {

namespace {

using kernel::NetDevice;

constexpr std::size_t maximum_statistics = 96;

struct Errno {
    int number;
    const char* text;
};
const char* error_text(int error) {
    static constexpr Errno texts[] = {{12, "Cannot allocate memory"},  {16, "Device or resource busy"},
                                      {19, "No such device"},          {22, "Invalid argument"},
                                      {95, "Operation not supported"}, {100, "Network is down"}};
    for (const Errno& each : texts)
        if (each.number == -error)
            return each.text;
    return "Unknown error";
}

void not_supported(const Output& output) { output.write("netlink error: Operation not supported\n"); }

void show_driver(NetDevice& device, const Output& output) {
    const auto& operations = *device.operations;
    if (!operations.driver_info)
        return not_supported(output);
    const kernel::DriverInfo info = operations.driver_info(device);
    output.print("driver: %s\nversion: %s\nfirmware-version: \nexpansion-rom-version: \nbus-info: %s\n",
                 info.driver, info.version, info.bus_info);
    output.print("supports-statistics: %s\nsupports-test: no\nsupports-eeprom-access: no\n"
                 "supports-register-dump: no\nsupports-priv-flags: no\n",
                 operations.ethtool_stats ? "yes" : "no");
}

void show_statistics(NetDevice& device, const Output& output) {
    if (!device.operations->ethtool_stats)
        return output.write("no stats available\n");
    std::array<kernel::EthtoolStat, maximum_statistics> stats;
    const std::size_t count = device.operations->ethtool_stats(device, stats);
    output.write("NIC statistics:\n");
    for (const kernel::EthtoolStat& stat : std::span(stats).first(std::min(count, stats.size())))
        output.print("     %s: %llu\n", stat.name, static_cast<unsigned long long>(stat.value));
}

void show_ring(NetDevice& device, const Output& output) {
    if (!device.operations->ring)
        return not_supported(output);
    const kernel::RingParameters ring = device.operations->ring(device);
    auto rows = [&](unsigned rx, unsigned tx) {
        output.print("RX:\t\t%u\nRX Mini:\tn/a\nRX Jumbo:\tn/a\nTX:\t\t%u\n", rx, tx);
    };
    output.print("Ring parameters for %s:\nPre-set maximums:\n", device.name);
    rows(ring.rx_max, ring.tx_max);
    output.write("Current hardware settings:\n");
    rows(ring.rx, ring.tx);
    output.write("RX Buf Len:\t\tn/a\nCQE Size:\t\tn/a\nTX Push:\toff\nTCP data split:\tn/a\n");
}

void set_ring(NetDevice& device, Arguments& arguments, const Output& output) {
    if (!device.operations->set_ring || !device.operations->ring)
        return not_supported(output);
    kernel::RingParameters ring = device.operations->ring(device);
    while (!arguments.empty()) {
        const std::string_view name = arguments.take();
        const auto value = kernel::parse_number(arguments.take());
        if ((name != "rx" && name != "tx") || !value)
            return output.write("Usage: ethtool -G DEVICE [rx N] [tx N]\n");
        (name == "rx" ? ring.rx : ring.tx) = *value;
    }
    if (ring.rx > ring.rx_max || ring.tx > ring.tx_max)
        return output.write("netlink error: requested ring size exceeds maximum\n"
                            "netlink error: Invalid argument\n");
    if (const int error = device.operations->set_ring(device, ring.rx, ring.tx))
        output.print("netlink error: %s\n", error_text(error));
}

void show_coalesce(NetDevice& device, const Output& output) {
    kernel::CoalesceParameters parameters{};
    if (!device.operations->coalesce)
        return not_supported(output);
    if (const int error = device.operations->coalesce(device, parameters))
        return output.print("netlink error: %s\n", error_text(error));
    output.print("Coalesce parameters for %s:\nAdaptive RX: n/a  TX: n/a\n", device.name);
    output.write("stats-block-usecs: n/a\nsample-interval: n/a\npkt-rate-low: n/a\npkt-rate-high: n/a\n\n");
    output.print("rx-usecs: %u\nrx-frames: %u\nrx-usecs-irq: n/a\nrx-frames-irq: n/a\n\n",
                 parameters.rx_usecs, parameters.rx_frames);
    output.write("tx-usecs: n/a\ntx-frames: n/a\ntx-usecs-irq: n/a\ntx-frames-irq: n/a\n\n");
    for (const char* rate : {"low", "high"})
        output.print("rx-usecs-%s: n/a\nrx-frame-%s: n/a\ntx-usecs-%s: n/a\ntx-frame-%s: n/a\n\n", rate, rate,
                     rate, rate);
    output.write("CQE mode RX: n/a  TX: n/a\n\n");
}

void set_coalesce(NetDevice& device, Arguments& arguments, const Output& output) {
    const auto& operations = *device.operations;
    kernel::CoalesceParameters parameters{};
    if (!operations.set_coalesce || !operations.coalesce)
        return not_supported(output);
    if (const int error = operations.coalesce(device, parameters))
        return output.print("netlink error: %s\n", error_text(error));
    while (!arguments.empty()) {
        const std::string_view name = arguments.take();
        const auto value = kernel::parse_number(arguments.take());
        if ((name != "rx-usecs" && name != "rx-frames") || !value)
            return output.write("Usage: ethtool -C DEVICE [rx-usecs N] [rx-frames N]\n");
        (name == "rx-usecs" ? parameters.rx_usecs : parameters.rx_frames) = *value;
    }
    if (const int error = operations.set_coalesce(device, parameters))
        output.print("netlink error: %s\n", error_text(error));
}

void show_settings(NetDevice& device, const Output& output) {
    output.print("Settings for %s:\n\tLink detected: %s\n", device.name, device.carrier ? "yes" : "no");
}

} // namespace

void ethtool_command(Words words, const Output& output) {
    Arguments arguments(words);
    const std::string_view option = arguments.peek().starts_with('-') ? arguments.take() : std::string_view();
    const std::string_view name = arguments.take();
    if (name.empty())
        return output.write("Usage: ethtool [-i|-S|-g|-c] DEVICE, ethtool -G DEVICE [rx N] [tx N], "
                            "ethtool -C DEVICE [rx-usecs N] [rx-frames N]\n");
    NetDevice* device = find_device(name);
    if (!device)
        return output.write("netlink error: No such device\n");
    if (option.empty())
        return show_settings(*device, output);
    if (option == "-i")
        return show_driver(*device, output);
    if (option == "-S")
        return show_statistics(*device, output);
    if (option == "-g")
        return show_ring(*device, output);
    if (option == "-G")
        return set_ring(*device, arguments, output);
    if (option == "-c")
        return show_coalesce(*device, output);
    if (option == "-C")
        return set_coalesce(*device, arguments, output);
    output.print("ethtool: bad option %.*s\n", length_of(option), option.data());
}

} // namespace shell
