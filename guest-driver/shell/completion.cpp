// SPDX-License-Identifier: GPL-2.0-or-later
// Candidates: commands, files, interfaces, and the words that a command knows.
#include "shell/completion.h"

#include <algorithm>

#include "kernel/net_device.h"
#include "shell/command.h"
#include "shell/file_tree.h"

namespace shell {

namespace {

struct CommandWords {
    std::string_view command, words;
};
constexpr CommandWords known_words[] = {
    {"crash", "die null stack softirq"},
    {"ethtool", "advertise autoneg duplex full half length msglvl off offline offset on online rx rx-frames "
                "rx-usecs speed tso tx"},
    {"ip", "add address addr allmulticast default del dev down flush get link lladdr maddr metric mtu neigh "
           "promisc replace route set show up via"},
    {"trace", "arp icmp udp"},
};
/// Whose words may be commands.
constexpr std::string_view takes_commands[] = {"help", "watch"};

/// Passes on what begins with `begin`.
struct Filter {
    std::string_view begin;
    void (*visit)(void*, std::string_view);
    void* cookie;

    void offer(std::string_view word, std::string_view end = " ") const {
        if (!word.starts_with(begin))
            return;
        Text<128> whole;
        whole.append(word);
        whole.append(end);
        visit(cookie, whole.view());
    }
};

void offer_commands(const Filter& filter) {
    for (const Command& command : commands())
        filter.offer(command.name);
}

bool is_folder(std::string_view path) {
    Text<128> folder;
    folder.append(path);
    folder.append("/");
    Text<64> first;
    return next_in_folder(folder.view(), "", first);
}

void offer_files(const Filter& filter) {
    const std::string_view folder = filter.begin.substr(0, filter.begin.rfind('/') + 1);
    Text<64> name;
    while (next_in_folder(folder, name.view(), name)) {
        Text<128> path;
        path.append(folder);
        path.append(name.view());
        filter.offer(path.view(), is_folder(path.view()) ? "/" : " ");
    }
}

void offer_arguments(std::string_view command, const Filter& filter) {
    if (std::ranges::find(takes_commands, command) != std::end(takes_commands))
        offer_commands(filter);
    for (const kernel::NetDevice* device : kernel::net_devices())
        filter.offer(device->name);
    const auto known = std::ranges::find(known_words, command, &CommandWords::command);
    if (known == std::end(known_words))
        return;
    for (std::string_view rest = known->words; !rest.empty();) {
        const std::string_view word = rest.substr(0, rest.find(' '));
        filter.offer(word);
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    }
}

} // namespace

std::size_t complete_line(std::string_view line, void (*visit)(void* cookie, std::string_view word),
                          void* cookie) {
    const std::size_t begin = line.rfind(';') + 1; // npos + 1 is 0
    const std::size_t start = std::max(begin, line.find_last_of(" \t>") + 1);
    const Filter filter{line.substr(start), visit, cookie};
    std::string_view before = line.substr(begin, start - begin);
    before.remove_prefix(std::min(before.find_first_not_of(" \t"), before.size()));
    if (filter.begin.starts_with('/'))
        offer_files(filter);
    else if (before.empty())
        offer_commands(filter);
    else
        offer_arguments(before.substr(0, before.find_first_of(" \t")), filter);
    return start;
}

} // namespace shell
