// SPDX-License-Identifier: GPL-2.0-or-later
// Migration streams that no card wrote: taken over whole or refused with a sentence, never a crash. The same
// way states are made that no guest can reach at will.
#include <algorithm>
#include <fstream>
#include <random>

#include "e100_test.h"
#include "harness/failure.h"

namespace qtest {
namespace {

/// Bytes of the card's section behind the chip's name, in the order of the state record.
enum Offset : size_t { CuStatusByte, RuStatusByte, StatByte, MaskByte, AssertedByte };
constexpr size_t name_bytes = 16, record_bytes = 3072 + 800;

class MigrationStream : public ::testing::Test {
  protected:
    void SetUp() override {
        E100Harness source;
        source.bring_up();
        RfdRing ring(source.memory(), 2);
        source.start_receiving(ring);
        path_ = directory_.file("stream");
        source.qmp().migrate_to_file(path_);
        std::ifstream file(path_, std::ios::binary);
        stream_.assign(std::istreambuf_iterator<char>(file), {});
        std::string name("82559c");
        name.resize(name_bytes);
        size_t at = stream_.rfind(name);
        ASSERT_NE(at, std::string::npos);
        record_ = at + name_bytes;
    }
    void set(size_t offset, uint8_t value) { stream_[record_ + offset] = static_cast<char>(value); }
    void write_stream() { std::ofstream(path_, std::ios::binary) << stream_; }
    std::unique_ptr<E100Harness> load() {
        write_stream();
        return std::make_unique<E100Harness>(HarnessOptions{.incoming = path_});
    }
    struct Verdict {
        std::optional<ExitStatus> status; ///< nothing: taken over, and QEMU answers
        std::string output;
    };
    Verdict offer() {
        write_stream();
        TempDir directory;
        Qtest qtest(directory);
        Qmp qmp(directory);
        Wire wire(directory);
        QemuProcess qemu(directory, quiet_arguments("pc,pit=off") +
                                        Arguments{"-m", "32", "-incoming", "exec:cat<" + path_} +
                                        plugin_arguments() + qtest.arguments() + qmp.arguments() +
                                        wire.arguments() +
                                        device_arguments("id=nic,netdev=wire,mac=" + to_string(card_mac)));
        try {
            qmp.wait_migrated();
            qmp.cont();
            for (uint32_t n = 0; n < 4; n++)
                wire.send(numbered_frame(n, 1000, broadcast_mac));
            qmp.system_reset();
            return {std::nullopt, qemu.output()};
        } catch (const Failure&) {
            return {qemu.wait_exit(patience), qemu.output()};
        }
    }

    TempDir directory_;
    std::string path_, stream_;
    size_t record_ = 0;
};

TEST_F(MigrationStream, UnchangedStreamIsTaken) {
    auto verdict = offer();
    EXPECT_FALSE(verdict.status) << verdict.output;
}

TEST_F(MigrationStream, ImpossibleUnitStatesAreRefused) {
    for (auto [offset, value] :
         {std::pair<size_t, uint8_t>{CuStatusByte, 7}, {RuStatusByte, 3}, {RuStatusByte, 0xff}}) {
        std::string before = stream_;
        set(offset, value);
        auto verdict = offer();
        ASSERT_TRUE(verdict.status);
        EXPECT_EQ(verdict.status->signal, 0);
        EXPECT_NE(verdict.status->code, 0);
        EXPECT_NE(verdict.output.find("nic:"), std::string::npos) << verdict.output;
        stream_ = before;
    }
}

/// ER and FCP, which nothing on this wire can cause, stand crossed to their masks (SDM 6.3.2.2).
TEST_F(MigrationStream, EarlyReceiveAndFlowControlMasksAreCrossed) {
    for (auto [cause, own, other] :
         {std::tuple{stat::er, interrupt_control::mask_er, interrupt_control::mask_fcp},
          {stat::fcp, interrupt_control::mask_fcp, interrupt_control::mask_er}}) {
        set(StatByte, cause);
        set(MaskByte, interrupt_control::mask_all);
        auto e100 = load();
        ASSERT_EQ(e100->stat(), cause);
        EXPECT_FALSE(e100->interrupt());
        e100->set_interrupt_control(other);
        EXPECT_TRUE(e100->interrupt());
        e100->set_interrupt_control(own);
        EXPECT_FALSE(e100->interrupt());
        e100->set_interrupt_control(0);
        EXPECT_TRUE(e100->interrupt());
        e100->acknowledge(cause);
        EXPECT_FALSE(e100->interrupt());
    }
}

TEST_F(MigrationStream, DamagedRecordsNeverCrash) {
    std::mt19937 random(4);
    const std::string good = stream_;
    size_t last = std::min(record_ + record_bytes, good.size());
    for (int round = 0; round < 40; round++) {
        stream_ = good;
        for (int flips = 1 + static_cast<int>(random() % 8); flips > 0; flips--) {
            // Half of the damage goes to the small fields before the FIFO.
            size_t range = random() % 2 == 0 ? 64 : last - record_;
            stream_[record_ + random() % range] = static_cast<char>(random());
        }
        auto verdict = offer();
        EXPECT_EQ(verdict.status.value_or(ExitStatus{1, 0}), (ExitStatus{1, 0})) << "round " << round << "\n"
                                                                                 << verdict.output;
    }
}

TEST_F(MigrationStream, TruncatedStreamsAreRefused) {
    for (size_t bytes : {record_ + 1, record_ + 100, record_ + 3000}) {
        std::string whole = stream_;
        stream_.resize(bytes);
        auto verdict = offer();
        EXPECT_TRUE(verdict.status && verdict.status->signal == 0) << bytes;
        stream_ = whole;
    }
}

} // namespace
} // namespace qtest
