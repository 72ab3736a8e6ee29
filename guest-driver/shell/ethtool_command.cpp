// SPDX-License-Identifier: GPL-2.0-or-later
// ethtool: its options, and what is short: the driver itself, its counters.
#include "shell/ethtool.h"

#include <array>

namespace shell {

namespace {

constexpr std::size_t maximum_statistics = 96;

void show_driver(NetDevice& device, Arguments& arguments, const Output& output) {
    const auto& operations = *device.operations;
    if (!arguments.empty())
        return bad_command_line(output);
    if (!operations.driver_info)
        return netlink_error(error_not_supported, output);
    const kernel::DriverInfo info = operations.driver_info(device);
    output.print("driver: %s\nversion: %s\nfirmware-version: \nexpansion-rom-version: \nbus-info: %s\n",
                 info.driver, info.version, info.bus_info);
    const char* hardware = operations.ethtool ? "yes" : "no";
    output.print("supports-statistics: %s\nsupports-test: %s\nsupports-eeprom-access: %s\n"
                 "supports-register-dump: %s\nsupports-priv-flags: no\n",
                 operations.ethtool_stats ? "yes" : "no", hardware, hardware, hardware);
}

void show_statistics(NetDevice& device, Arguments& arguments, const Output& output) {
    if (!arguments.empty())
        return bad_command_line(output);
    if (!device.operations->ethtool_stats)
        return output.write("no stats available\n");
    std::array<kernel::EthtoolStat, maximum_statistics> stats;
    const std::size_t count = device.operations->ethtool_stats(device, stats);
    output.write("NIC statistics:\n");
    for (const kernel::EthtoolStat& stat : std::span(stats).first(std::min(count, stats.size())))
        output.print("     %s: %llu\n", stat.name, static_cast<unsigned long long>(stat.value));
}

/// As on Linux, e100 does not let pause frames be chosen.
void no_pause_parameters(NetDevice&, Arguments&, const Output& output) {
    netlink_error(error_not_supported, output);
}

struct Option {
    const char *letter, *word;
    void (*run)(NetDevice& device, Arguments& arguments, const Output& output);
};
constexpr Option options[] = {
    {"-a", "--show-pause", no_pause_parameters},
    {"-A", "--pause", no_pause_parameters},
    {"-c", "--show-coalesce", show_coalesce},
    {"-C", "--coalesce", set_coalesce},
    {"-d", "--register-dump", dump_registers},
    {"-e", "--eeprom-dump", dump_eeprom},
    {"-g", "--show-ring", show_ring},
    {"-G", "--set-ring", set_ring},
    {"-i", "--driver", show_driver},
    {"-k", "--show-features", show_features},
    {"-K", "--features", set_features},
    {"-p", "--identify", identify},
    {"-P", "--show-permaddr", show_permanent_address},
    {"-r", "--negotiate", restart_negotiation},
    {"-s", "--change", change_settings},
    {"-S", "--statistics", show_statistics},
    {"-t", "--test", run_self_test},
};

constexpr const char* usage =
    "Usage: ethtool DEVICE                        the link\n"
    "       ethtool -s DEVICE [speed N] [duplex half|full] [autoneg on|off] [advertise N]\n"
    "                         [msglvl N | msglvl TYPE on|off ...]\n"
    "       ethtool -r DEVICE                     negotiate again\n"
    "       ethtool -t DEVICE [offline|online]    test the card\n"
    "       ethtool -i|-S|-k|-a|-P DEVICE         driver, counters, features, pause, address\n"
    "       ethtool -K DEVICE FEATURE on|off ...  tx: checksums by the card; tso: segments, too\n"
    "       ethtool -g DEVICE, ethtool -G DEVICE [rx N] [tx N]\n"
    "       ethtool -c DEVICE, ethtool -C DEVICE [rx-usecs N] [rx-frames N]\n"
    "       ethtool -d DEVICE [hex on]            registers\n"
    "       ethtool -e DEVICE [offset N] [length N]   EEPROM\n"
    "       ethtool -p DEVICE [SECONDS]           blink; Ctrl-C to stop\n";

const Option* find_option(std::string_view word) {
    for (const Option& each : options)
        if (word == each.letter || word == each.word)
            return &each;
    return nullptr;
}

} // namespace

void netlink_error(int error, const Output& output) {
    output.print("netlink error: %s\n", error_text(error));
}

void bad_command_line(const Output& output) {
    output.write("ethtool: bad command line argument(s)\nFor more information run ethtool -h\n");
}

std::optional<bool> on_off(std::string_view word) {
    if (word != "on" && word != "off")
        return std::nullopt;
    return word == "on";
}

void ethtool_command(Words words, const Output& output) {
    Arguments arguments(words);
    const Option* option = nullptr;
    if (arguments.take_if("-h") || arguments.take_if("--help"))
        return output.write(usage);
    if (arguments.peek().starts_with('-')) {
        option = find_option(arguments.take());
        if (!option)
            return bad_command_line(output);
    }
    const std::string_view name = arguments.take();
    if (name.empty())
        return bad_command_line(output);
    NetDevice* device = find_device(name);
    if (!device)
        return output.write("netlink error: No such device\n");
    (option ? option->run : show_settings)(*device, arguments, output);
}

} // namespace shell
