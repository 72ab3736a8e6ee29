// SPDX-License-Identifier: GPL-2.0-or-later
// The firmware boots from the network: iPXE in the card's boot ROM has a driver that nobody here wrote, and
// hands the card on to the next one in whatever state it left it. BIOS and UEFI.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "harness/console.h"
#include "harness/failure.h"
#include "harness/qemu_process.h"
#include "harness/qmp.h"

namespace firmware_test {
namespace {

using harness::Arguments;
using harness::operator+;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto boot_patience = 180s;
constexpr const char* boot_rom = "/usr/lib/ipxe/qemu/efi-eepro100.rom";
constexpr const char* uefi_code = "/usr/share/OVMF/OVMF_CODE_4M.fd";
constexpr const char* uefi_variables = "/usr/share/OVMF/OVMF_VARS_4M.fd";
constexpr const char* mac = "52:54:00:e1:00:00";

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

/// Nothing else to boot from than the card; what it fetches is in the directory `tftp`, first of all
/// `bootfile`.
class NetworkBoot : public ::testing::Test {
  protected:
    void SetUp() override {
        need(boot_rom, "package ipxe-qemu");
        fs::create_directory(tftp_);
    }
    void need(const fs::path& file, const char* where_from) {
        if (!fs::exists(file))
            GTEST_SKIP() << file << " is missing (" << where_from << ")";
    }
    void serve(const fs::path& file, const std::string& name) {
        fs::create_symlink(fs::absolute(file), tftp_ / name);
    }
    void serve_script(const std::string& lines) { std::ofstream(tftp_ / "script") << "#!ipxe\n" << lines; }
    std::string serve_guest() {
        serve(environment("E100_GUEST"), "guest.elf");
        return "guest.elf";
    }

    Arguments card(const std::string& properties, const std::string& bootfile) {
        return Arguments{"-netdev", "user,id=n0,tftp=" + tftp_.string() + ",bootfile=" + bootfile} +
               harness::device_arguments("netdev=n0,mac=" + std::string(mac) +
                                         (properties.empty() ? "" : "," + properties));
    }
    /// The firmware's and the boot ROM's output goes to the serial console.
    void boot(const Arguments& firmware, const Arguments& cards) {
        qemu_ = std::make_unique<harness::QemuProcess>(
            directory_, firmware + Arguments{"-m", "512"} + harness::plugin_arguments() +
                            console_.arguments() + qmp_.arguments() + cards);
    }
    static Arguments bios() { return harness::quiet_arguments("pc,graphics=off"); }
    Arguments uefi() {
        fs::path variables = directory_.file("variables.fd");
        fs::copy_file(uefi_variables, variables);
        return harness::quiet_arguments("q35") +
               Arguments{"-drive", std::string("if=pflash,format=raw,readonly=on,file=") + uefi_code,
                         "-drive", "if=pflash,format=raw,file=" + variables.string()};
    }
    /// Our own guest drives the card that iPXE left behind.
    void expect_guest_on_the_network() {
        console_.expect_text("Booted by multiboot", boot_patience);
        console_.expect_text("10.0.2.2 is at 52:55:0a:00:02:02 and answered a ping");
    }

    harness::TempDir directory_;
    harness::Console console_{directory_};
    harness::Qmp qmp_{directory_};
    std::unique_ptr<harness::QemuProcess> qemu_;
    fs::path tftp_ = directory_.path() / "tftp";
};

class BiosNetworkBoot : public NetworkBoot {};
class BiosNetworkBootOfEachGeneration : public NetworkBoot,
                                        public ::testing::WithParamInterface<const char*> {};

TEST_P(BiosNetworkBootOfEachGeneration, BootsTheGuest) {
    boot(bios(), card(std::string("chip=") + GetParam(), serve_guest()));
    console_.expect_text(std::string(mac) + " using eepro100", boot_patience);
    expect_guest_on_the_network();
}

INSTANTIATE_TEST_SUITE_P(Chips, BiosNetworkBootOfEachGeneration,
                         ::testing::Values("82557b", "82558b", "82559c", "82551"),
                         [](const auto& info) { return std::string(info.param); });

TEST_F(BiosNetworkBoot, ResetInTheMiddleOfTheTransferStartsAnew) {
    fs::path much = tftp_ / "much";
    std::ofstream(much).close();
    fs::resize_file(much, 256 << 20); // more than a test waits for
    serve_script("echo the transfer begins\ninitrd much\n");
    boot(bios(), card("", "script"));
    console_.expect_text("the transfer begins", boot_patience);
    console_.expect("much\\.\\.\\. +[0-9]+%");
    serve_guest();
    serve_script("chain guest.elf\n");
    qmp_.system_reset();
    expect_guest_on_the_network();
}

// Without the property the first card would be the one.
TEST_F(BiosNetworkBoot, BootsFromTheCardWithTheLowestBootIndex) {
    auto bootfile = serve_guest();
    boot(bios(), card("addr=4,bootindex=2", "not-there") +
                     Arguments{"-netdev", "user,id=n1,tftp=" + tftp_.string() + ",bootfile=guest.elf"} +
                     harness::device_arguments("netdev=n1,addr=5,bootindex=1"));
    console_.expect("iPXE \\(PCI 00:05\\.0\\) starting execution", boot_patience);
    console_.expect_text("Booted by multiboot", boot_patience);
}

class UefiNetworkBoot : public NetworkBoot {
  protected:
    void SetUp() override {
        NetworkBoot::SetUp();
        need(uefi_code, "package ovmf");
    }
};

// Kernel and initramfs pass their checksums after the way through the card, and Linux's driver takes over.
TEST_F(UefiNetworkBoot, BootsLinux) {
    fs::path image = environment("E100_LINUX_IMAGE");
    need(image / "vmlinuz", "images/linux/build makes it");
    if (IsSkipped())
        return;
    serve(image / "vmlinuz", "vmlinuz");
    serve(image / "initramfs.cpio.gz", "initramfs.cpio.gz");
    serve_script("kernel vmlinuz initrd=initramfs.cpio.gz console=ttyS0 quiet tsc=reliable no_timer_check "
                 "nokaslr mitigations=off cryptomgr.notests nic=e100 eth0=dhcp\n"
                 "initrd initramfs.cpio.gz\n"
                 "boot\n");
    boot(uefi(), card("", "script"));
    console_.expect_text(std::string(mac) + " using eepro100", boot_patience);
    console_.expect_text("lease of 10.0.2.15 obtained from 10.0.2.2", boot_patience);
    console_.expect_text("e100-linux# ", boot_patience);
    console_.send_line("ping -c 3 -i 0.1 10.0.2.2");
    console_.expect_text("3 packets received, 0% packet loss");
}

// One PCI ID stands for all chips but the 82559ER and the 82551, and those it is that the boot ROM looks for.
TEST_F(UefiNetworkBoot, RunsAScriptOnTheOldestChip) {
    serve_script("echo fetched by ${net0/mac}, which is ${net0/chip}\n");
    boot(uefi(), card("chip=82557a", "script"));
    console_.expect_text("fetched by " + std::string(mac) + ", which is eepro100", boot_patience);
}

} // namespace
} // namespace firmware_test
