// SPDX-License-Identifier: GPL-2.0-or-later
// ethtool -t, -e, -d, -p, -P: the card itself.
#include <algorithm>
#include <array>

#include "arch/clock.h"
#include "kernel/command_line.h"
#include "kernel/thread.h"
#include "shell/ethtool.h"
#include "shell/terminal.h"

namespace shell {

namespace {

constexpr std::size_t maximum_tests = 16, maximum_registers = 256;
constexpr unsigned dump_columns = 16;
constexpr uint64_t second_ns = 1'000'000'000;

/// Bytes [first, last) of what `byte(index)` gives.
template <typename Byte>
void print_dump(const Output& output, std::size_t first, std::size_t last, Byte byte) {
    output.write("Offset\t\tValues\n------\t\t------");
    for (std::size_t i = first; i < last; i++) {
        if ((i - first) % dump_columns == 0)
            output.print("\n0x%04zx:\t\t", i);
        output.print("%02x ", static_cast<unsigned>(byte(i)));
    }
    output.write("\n");
}

// ---- Registers, as ethtool names those of an 8255x ----

struct Line {
    const char* text;
    unsigned bit; ///< of the first dword of the dump
};

void print_bits(const Output& output, std::span<const Line> lines, uint32_t word) {
    for (const Line& line : lines)
        output.print("      %-35s%s\n", line.text, word >> line.bit & 1 ? "yes" : "no");
}

void print_unit(const Output& output, const char* title, const char* state) {
    output.print("      %-25s%s\n", title, state);
}

const char* receive_unit_state(unsigned code) {
    constexpr std::array names = {"Idle", "Suspended", "No Resources", "Reserved", "Ready"};
    return code < names.size() ? names[code] : "Reserved";
}

const char* command_unit_state(unsigned code) {
    constexpr std::array names = {"Idle", "Suspended", "LPQ Active", "HPQ Active"};
    return names[code % names.size()];
}

const char* receive_unit_command(unsigned code) {
    constexpr std::array names = {"No Command",   "RU Start", "RU Resume",
                                  "RU Redirect",  "RU Abort", "Load RU header data size",
                                  "Load RU base", "Reserved"};
    return names[code % names.size()];
}

const char* command_unit_command(unsigned code) {
    constexpr std::array names = {"No Command",
                                  "CU Start",
                                  "CU Resume",
                                  "CU HPQ Start",
                                  "Load Dump Counters Address",
                                  "Dump Counters",
                                  "Load CU base",
                                  "Dump and Reset Counters"};
    if (code == 10)
        return "CU Static Resume";
    return code < names.size() ? names[code] : "Reserved";
}

void print_registers(const Output& output, std::span<const uint32_t> dump) {
    constexpr Line pending[] = {
        {"Flow Control Pause:", 8}, {"Early Receive:", 9},          {"Software Generated Interrupt:", 10},
        {"MDI Done:", 11},          {"RU Not In Ready State:", 12}, {"CU Not in Active State:", 13},
        {"RU Received Frame:", 14}, {"CU Completed Command:", 15},
    };
    constexpr Line software[] = {{"Software Generated Interrupt:", 25}};
    constexpr Line masked[] = {
        {"ALL Interrupts:", 24},        {"Flow Control Pause:", 26},     {"Early Receive:", 27},
        {"RU Not In Ready State:", 28}, {"CU Not in Active State:", 29}, {"RU Received Frame:", 30},
        {"CU Completed Command:", 31},
    };
    constexpr uint32_t crossed = 0x20; // in PHY register 28
    const uint32_t scb = dump[0];
    output.print("%-41s0x%04x\n", "SCB Status Word (Lower Word)", scb & 0xffff);
    print_unit(output, "RU Status:", receive_unit_state(scb >> 2 & 0xf));
    print_unit(output, "CU Status:", command_unit_state(scb >> 6 & 0x3));
    output.write("      ---- Interrupts Pending ----\n");
    print_bits(output, pending, scb);
    output.print("%-41s0x%04x\n", "SCB Command Word (Upper Word)", scb >> 16);
    print_unit(output, "RU Command:", receive_unit_command(scb >> 16 & 0x7));
    print_unit(output, "CU Command:", command_unit_command(scb >> 20 & 0xf));
    print_bits(output, software, scb);
    output.write("      ---- Interrupts Masked ----\n");
    print_bits(output, masked, scb);
    output.print("%-41s%s\n", "MDI/MDI-X Status:", dump[1] & crossed ? "MDI-X" : "MDI");
}

/// True if Ctrl-C came before the time was over.
bool interrupted_within(uint64_t ns) {
    const uint64_t deadline = arch::now_ns() + ns;
    constexpr uint64_t look_ns = 50'000'000;
    while (!terminal_interrupted()) {
        const uint64_t now = arch::now_ns();
        if (now >= deadline)
            return false;
        kernel::sleep_ns(std::min(look_ns, deadline - now));
    }
    return true;
}

} // namespace

void run_self_test(NetDevice& device, Arguments& arguments, const Output& output) {
    const std::string_view mode = arguments.take();
    if (!arguments.empty() || (!mode.empty() && mode != "offline" && mode != "online"))
        return bad_command_line(output);
    const auto* ethtool = device.operations->ethtool;
    if (!ethtool)
        return output.print("Cannot test: %s\n", error_text(error_not_supported));
    std::array<kernel::TestResult, maximum_tests> results;
    const std::size_t count = ethtool->self_test(device, mode != "online", results);
    const auto lines = std::span(results).first(count);
    const bool passed = std::ranges::all_of(lines, [](const auto& each) { return each.value == 0; });
    output.print("The test result is %s\nThe test extra info:\n", passed ? "PASS" : "FAIL");
    for (const kernel::TestResult& each : lines)
        output.print("%s\t %llu\n", each.name, static_cast<unsigned long long>(each.value));
    output.write("\n");
}

void dump_eeprom(NetDevice& device, Arguments& arguments, const Output& output) {
    const auto* ethtool = device.operations->ethtool;
    if (!ethtool)
        return output.print("Cannot get EEPROM data: %s\n", error_text(error_not_supported));
    const std::span<const uint16_t> words = ethtool->eeprom(device);
    std::size_t first = 0, length = words.size_bytes();
    while (!arguments.empty()) {
        const std::string_view name = arguments.take();
        const auto value = kernel::parse_number(arguments.take());
        if ((name != "offset" && name != "length") || !value)
            return bad_command_line(output);
        (name == "offset" ? first : length) = *value;
    }
    if (first > words.size_bytes())
        return output.print("Cannot get EEPROM data: %s\n", error_text(error_invalid));
    const std::size_t last = first + std::min(length, words.size_bytes() - first);
    print_dump(output, first, last, [&](std::size_t i) { return words[i / 2] >> 8 * (i % 2) & 0xff; });
}

void dump_registers(NetDevice& device, Arguments& arguments, const Output& output) {
    const bool hex = arguments.take_if("hex");
    if ((hex && !arguments.take_if("on")) || !arguments.empty())
        return bad_command_line(output);
    const auto* ethtool = device.operations->ethtool;
    std::array<uint32_t, maximum_registers> registers;
    const std::size_t count = ethtool ? ethtool->registers(device, registers) : 0;
    if (count < 2)
        return output.print("Cannot get register dump: %s\n", error_text(error_not_supported));
    if (!hex)
        return print_registers(output, std::span(registers).first(count));
    print_dump(output, 0, count * sizeof(uint32_t),
               [&](std::size_t i) { return registers[i / 4] >> 8 * (i % 4) & 0xff; });
}

void identify(NetDevice& device, Arguments& arguments, const Output& output) {
    constexpr uint64_t half_period_ns = second_ns / 4; // two flashes per second
    const std::string_view word = arguments.take();
    const auto seconds = word.empty() ? std::optional<uint32_t>(0) : kernel::parse_number(word);
    if (!seconds || !arguments.empty())
        return bad_command_line(output);
    const auto* ethtool = device.operations->ethtool;
    if (!ethtool)
        return output.print("Cannot identify NIC: %s\n", error_text(error_not_supported));
    const uint64_t end = arch::now_ns() + *seconds * second_ns;
    ethtool->set_physical_id(device, kernel::PhysicalId::Begin);
    for (bool on = true; *seconds == 0 || arch::now_ns() < end; on = !on) {
        ethtool->set_physical_id(device, on ? kernel::PhysicalId::On : kernel::PhysicalId::Off);
        if (interrupted_within(half_period_ns))
            break;
    }
    ethtool->set_physical_id(device, kernel::PhysicalId::End);
}

void show_permanent_address(NetDevice& device, Arguments& arguments, const Output& output) {
    if (!arguments.empty())
        return bad_command_line(output);
    const auto* ethtool = device.operations->ethtool;
    if (!ethtool)
        return output.write("Permanent address: not set\n");
    output.write("Permanent address:");
    const auto words = ethtool->eeprom(device);
    for (unsigned i = 0; i < sizeof(kernel::MacAddress); i++)
        output.print("%c%02x", i == 0 ? ' ' : ':', words[i / 2] >> 8 * (i % 2) & 0xff);
    output.write("\n");
}

} // namespace shell
