// SPDX-License-Identifier: GPL-2.0-or-later
// The driver's options: a table of names, and how each reads and writes its value.
#include "driver/options.h"

#include <algorithm>
#include <cstddef>

#include "driver/adapter.h"
#include "kernel/command_line.h"
#include "kernel/input_feedback.h"
#include "kernel/packet_buffer.h"
#include "kernel/padding.h"
#include "kernel/print.h"

namespace e100 {
namespace {

using kernel::padding;

bool allocations_fail = false; ///< of packets, to see what the ring does about it

constexpr unsigned max_weight = 256, unlimited_weight = kernel::unlimited_weight;
constexpr unsigned max_padding_ns = 1'000'000;
constexpr std::size_t option_count = 13;
using ValueText = std::array<char, 12>;

bool set_number(unsigned& into, std::string_view value, unsigned low, unsigned high) {
    const auto number = kernel::parse_number(value);
    if (number)
        into = std::clamp<unsigned>(*number, low, high);
    return number.has_value();
}

bool set_price(std::atomic<uint32_t>& into, std::string_view value) {
    unsigned ns = 0;
    const bool valid = set_number(ns, value, 0, max_padding_ns);
    if (valid)
        into = ns;
    return valid;
}

constexpr std::array<const char*, 3> driver_names = {"legacy", "napi", "napi+bundling"}; // as DriverKind

bool set_driver(std::string_view value) {
    const auto name = std::ranges::find(driver_names, value);
    if (name == driver_names.end())
        return false;
    options().driver = static_cast<DriverKind>(name - driver_names.begin());
    return true;
}

template <typename Choice>
bool set_choice(Choice& into, std::string_view value, std::string_view first, std::string_view second) {
    if (value != first && value != second)
        return false;
    into = static_cast<Choice>(value == second);
    return true;
}

const char* number_text(unsigned number, ValueText& text) {
    kernel::format(text.data(), text.size(), "%u", number);
    return text.data();
}

bool set_weight(std::string_view value) {
    if (value == "unlimited")
        options().weight = unlimited_weight;
    else if (!set_number(options().weight, value, 1, max_weight))
        return false;
    for (kernel::NetDevice* device : kernel::net_devices())
        if (device->operations == &device_operations())
            device->napi->weight = static_cast<int>(options().weight);
    return true;
}

struct Option {
    const char* name;
    const char* values;
    bool (*set)(std::string_view value);
    const char* (*get)(ValueText& text);
};

constexpr std::array<Option, option_count> table = {{
    {"rnr_policy", "linux | resume",
     [](std::string_view value) { return set_choice(options().rnr_policy, value, "linux", "resume"); },
     [](ValueText&) { return options().rnr_policy == RnrPolicy::Linux ? "linux" : "resume"; }},
    {"no_memory", "shrink | recycle",
     [](std::string_view value) { return set_choice(options().no_memory, value, "shrink", "recycle"); },
     [](ValueText&) { return options().no_memory == NoMemory::Shrink ? "shrink" : "recycle"; }},
    {"ack_mode", "isr | poll",
     [](std::string_view value) { return set_choice(options().ack_mode, value, "isr", "poll"); },
     [](ValueText&) { return options().ack_mode == AckMode::Isr ? "isr" : "poll"; }},
    {"rx_ring", "16 ... 256",
     [](std::string_view value) { return set_number(options().rx_ring, value, min_rx_ring, max_rx_ring); },
     [](ValueText& text) { return number_text(options().rx_ring, text); }},
    {"tx_ring", "64 ... 256",
     [](std::string_view value) { return set_number(options().tx_ring, value, min_tx_ring, max_tx_ring); },
     [](ValueText& text) { return number_text(options().tx_ring, text); }},
    {"driver", "legacy | napi | napi+bundling", set_driver,
     [](ValueText&) { return driver_names[static_cast<std::size_t>(options().driver)]; }},
    {"weight", "1 ... 256 | unlimited", set_weight,
     [](ValueText& text) {
         return options().weight == unlimited_weight ? "unlimited" : number_text(options().weight, text);
     }},
    {"tx_clean", "after | before",
     [](std::string_view value) { return set_choice(options().tx_clean, value, "after", "before"); },
     [](ValueText&) { return options().tx_clean == TxClean::After ? "after" : "before"; }},
    {"feedback", "off | on",
     [](std::string_view value) {
         bool on = kernel::input_feedback;
         const bool valid = set_choice(on, value, "off", "on");
         kernel::input_feedback = on;
         return valid;
     },
     [](ValueText&) { return kernel::input_feedback ? "on" : "off"; }},
    {"microcode", "off | on",
     [](std::string_view value) { return set_choice(options().microcode, value, "off", "on"); },
     [](ValueText&) { return options().microcode == Microcode::Off ? "off" : "on"; }},
    {"alloc_fails", "off | on",
     [](std::string_view value) {
         const bool valid = set_choice(allocations_fail, value, "off", "on");
         kernel::packet_pool_fail_when([] { return allocations_fail; });
         return valid;
     },
     [](ValueText&) { return allocations_fail ? "on" : "off"; }},
    {"pad_ns", "0 ... 1000000", [](std::string_view value) { return set_price(padding.packet_ns, value); },
     [](ValueText& text) { return number_text(padding.packet_ns, text); }},
    {"pad_irq_ns", "0 ... 1000000", [](std::string_view value) { return set_price(padding.irq_ns, value); },
     [](ValueText& text) { return number_text(padding.irq_ns, text); }},
}};

} // namespace

Options& options() {
    static constinit Options values;
    return values;
}

bool set_option(std::string_view name, std::string_view value) {
    const auto option = std::ranges::find_if(table, [&](const Option& each) { return name == each.name; });
    return option != table.end() && option->set(value);
}

void options_from_command_line() {
    std::array<char, 32> word;
    for (const Option& option : table) {
        kernel::format(word.data(), word.size(), "e100.%s", option.name);
        const auto value = kernel::command_line_option(word.data());
        if (value && !option.set(*value))
            kernel::printk("e100: %s wants %s\n", option.name, option.values);
    }
}

std::span<const OptionText> option_texts() {
    static std::array<ValueText, option_count> values;
    static std::array<OptionText, option_count> texts;
    for (std::size_t i = 0; i < option_count; i++)
        texts[i] = {table[i].name, table[i].values, table[i].get(values[i])};
    return texts;
}

} // namespace e100
