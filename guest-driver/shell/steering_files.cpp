// SPDX-License-Identifier: GPL-2.0-or-later
// The files of packet steering: /sys/class/net/NAME/queues/rx-0/rps_* and those of /proc/sys/net/core that
// take more than a number.
#include <array>

#include "arch/cpu.h"
#include "kernel/command_line.h"
#include "kernel/flow_limit.h"
#include "kernel/rps.h"
#include "shell/proc_files.h"
#include "shell/sys_class_net.h"

namespace shell {

namespace {

StoreResult stored(bool done) { return done ? StoreResult::Stored : StoreResult::Invalid; }

/// As Linux does, CPUs that are not there are left out.
std::optional<uint32_t> parse_online_mask(std::string_view text) {
    const auto mask = parse_cpu_mask(text);
    return mask ? std::optional(*mask & ((1u << arch::cpu_count()) - 1)) : std::nullopt;
}

struct SteeringFile {
    std::string_view path;
    void (*show)(const Output& output);
    bool (*store)(std::string_view text);
};

constexpr SteeringFile files[] = {
    {"/proc/sys/net/core/flow_limit_cpu_bitmap",
     [](const Output& output) { print_cpu_mask(output, kernel::flow_limit_cpus()); },
     [](std::string_view text) {
         const auto mask = parse_online_mask(text);
         return mask && kernel::set_flow_limit_cpus(*mask);
     }},
    {"/proc/sys/net/core/flow_limit_table_len",
     [](const Output& output) { output.print("%u\n", kernel::flow_limit_table_len()); },
     [](std::string_view text) {
         const auto buckets = kernel::parse_number(text);
         return buckets && kernel::set_flow_limit_table_len(*buckets);
     }},
    {"/proc/sys/net/core/rps_default_mask",
     [](const Output& output) { print_cpu_mask(output, kernel::rps_default_mask); },
     [](std::string_view text) {
         const auto mask = parse_online_mask(text);
         if (mask)
             kernel::rps_default_mask = *mask;
         return mask.has_value();
     }},
    {"/proc/sys/net/core/rps_sock_flow_entries",
     [](const Output& output) { output.print("%u\n", kernel::rps_sock_flow_entries()); },
     [](std::string_view text) {
         const auto entries = kernel::parse_number(text);
         return entries && kernel::rps_set_sock_flow_entries(*entries);
     }},
};

const SteeringFile* find(std::string_view path) {
    for (const SteeringFile& file : files)
        if (file.path == path)
            return &file;
    return nullptr;
}

bool show(std::string_view path, const Output& output) {
    const SteeringFile* file = find(path);
    if (file)
        file->show(output);
    return file != nullptr;
}

StoreResult store(std::string_view path, std::string_view text) {
    const SteeringFile* file = find(path);
    return file ? stored(file->store(text)) : StoreResult::NoSuchFile;
}

void each(void (*visit)(std::string_view path, void* cookie), void* cookie) {
    for (const SteeringFile& file : files)
        visit(file.path, cookie);
}

} // namespace

void show_rps_cpus(kernel::NetDevice& device, const Output& output) {
    print_cpu_mask(output, device.steering.rps_cpus);
}

StoreResult store_rps_cpus(kernel::NetDevice& device, std::string_view text) {
    const auto mask = parse_online_mask(text);
    if (mask)
        device.steering.rps_cpus = *mask;
    return stored(mask.has_value());
}

void show_rps_flow_cnt(kernel::NetDevice& device, const Output& output) {
    output.print("%u\n", device.steering.rps_flow_cnt.load());
}

StoreResult store_rps_flow_cnt(kernel::NetDevice& device, std::string_view text) {
    const auto flows = kernel::parse_number(text);
    return stored(flows && kernel::rps_set_flow_cnt(device, *flows));
}

constinit const FileKind steering_files{show, store, each};

} // namespace shell
