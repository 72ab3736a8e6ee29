// SPDX-License-Identifier: GPL-2.0-or-later
// QEMU's command line for the guest. E100_GUEST and E100_GUEST_ISO name the image's two forms.
#include "guest_machine.h"

#include <cstdlib>
#include <filesystem>

#include "harness/failure.h"

namespace guest_test {

namespace {

constexpr auto boot_patience = std::chrono::seconds(60);

std::string image(Medium medium) {
    const char* path = std::getenv(medium == Medium::Cd ? "E100_GUEST_ISO" : "E100_GUEST");
    return path ? path : "";
}

Arguments medium_arguments(const Machine& machine) {
    if (machine.medium == Medium::Kernel)
        return {"-kernel", image(Medium::Kernel), "-append", machine.command_line};
    return {"-cdrom", image(Medium::Cd), "-fw_cfg", "name=opt/e100/cmdline,string=" + machine.command_line};
}

Arguments arguments_for(const Machine& machine) {
    Arguments arguments = harness::quiet_arguments(machine.board) +
                          Arguments{"-m", "256", "-smp", std::to_string(machine.cpus), "-no-reboot"} +
                          medium_arguments(machine) + machine.more;
    if (machine.debug_exit)
        arguments = arguments + Arguments{"-device", "isa-debug-exit,iobase=0xf4,iosize=4"};
    return arguments;
}

} // namespace

unsigned default_cpus() {
    const char* count = std::getenv("E100_CPUS");
    return count ? static_cast<unsigned>(std::stoul(count)) : 1;
}

std::string missing(Medium medium) {
    const std::string path = image(medium);
    if (std::filesystem::exists(path))
        return "";
    return medium == Medium::Cd
               ? "the CD image is not built: packages grub-pc-bin, xorriso and mtools make it"
               : "the guest is not built: E100_GUEST is '" + path + "'";
}

GuestMachine::GuestMachine(const Machine& machine)
    : qemu_(directory_, arguments_for(machine) + console_.arguments()) {}

void GuestMachine::type(const std::string& line) {
    console_.expect_text("e100# ", boot_patience);
    console_.send_line(line);
}

harness::ExitStatus GuestMachine::end() {
    const auto status = qemu_.wait_exit(boot_patience);
    if (!status)
        throw harness::Failure("QEMU goes on; the console says:\n" + console_.transcript());
    return *status;
}

} // namespace guest_test
