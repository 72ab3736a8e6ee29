// SPDX-License-Identifier: GPL-2.0-or-later
// /sys/class/net/NAME/…: attributes of each interface.
#include "shell/sys_class_net.h"

#include "shell/arguments.h"
#include "shell/proc_files.h"

namespace shell {

namespace {

using kernel::NetDevice;

constexpr std::string_view folder = "/sys/class/net/";

void show_address(NetDevice& device, const Output& output) {
    const kernel::MacAddress& mac = device.mac;
    output.print("%02x:%02x:%02x:%02x:%02x:%02x\n", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

void show_carrier(NetDevice& device, const Output& output) { output.print("%d\n", device.carrier); }

void show_mtu(NetDevice& device, const Output& output) { output.print("%u\n", device.mtu); }

void show_operstate(NetDevice& device, const Output& output) {
    output.write(device.up && device.carrier ? "up\n" : "down\n");
}

constexpr DeviceAttribute attributes[] = {
    {"address", show_address, nullptr},
    {"carrier", show_carrier, nullptr},
    {"mtu", show_mtu, nullptr},
    {"operstate", show_operstate, nullptr},
};

bool has(const NetDevice& device, const DeviceAttribute& attribute) {
    return !attribute.exists || attribute.exists(device);
}

struct File {
    NetDevice* device = nullptr;
    const DeviceAttribute* attribute = nullptr;
    explicit operator bool() const { return attribute != nullptr; }
};

File find(std::string_view path) {
    if (!path.starts_with(folder))
        return {};
    path.remove_prefix(folder.size());
    const std::size_t slash = path.find('/');
    NetDevice* device = find_device(path.substr(0, slash));
    if (!device || slash == path.npos)
        return {};
    path.remove_prefix(slash + 1);
    for (const DeviceAttribute& attribute : attributes)
        if (attribute.path == path && has(*device, attribute))
            return {device, &attribute};
    return {};
}

bool show(std::string_view path, const Output& output) {
    const File file = find(path);
    if (file)
        file.attribute->show(*file.device, output);
    return static_cast<bool>(file);
}

StoreResult store(std::string_view path, std::string_view text) {
    const File file = find(path);
    if (!file)
        return StoreResult::NoSuchFile;
    return file.attribute->store ? file.attribute->store(*file.device, text) : StoreResult::ReadOnly;
}

void visit_device(const NetDevice& device, void (*visit)(std::string_view path, void* cookie), void* cookie) {
    for (const DeviceAttribute& attribute : attributes) {
        if (!has(device, attribute))
            continue;
        Text<64> path;
        path.append(folder);
        path.append(device.name);
        path.append("/");
        path.append(attribute.path);
        visit(path.view(), cookie);
    }
}

void each(void (*visit)(std::string_view path, void* cookie), void* cookie) {
    for (const NetDevice* device : kernel::net_devices())
        visit_device(*device, visit, cookie);
}

} // namespace

constinit const FileKind device_files{show, store, each};

} // namespace shell
