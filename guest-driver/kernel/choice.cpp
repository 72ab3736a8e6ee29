// SPDX-License-Identifier: GPL-2.0-or-later
// The table of what can be chosen.
#include "kernel/choice.h"

#include "kernel/command_line.h"
#include "kernel/net_rx_action.h"
#include "kernel/print.h"
#include "kernel/softirq.h"

namespace kernel {

namespace {

constexpr Choice table[] = {
    {"napi_model", "/proc/sys/net/core/napi_model", napi_model_names,
     [] { return static_cast<unsigned>(napi_model()); },
     [](unsigned word) { set_napi_model(static_cast<NapiModel>(word)); }},
    {"softirq_policy", "/proc/sys/kernel/softirq_policy", softirq_policy_names,
     [] { return static_cast<unsigned>(softirq_policy()); },
     [](unsigned word) { set_softirq_policy(static_cast<SoftirqPolicy>(word)); }},
};

} // namespace

std::span<const Choice> choices() { return table; }

bool choose(const Choice& choice, std::string_view word) {
    for (unsigned i = 0; i < choice.words.size(); i++)
        if (word == choice.words[i]) {
            choice.set(i);
            return true;
        }
    return false;
}

void choices_from_command_line() {
    for (const Choice& choice : table) {
        const auto word = command_line_option(choice.name);
        if (!word || choose(choice, *word))
            continue;
        printk("%s takes one of:", choice.name);
        for (const char* each : choice.words)
            printk(" %s", each);
        printk("\n");
    }
}

} // namespace kernel
