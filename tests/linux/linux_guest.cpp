// SPDX-License-Identifier: GPL-2.0-or-later
// Boots Debian's Linux and runs commands at its console.
#include "linux_guest.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include "harness/failure.h"

namespace linux_test {

using harness::Arguments;
using harness::Deadline;
using harness::Failure;
using harness::operator+;

using namespace std::chrono_literals;

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

/// As QEMU reads slot numbers.
std::string hexadecimal(unsigned number) {
    std::ostringstream digits;
    digits << std::hex << number;
    return digits.str();
}

std::string image_file(const char* name) { return environment("E100_LINUX_IMAGE") + "/" + name; }

/// The image's initramfs and our own programs: the kernel unpacks concatenated archives one after
/// the other.
std::string join_initramfs(const harness::TempDir& directory) {
    std::string path = directory.file("initramfs");
    std::ofstream joined(path, std::ios::binary);
    // Compressed after uncompressed: the other way round would need alignment.
    for (const auto& part : {environment("E100_LINUX_PROGRAMS"), image_file("initramfs.cpio.gz")})
        if (!part.empty())
            joined << std::ifstream(part, std::ios::binary).rdbuf();
    if (!joined.flush())
        throw Failure("cannot write " + path);
    return path;
}

std::unique_ptr<LinuxGuest>& shared_guest() {
    static std::unique_ptr<LinuxGuest> guest;
    return guest;
}

/// Ends the shared machine while GoogleTest still knows whether a case failed.
class EndSharedGuest : public ::testing::Environment {
    void TearDown() override { shared_guest().reset(); }
};
const auto* const end_shared_guest = ::testing::AddGlobalTestEnvironment(new EndSharedGuest);

} // namespace

std::string missing_image() {
    for (const auto& file : {image_file("vmlinux"), image_file("initramfs.cpio.gz")})
        if (!std::filesystem::exists(file))
            return "no Linux test image: '" + file + "' is missing; images/linux/build makes it";
    auto programs = environment("E100_LINUX_PROGRAMS"); // unset where they cannot run
    if (!programs.empty() && !std::filesystem::exists(programs))
        return "E100_LINUX_PROGRAMS does not name the archive of our own programs (target linux-programs)";
    return "";
}

std::string to_string(const MacAddress& mac) {
    char buffer[18];
    std::snprintf(buffer, sizeof buffer, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
                  mac[4], mac[5]);
    return buffer;
}

std::string driver_module() {
    static const std::map<std::string, std::string> others = {
        {"e1000", "e1000"}, {"e1000e", "e1000e"}, {"rtl8139", "8139cp"}, {"virtio-net-pci", "virtio_net"}};
    auto found = others.find(harness::device_model());
    return found == others.end() ? "e100" : found->second;
}

Machine Machine::from_environment() {
    std::string type = environment("E100_MACHINE"), cpus = environment("E100_CPUS");
    return {type.empty() ? "pc" : type, cpus.empty() ? 1 : static_cast<unsigned>(std::stoul(cpus)), {}};
}

LinuxGuest& LinuxGuest::shared() {
    auto& guest = shared_guest();
    if (!guest)
        guest = std::make_unique<LinuxGuest>(Machine::from_environment(),
                                             std::vector<Card>{{.net = Net::User}, {.net = Net::Wire}});
    return *guest;
}

void LinuxGuest::spoil() { shared_guest().reset(); }

LinuxGuest& LinuxGuest::migrate_shared() {
    auto& guest = shared_guest();
    guest = std::make_unique<LinuxGuest>(*guest);
    return *guest;
}

LinuxGuest::LinuxGuest(const Machine& machine, const std::vector<Card>& cards)
    : machine_(machine), cards_(cards), console_(directory_), qmp_(directory_),
      qemu_(directory_, arguments()) {
    wait_for_prompt(0);
}

void LinuxGuest::wait_for_prompt(size_t begin) {
    console_.expect_text("e100-linux# ", 90s);
    boot_messages_ = console_.transcript().substr(begin);
    // Without echo and prompts the transcript holds the commands' output alone.
    console_.send_line("stty -echo; PS1=; echo silent: $?");
    console_.expect_text("silent: 0\n");
}

LinuxGuest::LinuxGuest(LinuxGuest& source, Move how)
    : machine_(source.machine_), cards_(source.cards_), console_(directory_), qmp_(directory_),
      qemu_(directory_, arguments_to_continue(source, how)), boot_messages_(source.boot_messages_),
      commands_(source.commands_) {
    if (how == Move::Live) {
        qmp_.status(); // it listens by the time it answers
        source.qmp().migrate_to_socket(directory_.file("migration"));
    }
    qmp_.wait_migrated();
    qmp_.cont();
}

Arguments LinuxGuest::arguments_to_continue(LinuxGuest& source, Move how) {
    if (how == Move::Live)
        return arguments() + Arguments{"-incoming", "unix:" + directory_.file("migration")};
    std::string state = directory_.file("state");
    source.qmp().migrate_to_file(state);
    return arguments() + Arguments{"-incoming", "exec:cat " + state};
}

void LinuxGuest::reset() {
    size_t begin = console_.transcript().size();
    qmp_.execute("set-action", R"({"reboot": "reset"})");
    qmp_.system_reset(); // and SeaBIOS follows with one of its own
    wait_for_prompt(begin);
    qmp_.execute("set-action", R"({"reboot": "shutdown"})"); // again as -no-reboot says
}

Arguments LinuxGuest::arguments() {
    // no_timer_check: the kernel's own check counts ticks in a busy loop and panics when the host is slow to
    // send them. ipv6.disable: no traffic of the guest's own on the wire. oops=panic with -no-reboot: a crash
    // ends QEMU.
    const bool arm = machine_.type == "virt";
    std::string kernel_line = std::string("console=") + (arm ? "ttyAMA0" : "ttyS0") +
                              " quiet tsc=reliable no_timer_check nokaslr mitigations=off "
                              "cryptomgr.notests ipv6.disable=1 oops=panic panic=-1 nic=" +
                              driver_module();
    Arguments card_options;
    for (const Card& card : cards_) {
        kernel_line += " eth" + std::to_string(wires_.size()) + (card.net == Net::User ? "=dhcp" : "=up");
        card_options = card_options + card_arguments(card);
    }
    return harness::quiet_arguments(machine_.type) + (arm ? Arguments{"-cpu", "cortex-a57"} : Arguments{}) +
           machine_.extra + Arguments{"-m", "256", "-smp", std::to_string(machine_.cpus), "-no-reboot"} +
           Arguments{"-kernel",  image_file("vmlinux"), "-initrd", join_initramfs(directory_), "-append",
                     kernel_line} +
           harness::plugin_arguments() + console_.arguments() + qmp_.arguments() + card_options;
}

namespace {

std::string netdev(unsigned eth) { return "net" + std::to_string(eth); }
std::string device_id(unsigned eth) { return "eth" + std::to_string(eth); }

} // namespace

Arguments LinuxGuest::card_arguments(const Card& card) {
    auto eth = static_cast<unsigned>(wires_.size());
    wires_.push_back(card.net == Net::Wire ? std::make_unique<harness::Wire>(directory_, netdev(eth))
                                           : nullptr);
    Arguments options =
        card.net == Net::Wire   ? wires_.back()->arguments()
        : card.net == Net::User ? Arguments{"-netdev", "user,id=" + netdev(eth)}
        : card.net == Net::Tap
            ? Arguments{"-netdev", "tap,script=no,downscript=no,ifname=" + card.tap + ",id=" + netdev(eth)}
            : Arguments{"-netdev", "hubport,hubid=0,id=" + netdev(eth)};
    if (!card.plugged)
        return options;
    // In ascending slots, so that Linux finds them in this order. Without a boot ROM, whose start only costs
    // time here.
    std::string properties = "id=" + device_id(eth) + ",netdev=" + netdev(eth) +
                             ",addr=" + hexadecimal(4 + eth) + ",mac=" + to_string(mac(eth)) + ",romfile=";
    return options +
           harness::device_arguments(properties + (card.properties.empty() ? "" : "," + card.properties));
}

void LinuxGuest::plug(unsigned eth, const std::string& place) {
    qmp_.device_add("{\"driver\": " + harness::json_string(harness::device_model()) + ", \"id\": \"" +
                    device_id(eth) + "\", \"netdev\": \"" + netdev(eth) + "\", \"mac\": \"" +
                    to_string(mac(eth)) + "\", " + place + "}");
}

void LinuxGuest::unplug(unsigned eth) {
    qmp_.forget_events();
    qmp_.device_del(device_id(eth));
    while (harness::json_member(qmp_.wait_event("DEVICE_DELETED", 60s), "device") != device_id(eth)) {
    }
}

void LinuxGuest::start(const std::string& command) {
    command_output_ = console_.transcript().size();
    commands_++;
    console_.send_line("{ " + command + "; } 2>&1; echo \"<<" + std::to_string(commands_) + ":$?>>\"");
}

CommandResult LinuxGuest::finish(Deadline deadline) {
    auto match = console_.expect("<<" + std::to_string(commands_) + ":([0-9]+)>>\n", deadline);
    std::string output = console_.transcript().substr(command_output_);
    return {std::stoi(match.groups[0]), output.substr(0, output.find(match.text))};
}

CommandResult LinuxGuest::run(const std::string& command, Deadline deadline) {
    start(command);
    return finish(deadline);
}

std::string LinuxGuest::must(const std::string& command, Deadline deadline) {
    auto result = run(command, deadline);
    if (result.status != 0)
        throw Failure("guest: '" + command + "' ended with " + std::to_string(result.status) +
                      " and printed:\n" + result.output);
    return result.output;
}

std::string LinuxGuest::start_in_background(const std::string& command) {
    auto number = must("( { " + command + "; } >/dev/null 2>&1 & echo $! )");
    return number.substr(0, number.find('\n'));
}

/// In pieces that the shell's line takes.
void LinuxGuest::write_file(const std::string& path, const std::string& contents) {
    must(": > " + path);
    for (size_t at = 0; at < contents.size(); at += 100) {
        std::string text;
        for (const char byte : contents.substr(at, 100)) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\%03o", static_cast<unsigned char>(byte));
            text += escape;
        }
        must("printf '" + text + "' >> " + path);
    }
    if (must("wc -c < " + path) != std::to_string(contents.size()) + "\n")
        throw Failure("guest: " + path + " has not the size of what was written");
}

bool LinuxGuest::becomes(const std::string& command, const std::string& output, Deadline deadline) {
    return harness::wait_until([&] { return run(command).output == output; }, deadline);
}

std::map<std::string, int64_t> LinuxGuest::statistics(const std::string& interface) {
    std::map<std::string, int64_t> result;
    std::istringstream lines(must("ethtool -S " + interface));
    for (std::string line; std::getline(lines, line);) {
        auto colon = line.find(": ");
        auto name = line.find_first_not_of(' ');
        if (colon != std::string::npos)
            result[line.substr(name, colon - name)] = std::stoll(line.substr(colon + 2));
    }
    return result;
}

} // namespace linux_test
