// SPDX-License-Identifier: GPL-2.0-or-later
// The ways into a stock QEMU, and how the object and the device say no: one sentence, exit status, no crash.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/wait.h>

#include "e100_test.h"
#include "harness/failure.h"

namespace qtest {
namespace {

class Plugin : public ::testing::Test {
  protected:
    struct Outcome {
        ExitStatus status;
        std::string output;
    };
    /// Runs QEMU until it ends by itself.
    Outcome run(const Arguments& arguments, const std::vector<std::string>& environment = {}) {
        QemuProcess qemu(directory_, arguments, environment);
        auto status = qemu.wait_exit(patience);
        if (!status)
            throw Failure("QEMU does not end: " + qemu.command_line());
        std::string output = qemu.output().substr(seen_);
        seen_ += output.size();
        return {*status, output};
    }
    static std::string preload() { return "LD_PRELOAD=" + plugin_path(); }
    /// A machine with a monitor and a wire.
    struct Running {
        explicit Running(const Arguments& arguments, const std::vector<std::string>& environment = {})
            : qemu(directory, quiet_arguments() + qmp.arguments() + wire.arguments() + arguments,
                   environment) {}
        /// Ends it; it must have been silent all the time.
        void expect_silent_end() {
            qmp.quit();
            EXPECT_EQ(qemu.wait_exit(patience), (ExitStatus{0, 0}));
            EXPECT_EQ(qemu.output(), "");
        }
        TempDir directory;
        Qmp qmp{directory};
        Wire wire{directory};
        QemuProcess qemu;
    };
    static void expect_refusal(const Outcome& outcome, const std::string& words) {
        EXPECT_EQ(outcome.status, (ExitStatus{1, 0})) << outcome.output;
        EXPECT_NE(outcome.output.find(words), std::string::npos) << outcome.output;
        EXPECT_EQ(std::ranges::count(outcome.output, '\n'), 1) << outcome.output;
    }

    TempDir directory_;

  private:
    size_t seen_ = 0;
};

TEST_F(Plugin, MakesTheDeviceKnown) {
    Running machine(plugin_arguments() + device_arguments("id=nic,netdev=wire"));
    std::string properties = machine.qmp.execute("device-list-properties", "{\"typename\": \"e100\"}");
    for (const char* name : {"\"chip\"", "\"phy\"", "\"negotiation-ms\"", "\"eeprom-words\"", "\"drive\"",
                             "\"backpressure\"", "\"mac\"", "\"netdev\"", "\"bootindex\"", "\"romfile\""})
        EXPECT_NE(properties.find(name), std::string::npos) << name;
    machine.expect_silent_end();
}

TEST_F(Plugin, PreloadedTypeAnswersHelp) {
    auto outcome = run({"-device", "e100,help"}, {preload()});
    EXPECT_EQ(outcome.status, (ExitStatus{0, 0}));
    EXPECT_NE(outcome.output.find("chip=<str>"), std::string::npos) << outcome.output;
    EXPECT_NE(outcome.output.find("82559c"), std::string::npos) << "the chips are not named";
    outcome = run({"-device", "help"}, {preload()});
    EXPECT_EQ(outcome.status, (ExitStatus{0, 0}));
    EXPECT_NE(outcome.output.find("\"e100\""), std::string::npos);
}

TEST_F(Plugin, BothWaysAtOnceAndTwice) {
    Running both(plugin_arguments() + device_arguments("id=nic,netdev=wire"), {preload()});
    both.expect_silent_end();
    Running twice(plugin_arguments() + plugin_arguments() + device_arguments("id=nic,netdev=wire"));
    twice.expect_silent_end();
}

TEST_F(Plugin, NicOptionFindsTheModel) {
    for (bool preloaded : {false, true}) {
        Running machine((preloaded ? Arguments() : plugin_arguments()) +
                            Arguments{"-nic", "user,model=e100,mac=52:54:00:aa:bb:cc"},
                        preloaded ? std::vector<std::string>{preload()} : std::vector<std::string>());
        std::string network = machine.qmp.human("info network");
        EXPECT_NE(network.find("model=e100"), std::string::npos) << network;
        EXPECT_NE(network.find("52:54:00:aa:bb:cc"), std::string::npos) << network;
        machine.qmp.quit();
        EXPECT_EQ(machine.qemu.wait_exit(patience), (ExitStatus{0, 0}));
    }
}

TEST_F(Plugin, PreloadIsSilentInOtherPrograms) {
    std::string output = directory_.file("output");
    int status = std::system((preload() + " /bin/true >" + output + " 2>&1").c_str());
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    EXPECT_EQ(std::filesystem::file_size(output), 0u);
}

TEST_F(Plugin, PreloadIsNotHandedOn) {
    std::string seen = directory_.file("environment");
    auto outcome =
        run(quiet_arguments() + Arguments{"-incoming", "exec:env|tee " + seen, "-nic", "none"}, {preload()});
    EXPECT_NE(outcome.status.code, 0); // the stream is none
    std::ifstream file(seen);
    std::string environment{std::istreambuf_iterator<char>(file), {}};
    EXPECT_NE(environment.find("PATH="), std::string::npos);
    EXPECT_EQ(environment.find("LD_PRELOAD="), std::string::npos);
}

TEST_F(Plugin, UnknownChipIsRefusedWithTheList) {
    for (const char* chip : {"82599", "", "i82559c", "82559c "}) {
        auto outcome =
            run(quiet_arguments() + plugin_arguments() + device_arguments(std::string("chip=") + chip));
        expect_refusal(outcome, std::string("'") + chip + "'");
        for (const char* name : {"82557a", "82559er", "82551qm", "82801gb"})
            EXPECT_NE(outcome.output.find(name), std::string::npos) << outcome.output;
    }
}

TEST_F(Plugin, APhyThatDoesNotFitIsRefused) {
    const auto refuse = [&](const char* properties, const char* words) {
        expect_refusal(run(quiet_arguments() + plugin_arguments() + device_arguments(properties)), words);
    };
    refuse("phy=82555", "the 82559c has its PHY inside");
    refuse("chip=82557b,phy=82562et", "one of 82555, dp83840, 82503");
    refuse("chip=82801ba,phy=82555", "one of 82562et, 82562em, 82562ek");
    refuse("chip=82557b,phy=", "one of 82555");
}

TEST_F(Plugin, MalformedPropertiesAreRefused) {
    for (const char* property : {"mac=52:54", "backpressure=perhaps", "chop=82559c", "netdev=none"}) {
        auto outcome = run(quiet_arguments() + plugin_arguments() + device_arguments(property));
        EXPECT_EQ(outcome.status, (ExitStatus{1, 0})) << outcome.output;
        EXPECT_NE(outcome.output, "");
    }
}

TEST_F(Plugin, ArgumentsAreRefused) {
    auto outcome = run(quiet_arguments() + Arguments{"-plugin", plugin_path() + ",chip=82557b"});
    expect_refusal(outcome, "-device e100");
}

TEST_F(Plugin, AnotherQemuIsRefused) {
    for (const char* difference : {"version", "layout"}) {
        std::string pretend = std::string("E100_ABI_TEST=") + difference;
        auto outcome = run(quiet_arguments() + plugin_arguments() + device_arguments(""), {pretend});
        expect_refusal(outcome, "compiled for QEMU");
        outcome = run({"-device", "e100,help"}, {pretend, preload()});
        expect_refusal(outcome, "compiled for QEMU");
    }
}

TEST_F(Plugin, EveryChipStarts) {
    auto outcome = run(quiet_arguments() + plugin_arguments() + device_arguments("chip=none"));
    size_t at = outcome.output.find("one of ");
    ASSERT_NE(at, std::string::npos);
    std::string names = outcome.output.substr(at + 7);
    std::erase(names, '\n');
    std::istringstream list(names);
    unsigned chips = 0;
    for (std::string chip; std::getline(list >> std::ws, chip, ','); chips++) {
        Running machine(plugin_arguments() + device_arguments("id=nic,netdev=wire,chip=" + chip));
        EXPECT_EQ(machine.qmp.status(), "running") << chip;
        EXPECT_NE(machine.qmp.human("info network").find("chip=" + chip), std::string::npos);
        machine.expect_silent_end();
    }
    EXPECT_GE(chips, 20u);
}

TEST_F(Plugin, MachinesWithoutPciSayNo) {
    for (const char* machine : {"none", "isapc"}) {
        auto outcome = run(quiet_arguments(machine) + plugin_arguments() + device_arguments(""));
        EXPECT_EQ(outcome.status, (ExitStatus{1, 0})) << machine << outcome.output;
    }
}

TEST_F(Plugin, SeveralCardsGetAddressesOfTheirOwn) {
    Running machine(plugin_arguments() + device_arguments("id=a") + device_arguments("id=b,chip=82557b") +
                    device_arguments("id=c"));
    std::string network = machine.qmp.human("info network");
    for (const char* mac : {"52:54:00:12:34:56", "52:54:00:12:34:57", "52:54:00:12:34:58"})
        EXPECT_NE(network.find(mac), std::string::npos) << network;
    machine.qmp.quit();
    EXPECT_EQ(machine.qemu.wait_exit(patience), (ExitStatus{0, 0}));
}

TEST_F(Plugin, TraceOptionsReachItsEvents) {
    E100Harness e100({.extra = {"-trace", "e100_*"}});
    e100.bring_up();
    EXPECT_TRUE(
        wait_until([&] { return e100.qemu().output().find("e100_cb_complete") != std::string::npos; }));
}

TEST_F(Plugin, GuestErrorsAreLoggedOnRequestOnly) {
    E100Harness quiet, verbose({.extra = {"-d", "guest_errors"}});
    for (E100Harness* e100 : {&quiet, &verbose}) {
        e100->set_csr8(csr::scb_command,
                       static_cast<uint8_t>(CuCommand::DumpCounters)); // no address was loaded
        e100->set_csr32(csr::port, 6);
        e100->settle();
    }
    EXPECT_EQ(quiet.qemu().output(), "");
    EXPECT_NE(verbose.qemu().output(), "");
}

TEST_F(Plugin, ReceiveFilterCanBeAskedFor) {
    E100Harness e100;
    e100.bring_up();
    std::string filter = e100.qmp().execute("query-rx-filter", "{\"name\": \"nic\"}");
    EXPECT_EQ(json_member(filter, "0/main-mac"), to_string(card_mac));
    EXPECT_EQ(json_member(filter, "0/promiscuous"), "false");
    auto configuration = usual_configuration();
    config::promiscuous.set(configuration, true);
    e100.configure(configuration);
    filter = e100.qmp().execute("query-rx-filter", "{\"name\": \"nic\"}");
    EXPECT_EQ(json_member(filter, "0/promiscuous"), "true");
}

} // namespace
} // namespace qtest
