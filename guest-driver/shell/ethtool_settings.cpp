// SPDX-License-Identifier: GPL-2.0-or-later
// ethtool without an option, -s and -r: the settings of the link, printed as ethtool prints them.
#include <algorithm>
#include <array>
#include <optional>

#include "kernel/command_line.h"
#include "shell/ethtool.h"

namespace shell {

namespace {

namespace link_mode = kernel::link_mode;
using kernel::LinkSettings;

constexpr std::array level_names = {"drv",     "probe",     "link",    "timer",     "ifdown",
                                    "ifup",    "rx_err",    "tx_err",  "tx_queued", "intr",
                                    "tx_done", "rx_status", "pktdata", "hw",        "wol"};

struct ModeName {
    uint32_t mode;
    unsigned speed;
    bool full_duplex;
    const char* name;
};
constexpr std::array mode_names = {
    ModeName{link_mode::half_10, 10, false, "10baseT/Half"},
    ModeName{link_mode::full_10, 10, true, "10baseT/Full"},
    ModeName{link_mode::half_100, 100, false, "100baseT/Half"},
    ModeName{link_mode::full_100, 100, true, "100baseT/Full"},
};

/// A line for each speed, further ones indented below the first.
void print_modes(const Output& output, std::string_view title, uint32_t modes) {
    constexpr std::size_t shortest_indent = 24;
    const int indent = static_cast<int>(std::max(title.size(), shortest_indent));
    output.print("\t%-*.*s", indent, length_of(title), title.data());
    unsigned speed = 0;
    for (const ModeName& each : mode_names) {
        if (!(modes & each.mode))
            continue;
        if (speed == each.speed)
            output.write(" ");
        else if (speed != 0)
            output.print("\n\t%*s", indent, "");
        output.write(each.name);
        speed = each.speed;
    }
    output.write(speed == 0 ? "Not reported\n" : "\n");
}

const char* yes_no(bool yes) { return yes ? "Yes" : "No"; }

/// What one end of the link says of itself; `who` begins each line.
void print_advertised(const Output& output, const char* who, uint32_t modes) {
    Text<64> title;
    title.output().print("%s link modes:  ", who);
    print_modes(output, title.view(), modes);
    output.print("\t%s pause frame use: %s\n", who, modes & link_mode::pause ? "Symmetric" : "No");
    output.print("\t%s auto-negotiation: %s\n", who, yes_no(modes & link_mode::autonegotiation));
    output.print("\t%s FEC modes: Not reported\n", who);
}

void print_link_settings(const Output& output, const LinkSettings& settings) {
    output.print("\tSupported ports: [ %s%s]\n", settings.supported & link_mode::twisted_pair ? "TP\t " : "",
                 settings.supported & link_mode::mii ? "MII " : "");
    print_modes(output, "Supported link modes:", settings.supported);
    output.print("\tSupported pause frame use: %s\n",
                 settings.supported & link_mode::pause ? "Symmetric" : "No");
    output.print("\tSupports auto-negotiation: %s\n",
                 yes_no(settings.supported & link_mode::autonegotiation));
    output.write("\tSupported FEC modes: Not reported\n");
    print_advertised(output, "Advertised", settings.advertised);
    if (settings.partner)
        print_advertised(output, "Link partner advertised", settings.partner);
    output.print("\tSpeed: %uMb/s\n\tDuplex: %s\n\tAuto-negotiation: %s\n\tPort: MII\n\tPHYAD: %u\n"
                 "\tTransceiver: internal\n",
                 settings.speed, settings.full_duplex ? "Full" : "Half",
                 settings.autonegotiation ? "on" : "off", settings.phy_address);
}

void print_message_level(const Output& output, uint32_t level) {
    output.print("        Current message level: 0x%08x (%u)\n%*s", level, level, 30, "");
    for (std::size_t i = 0; i < level_names.size(); i++)
        if (level >> i & 1)
            output.print(" %s", level_names[i]);
    output.write("\n");
}

std::optional<uint32_t> level_bit(std::string_view name) {
    for (std::size_t i = 0; i < level_names.size(); i++)
        if (name == level_names[i])
            return 1u << i;
    return std::nullopt;
}

/// "0x2f", or decimal.
std::optional<uint32_t> parse_bits(std::string_view text) {
    if (!text.starts_with("0x"))
        return kernel::parse_number(text);
    constexpr std::size_t most_digits = 8;
    text.remove_prefix(2);
    if (text.empty() || text.size() > most_digits)
        return std::nullopt;
    uint32_t value = 0;
    for (const char c : text) {
        const bool decimal = c >= '0' && c <= '9', letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'f';
        if (!decimal && !letter)
            return std::nullopt;
        value = value << 4 | static_cast<uint32_t>(decimal ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

/// What -s was asked for; what is not named stays as it is.
struct Wanted {
    std::optional<uint32_t> speed, advertised, level;
    std::optional<bool> full_duplex, autonegotiation;

    bool link() const { return speed || advertised || full_duplex || autonegotiation; }
};

/// The numbers or `NAME on|off ...` behind msglvl.
bool take_level(Arguments& arguments, uint32_t level, Wanted& wanted) {
    if (!level_bit(arguments.peek())) {
        wanted.level = parse_bits(arguments.take());
        return wanted.level.has_value();
    }
    while (const auto bit = level_bit(arguments.peek())) {
        arguments.take();
        const auto on = on_off(arguments.take());
        if (!on)
            return false;
        level = *on ? level | *bit : level & ~*bit;
    }
    wanted.level = level;
    return true;
}

/// False: there is no such parameter.
bool take_parameter(Arguments& arguments, std::string_view name, uint32_t level, Wanted& wanted,
                    bool& valid) {
    if (name == "msglvl") {
        valid = take_level(arguments, level, wanted);
        return true;
    }
    const std::string_view value = arguments.take();
    if (name == "speed") {
        wanted.speed = kernel::parse_number(value);
        valid = wanted.speed.has_value();
    } else if (name == "duplex") {
        wanted.full_duplex = value == "full";
        valid = value == "half" || value == "full";
    } else if (name == "autoneg") {
        wanted.autonegotiation = on_off(value);
        valid = wanted.autonegotiation.has_value();
    } else if (name == "advertise") {
        wanted.advertised = parse_bits(value);
        valid = wanted.advertised.has_value();
    } else {
        return false;
    }
    return true;
}

bool parse(Arguments& arguments, uint32_t level, Wanted& wanted, const Output& output) {
    while (!arguments.empty()) {
        const std::string_view name = arguments.take(), value = arguments.peek();
        bool valid = true;
        if (!take_parameter(arguments, name, level, wanted, valid)) {
            output.print("ethtool (-s): unknown parameter '%.*s'\n", length_of(name), name.data());
            return false;
        }
        if (valid)
            continue;
        if (value.empty())
            output.print("ethtool (-s): no value for parameter '%.*s'\n", length_of(name), name.data());
        else
            output.print("ethtool (-s): invalid value '%.*s' for parameter '%.*s'\n", length_of(value),
                         value.data(), length_of(name), name.data());
        return false;
    }
    return true;
}

/// With autonegotiation, speed and duplex say what is advertised.
uint32_t modes_like(const Wanted& wanted, uint32_t supported) {
    uint32_t modes = 0;
    for (const ModeName& each : mode_names)
        if ((!wanted.speed || *wanted.speed == each.speed) &&
            (!wanted.full_duplex || *wanted.full_duplex == each.full_duplex))
            modes |= each.mode;
    return modes & supported;
}

LinkSettings with(LinkSettings settings, const Wanted& wanted) {
    settings.autonegotiation = wanted.autonegotiation.value_or(settings.autonegotiation);
    settings.speed = wanted.speed.value_or(settings.speed);
    settings.full_duplex = wanted.full_duplex.value_or(settings.full_duplex);
    settings.advertised = wanted.advertised.value_or(modes_like(wanted, settings.supported));
    return settings;
}

} // namespace

void show_settings(NetDevice& device, Arguments& arguments, const Output& output) {
    if (!arguments.empty())
        return bad_command_line(output);
    output.print("Settings for %s:\n", device.name);
    if (const auto* ethtool = device.operations->ethtool) {
        print_link_settings(output, ethtool->link_settings(device));
        print_message_level(output, ethtool->message_level(device));
    }
    output.print("\tLink detected: %s\n", device.carrier ? "yes" : "no");
}

void change_settings(NetDevice& device, Arguments& arguments, const Output& output) {
    const auto* ethtool = device.operations->ethtool;
    if (arguments.empty())
        return bad_command_line(output);
    Wanted wanted;
    if (!parse(arguments, ethtool ? ethtool->message_level(device) : 0, wanted, output))
        return;
    if (!ethtool)
        return netlink_error(error_not_supported, output);
    if (wanted.link()) {
        const LinkSettings settings = with(ethtool->link_settings(device), wanted);
        if (const int error = ethtool->set_link_settings(device, settings)) {
            output.write("netlink error: link settings update failed\n");
            return netlink_error(error, output);
        }
    }
    if (wanted.level)
        ethtool->set_message_level(device, *wanted.level);
}

void restart_negotiation(NetDevice& device, Arguments& arguments, const Output& output) {
    if (!arguments.empty())
        return bad_command_line(output);
    const auto* ethtool = device.operations->ethtool;
    if (const int error = ethtool ? ethtool->restart_negotiation(device) : error_not_supported)
        output.print("Cannot restart autonegotiation: %s\n", error_text(error));
}

} // namespace shell
