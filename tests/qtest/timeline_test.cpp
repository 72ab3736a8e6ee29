// SPDX-License-Identifier: GPL-2.0-or-later
// The recorder in QEMU: one clock for card and guest, and nothing that a guest hands it does harm.
#include <fstream>
#include <iterator>

#include "e100_test.h"
#include "timeline/port.h"

namespace qtest {
namespace {

constexpr uint16_t record_port = TIMELINE_PORT + TIMELINE_PORT_RECORD;
constexpr uint16_t text_port = TIMELINE_PORT + TIMELINE_PORT_TEXT;

class Recorder {
  public:
    explicit Recorder(const std::string& properties = "")
        : machine_({.extra = {"-device", "e100-timeline,file=" + directory_.file("run") + properties}}) {}

    E100Harness& machine() { return machine_; }
    void record(const timeline_record& record, uint32_t at = 0x10000) {
        machine_.qtest().write(at, {reinterpret_cast<const uint8_t*>(&record), sizeof record});
        machine_.qtest().outl(record_port, at);
    }
    void text(const std::string& line, uint32_t at = 0x20000) {
        std::vector<uint8_t> bytes(line.begin(), line.end());
        bytes.push_back(0);
        machine_.qtest().write(at, bytes);
        machine_.qtest().outl(text_port, at);
    }
    /// Ends QEMU.
    std::vector<std::string> lines() {
        machine_.qmp().quit();
        EXPECT_EQ(machine_.qemu().wait_exit(patience), (ExitStatus{0, 0}));
        std::ifstream file(directory_.file("run"));
        std::vector<std::string> found;
        for (std::string line; std::getline(file, line);)
            found.push_back(line);
        return found;
    }
    /// Those that begin with `kind`.
    std::vector<std::string> lines(const std::string& kind) {
        std::vector<std::string> found;
        for (const std::string& line : lines())
            if (line.starts_with(kind))
                found.push_back(line);
        return found;
    }

  private:
    TempDir directory_;
    E100Harness machine_;
};

/// From the field behind `count` tabs on.
std::string behind(const std::string& line, int count) {
    std::size_t at = 0;
    while (count-- > 0)
        at = line.find('\t', at) + 1;
    return line.substr(at);
}

TEST(Timeline, CardAndGuestAreOnOneClock) {
    Recorder recorder;
    EXPECT_EQ(recorder.machine().qtest().inl(record_port), TIMELINE_MAGIC);
    recorder.record({.cpu = 3, .context = 2, .event = 513, .a = 1, .b = 0xffffffff});
    recorder.machine().set_interrupt_control(1);
    recorder.record({.cpu = 0, .context = 0, .event = 7, .a = 0, .b = 0});
    int64_t last = 0;
    std::vector<std::string> order;
    for (const std::string& line : recorder.lines()) {
        if (!line.starts_with("d\t") && !line.starts_with("g\t"))
            continue;
        const int64_t time = std::stoll(behind(line, 1));
        EXPECT_GE(time, last);
        last = time;
        if (line.starts_with("g\t") || !order.empty())
            order.push_back(line.substr(0, 2) + behind(line, 2));
    }
    ASSERT_GE(order.size(), 3u);
    EXPECT_EQ(order.front(), "g\t3\t2\t513\t1\t4294967295");
    EXPECT_TRUE(order[1].starts_with("d\t")) << "the register write lies between";
    EXPECT_NE(std::find(order.begin() + 2, order.end(), "g\t0\t0\t7\t0\t0"), order.end());
}

TEST(Timeline, NamesEventsFirstAndEndsWithCounts) {
    Recorder recorder;
    recorder.text("value\tthread\t1\tshell");
    const auto lines = recorder.lines();
    ASSERT_GT(lines.size(), 3u);
    EXPECT_EQ(lines[0], "e100-timeline\t1");
    EXPECT_EQ(lines[1], "e\t0\tnic.rx_wire\tbytes\t");
    EXPECT_NE(std::find(lines.begin(), lines.end(), "t\tvalue\tthread\t1\tshell"), lines.end());
    EXPECT_TRUE(lines.back().starts_with("end\t")) << lines.back();
    EXPECT_EQ(behind(lines.back(), 2), "0");
}

TEST(Timeline, AGuestCannotWriteLinesOfItsOwn) {
    Recorder recorder;
    recorder.text("x\nend\t0\t0\x01\xff");
    recorder.text(std::string(300, 'y'));
    EXPECT_EQ(
        recorder.lines("t\t"),
        (std::vector<std::string>{"t\tx?end\t0\t0??", "t\t" + std::string(TIMELINE_TEXT_BYTES - 1, 'y')}));
}

TEST(Timeline, AddressesWithoutMemoryAreLostRecords) {
    Recorder recorder;
    for (const uint32_t address : {0xfffffff8u, 0xe0000000u, 0xffffffffu}) {
        recorder.machine().qtest().outl(record_port, address);
        recorder.machine().qtest().outl(text_port, address);
    }
    recorder.machine().qtest().outl(record_port, E100Harness::memory_bar); // the card's own registers
    recorder.machine().qtest().outb(record_port, 1);                       // neither of these is 32 bits wide
    recorder.machine().qtest().outw(text_port, 1);
    EXPECT_EQ(recorder.lines("end\t").size(), 1u);
}

TEST(Timeline, CountsWhatIsBeyondTheLimit) {
    Recorder recorder(",limit=40");
    for (uint32_t i = 0; i < 100; i++)
        recorder.record({.cpu = 0, .context = 0, .event = 1, .a = i, .b = 0});
    const auto end = recorder.lines("end\t");
    ASSERT_EQ(end.size(), 1u);
    EXPECT_TRUE(end[0].starts_with("end\t40\t")) << end[0];
    EXPECT_GE(std::stoul(behind(end[0], 2)), 60u);
}

TEST(Timeline, AFullDiskEndsTheRecordingNotTheMachine) {
    E100Harness machine({.extra = {"-device", "e100-timeline,file=/dev/full"}});
    for (unsigned i = 0; i < 60'000; i++) // more than its buffer holds
        machine.qtest().outl(record_port, 0x10000);
    EXPECT_EQ(machine.qtest().inl(record_port), TIMELINE_MAGIC);
    EXPECT_NE(machine.qemu().output().find("cannot be written"), std::string::npos);
    machine.qmp().quit();
    EXPECT_EQ(machine.qemu().wait_exit(patience), (ExitStatus{0, 0}));
}

TEST(Timeline, MigrationIsRefused) {
    Recorder recorder;
    EXPECT_NE(recorder.machine()
                  .qmp()
                  .execute_refused("migrate", "{\"uri\": \"exec:cat>/dev/null\"}")
                  .find("non-migratable device 'e100-timeline'"),
              std::string::npos);
}

} // namespace
} // namespace qtest
