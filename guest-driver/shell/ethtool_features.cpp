// SPDX-License-Identifier: GPL-2.0-or-later
// ethtool -k and -K: what the card does for packets.
#include <algorithm>
#include <array>

#include "shell/ethtool.h"

namespace shell {

namespace {

namespace feature = kernel::feature;

struct Feature {
    const char* name;
    uint32_t bits = 0; ///< 0: neither the card nor the kernel has it
};
/// Those of Linux that concern a network card, in its order; groups, and indented what they consist of.
constexpr std::array features = {
    Feature{"rx-checksumming"},
    Feature{"tx-checksumming", feature::tx_checksum_ipv4},
    Feature{"\ttx-checksum-ipv4", feature::tx_checksum_ipv4},
    Feature{"\ttx-checksum-ip-generic"},
    Feature{"\ttx-checksum-ipv6"},
    Feature{"scatter-gather"},
    Feature{"\ttx-scatter-gather"},
    Feature{"tcp-segmentation-offload", feature::tx_tcp_segmentation},
    Feature{"\ttx-tcp-segmentation", feature::tx_tcp_segmentation},
    Feature{"generic-segmentation-offload"},
    Feature{"generic-receive-offload"},
    Feature{"large-receive-offload"},
    Feature{"rx-vlan-offload"},
    Feature{"tx-vlan-offload"},
    Feature{"ntuple-filters"},
    Feature{"receive-hashing"},
    Feature{"highdma"},
    Feature{"rx-vlan-filter"},
    Feature{"vlan-challenged"},
    Feature{"loopback"},
    Feature{"rx-fcs"},
    Feature{"rx-all"},
};

/// The names by which -K calls them: a short one, and that of the feature itself.
struct Switch {
    std::string_view short_name, name;
    uint32_t bit;
};
constexpr std::array switches = {
    Switch{"tx", "tx-checksum-ipv4", feature::tx_checksum_ipv4},
    Switch{"tso", "tx-tcp-segmentation", feature::tx_tcp_segmentation},
};

const char* on_or_off(uint32_t bits) { return bits ? "on" : "off"; }

/// What is to be changed, and how.
struct Request {
    uint32_t changed = 0, on = 0;
};

bool parse(Arguments& arguments, Request& request) {
    while (!arguments.empty()) {
        const std::string_view name = arguments.take();
        const auto on = on_off(arguments.take());
        const auto* found = std::find_if(switches.begin(), switches.end(), [&](const Switch& each) {
            return name == each.short_name || name == each.name;
        });
        if (!on || found == switches.end())
            return false;
        request.changed |= found->bit;
        request.on = *on ? request.on | found->bit : request.on & ~found->bit;
    }
    return request.changed != 0;
}

/// ethtool says so when it is not exactly what was asked for.
void report(uint32_t before, uint32_t after, const Request& request, const Output& output) {
    const uint32_t refused = request.changed & (request.on ^ after),
                   unasked = (before ^ after) & ~request.changed;
    if (!(refused | unasked))
        return;
    output.write("Actual changes:\n");
    for (const Switch& each : switches)
        if ((refused | (before ^ after)) & each.bit)
            output.print("%s: %s%s\n", each.name.data(), on_or_off(after & each.bit),
                         refused & each.bit ? (request.on & each.bit ? " [requested on]" : " [requested off]")
                         : unasked & each.bit ? " [not requested]"
                                              : "");
    if (before == after)
        output.write("Could not change any device features\n");
}

} // namespace

void show_features(NetDevice& device, Arguments& arguments, const Output& output) {
    if (!arguments.empty())
        return bad_command_line(output);
    output.print("Features for %s:\n", device.name);
    for (const Feature& each : features)
        output.print("%s: %s%s\n", each.name, on_or_off(device.features & each.bits),
                     device.hw_features & each.bits ? "" : " [fixed]");
}

void set_features(NetDevice& device, Arguments& arguments, const Output& output) {
    Request request;
    if (!parse(arguments, request))
        return bad_command_line(output);
    const uint32_t before = device.features;
    kernel::dev_change_features(device, request.changed, request.on);
    report(before, device.features, request, output);
}

} // namespace shell
