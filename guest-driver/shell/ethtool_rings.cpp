// SPDX-License-Identifier: GPL-2.0-or-later
// ethtool -g, -G, -c, -C: sizes of the rings, bundling of interrupts.
#include "kernel/command_line.h"
#include "shell/ethtool.h"

namespace shell {

void show_ring(NetDevice& device, Arguments& arguments, const Output& output) {
    if (!arguments.empty())
        return bad_command_line(output);
    if (!device.operations->ring)
        return netlink_error(error_not_supported, output);
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
        return netlink_error(error_not_supported, output);
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
        netlink_error(error, output);
}

void show_coalesce(NetDevice& device, Arguments& arguments, const Output& output) {
    if (!arguments.empty())
        return bad_command_line(output);
    kernel::CoalesceParameters parameters{};
    if (!device.operations->coalesce)
        return netlink_error(error_not_supported, output);
    if (const int error = device.operations->coalesce(device, parameters))
        return netlink_error(error, output);
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
        return netlink_error(error_not_supported, output);
    if (const int error = operations.coalesce(device, parameters))
        return netlink_error(error, output);
    while (!arguments.empty()) {
        const std::string_view name = arguments.take();
        const auto value = kernel::parse_number(arguments.take());
        if ((name != "rx-usecs" && name != "rx-frames") || !value)
            return output.write("Usage: ethtool -C DEVICE [rx-usecs N] [rx-frames N]\n");
        (name == "rx-usecs" ? parameters.rx_usecs : parameters.rx_frames) = *value;
    }
    if (const int error = operations.set_coalesce(device, parameters))
        netlink_error(error, output);
}

} // namespace shell
