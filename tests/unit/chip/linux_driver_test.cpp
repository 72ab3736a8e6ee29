// SPDX-License-Identifier: GPL-2.0-or-later
// The whole chip used as Linux' e100 driver uses an 82559: the same registers, widths, values and structures
// in the same order, from probe to stop, with ethtool's offline tests in between.
#include <numeric>

#include "chip_bench.h"

namespace i8255x {
namespace {

constexpr uint32_t self_test_area = 0x10000, statistics_area = 0x11000, dump_buffer = 0x12000;
constexpr uint32_t cb_ring = 0x20000, cb_bytes = 0x40;
constexpr unsigned cb_count = 128;
constexpr uint32_t rx_ring = 0x40002, rx_bytes = 0x800; // RFDs so that the IP header is aligned
constexpr unsigned rx_count = 256;
constexpr uint32_t tx_data = 0x2a001;

constexpr uint32_t scb_status = 0x00, stat_byte = 0x01, cmd = 0x02, mask = 0x03, gen_ptr = 0x04,
                   port_reg = 0x08, ee_lo = 0x0e, mdi_reg = 0x10;

class LinuxDriver : public testing::Test {
  protected:
    using Bytes = ChipBench::Bytes;

    void write8(uint32_t offset, uint32_t value) { bench.set_csr8(offset, value); }
    void write32(uint32_t offset, uint32_t value) { bench.set_csr32(offset, value); }
    uint8_t read8(uint32_t offset) { return bench.csr8(offset); }
    FakeMemory& memory() { return bench.host.memory; }
    /// Time passes: the command unit gets to run, timers fire.
    void wait_us(int64_t us) {
        bench.host.run_command_unit();
        bench.host.advance(us * 1000);
    }

    void disable_irq() { write8(mask, 0x01); }
    void enable_irq() { write8(mask, 0x00); }
    void hw_reset() {
        for (uint32_t selector : {2u, 0u}) {
            write32(port_reg, selector);
            read8(scb_status);
            wait_us(20);
        }
        disable_irq();
    }
    void exec(uint8_t command, uint32_t pointer = 0) {
        ASSERT_EQ(read8(cmd), 0) << "the last command was accepted";
        if (command != 0x20)
            write32(gen_ptr, pointer);
        write8(cmd, command);
    }
    uint16_t mdio(uint32_t address, uint32_t direction, uint32_t number, uint32_t data = 0) {
        EXPECT_NE(bench.csr32(mdi_reg) & 1u << 28, 0u) << "ready before the cycle";
        write32(mdi_reg, number << 16 | address << 21 | direction | data);
        wait_us(20);
        EXPECT_NE(bench.csr32(mdi_reg) & 1u << 28, 0u) << "ready after it";
        return static_cast<uint16_t>(bench.csr32(mdi_reg));
    }
    uint16_t mdio_read(uint32_t address, uint32_t number) { return mdio(address, 0x08000000, number); }
    void mdio_write(uint32_t address, uint32_t number, uint32_t data) {
        mdio(address, 0x04000000, number, data);
    }

    uint16_t eeprom_read(unsigned& length, unsigned address) {
        const uint32_t pattern = (6u << length | address) << 16;
        uint16_t word = 0;
        write8(ee_lo, 0x03);
        for (int i = 31; i >= 0; i--) {
            const uint32_t pins = (pattern >> i & 1) != 0 ? 0x06 : 0x02;
            write8(ee_lo, pins);
            write8(ee_lo, pins | 0x01);
            const uint8_t seen = read8(ee_lo);
            if ((seen & 0x08) == 0 && i > 16) {
                length -= static_cast<unsigned>(i) - 16;
                i = 17;
            }
            word = static_cast<uint16_t>(word << 1 | ((seen & 0x08) != 0 ? 1 : 0));
        }
        write8(ee_lo, 0x00);
        return word;
    }
    std::vector<uint16_t> eeprom_load() {
        unsigned length = 8;
        eeprom_read(length, 0);
        std::vector<uint16_t> words;
        for (unsigned i = 0; i < 1u << length; i++)
            words.push_back(eeprom_read(length, i));
        return words;
    }

    void self_test() {
        memory().write32(self_test_area, 0);
        memory().write32(self_test_area + 4, 0xffffffff);
        write32(port_reg, self_test_area | 1);
        wait_us(10'000);
        disable_irq();
        EXPECT_NE(memory().read32(self_test_area), 0u) << "timed out";
        EXPECT_EQ(memory().read32(self_test_area + 4), 0u) << "failed";
    }
    void phy_init() {
        std::vector<uint32_t> order(32);
        std::iota(order.begin(), order.end(), 0);
        std::swap(order[0], order[1]);
        phy = 32;
        for (uint32_t address : order) {
            const uint16_t control = mdio_read(address, 0);
            mdio_read(address, 1);
            const uint16_t status = mdio_read(address, 1);
            if (phy == 32 && control != 0xffff && !(control == 0 && status == 0))
                phy = address;
        }
        ASSERT_EQ(phy, 1u);
        ASSERT_EQ(mdio_read(phy, 2) | mdio_read(phy, 3) << 16, 0x015402a8) << "rev 4 of an 82555";
        const uint16_t control = mdio_read(phy, 0);
        for (uint32_t address = 0; address < 32; address++)
            if (address != phy)
                mdio_write(address, 0, 0x0400);
        mdio_write(phy, 0, control & ~0x0400u);
    }

    uint32_t cb(unsigned i) const { return cb_ring + (i % cb_count) * cb_bytes; }
    void build_cb_ring() {
        for (unsigned i = 0; i < cb_count; i++)
            bench.put_block(cb(i), 0, cb(i + 1));
        next_cb = next_clean = 0;
        started = false;
    }
    /// Appends a block: its S set, S of the one before cleared, then start or resume.
    void exec_cb(uint16_t command_word, const Bytes& parameters) {
        const uint32_t block = cb(next_cb);
        memory().write16(block, 0);
        memory().write16(block + 2, command_word | 0x4000);
        memory().put(block + 8, parameters);
        if (started)
            memory().write16(cb(next_cb + cb_count - 1) + 2,
                             memory().read16(cb(next_cb + cb_count - 1) + 2) & 0xbfff);
        next_cb++;
        if (started)
            exec(0x20);
        else
            exec(0x10, block);
        started = true;
    }
    void configure(const Bytes& bytes) { exec_cb(2, bytes); }
    void build_rx_ring() {
        for (unsigned i = 0; i < rx_count; i++)
            bench.put_rfd(rfd(i), 0, rfd(i + 1), 1522);
        mark_stopper(rx_count - 2);
        next_rfd = 0;
    }
    void mark_stopper(unsigned i) {
        memory().write16(rfd(i) + 14, 0);
        memory().write16(rfd(i) + 2, 0x8000);
    }
    uint32_t rfd(unsigned i) const { return rx_ring + (i % rx_count) * rx_bytes; }

    void hw_init(const Bytes& configuration) {
        hw_reset();
        self_test();
        phy_init();
        exec(0x60);
        exec(0x06);
        build_cb_ring();
        configure(configuration);
        exec_cb(1, {0x52, 0x54, 0x00, 0x12, 0x34, 0x56});
        memory().fill(statistics_area, 96, 0);
        wait_us(1); // Linux does not wait, but counts on the Configure being done by the time of the dump
        exec(0x40, statistics_area);
        exec(0x70);
        disable_irq();
    }
    void up(const Bytes& configuration = ChipBench::linux_configuration()) {
        hw_init(configuration);
        build_rx_ring();
        configure(configuration);
        Bytes list = {6, 0, 0x01, 0x00, 0x5e, 0x00, 0x00, 0x01};
        exec_cb(3, list);
        exec(0x01, rfd(0));
        enable_irq();
        wait_us(1000);
    }

    void transmit(const Bytes& frame, bool interrupt = false) {
        const uint32_t block = cb(next_cb), buffer = tx_data + (next_cb % cb_count) * 0x800;
        memory().put(buffer, frame);
        Bytes parameters(16);
        auto put = [&](std::size_t at, uint32_t value) {
            for (unsigned i = 0; i < 4; i++)
                parameters[at + i] = static_cast<uint8_t>(value >> (8 * i));
        };
        put(0, block + 0x10);
        put(4, 0x01e00000);
        put(8, buffer);
        put(12, static_cast<uint32_t>(frame.size()));
        exec_cb(interrupt ? 0x3f0c : 0x1f0c, parameters);
    }
    unsigned reclaim() {
        unsigned count = 0;
        while (next_clean < next_cb && (memory().read16(cb(next_clean)) & 0x8000) != 0)
            next_clean++, count++;
        return count;
    }

    /// Handler and poll; gives the frames.
    std::vector<Bytes> interrupt() {
        std::vector<Bytes> frames;
        const uint8_t causes = read8(stat_byte);
        EXPECT_TRUE(causes != 0 && causes != 0xff) << "not ours";
        write8(stat_byte, causes);
        bool stopped = (causes & 0x10) != 0;
        disable_irq();
        for (; (memory().read16(rfd(next_rfd)) & 0x8000) != 0; next_rfd++) {
            const uint32_t at = rfd(next_rfd);
            EXPECT_NE(memory().read16(at) & 0x2000, 0) << "frame not OK";
            frames.push_back(memory().bytes(at + 16, memory().read16(at + 12) & 0x3fff));
        }
        if ((read8(scb_status) & 0x08) != 0 && (memory().read16(rfd(next_rfd) + 2) & 0x8000) != 0)
            stopped = true;
        refill();
        reclaim();
        if (stopped) {
            write8(stat_byte, 0x10);
            exec(0x01, rfd(next_rfd));
        }
        enable_irq();
        return frames;
    }
    /// Every RFD behind the ones just read is fresh again; the stopper moves up to two in front of them.
    void refill() {
        if (next_rfd == refilled)
            return;
        const unsigned old_stopper = refilled + rx_count - 2;
        for (unsigned i = refilled; i < next_rfd; i++)
            bench.put_rfd(rfd(i), 0, rfd(i + 1), 1522);
        refilled = next_rfd;
        mark_stopper(refilled + rx_count - 2);
        memory().write16(rfd(old_stopper) + 2, 0); // EL first, the size afterwards
        memory().write16(rfd(old_stopper) + 14, 1522);
    }

    ChipBench bench;
    uint32_t phy = 32;
    unsigned next_cb = 0, next_clean = 0, next_rfd = 0, refilled = 0;
    bool started = false;
};

TEST_F(LinuxDriver, Probe) {
    bench.host.bus_master = false; // not before the reset is done
    hw_reset();
    bench.host.bus_master = true;
    const auto words = eeprom_load();
    ASSERT_EQ(words.size(), 64u);
    EXPECT_EQ(static_cast<uint16_t>(std::accumulate(words.begin(), words.end(), 0u)), 0xbaba);
    EXPECT_EQ(words[0], 0x5452);
    EXPECT_EQ(words[2], 0x5634);
    phy_init();
    EXPECT_NE(words[0x0a] & 0x20, 0) << "wake on LAN by default";
    EXPECT_FALSE(bench.host.interrupt);
    EXPECT_TRUE(bench.host.guest_errors.empty());
}

TEST_F(LinuxDriver, OpenLeavesEverythingReady) {
    up();
    EXPECT_EQ(read8(scb_status), 0x50) << "CU suspended, RU ready";
    EXPECT_EQ(memory().read32(statistics_area + 80), 0xa007u);
    EXPECT_EQ(memory().bytes(statistics_area, 80), Bytes(80));
    EXPECT_EQ(reclaim(), 4u);
    for (unsigned i = 0; i < 4; i++)
        EXPECT_EQ(memory().read16(cb(i)), 0xa000) << i;
    EXPECT_TRUE(bench.host.guest_errors.empty());
}

TEST_F(LinuxDriver, TransmitCompletesByDelayedInterrupt) {
    up();
    reclaim();
    interrupt();
    bench.host.forget();
    const Bytes frame = ChipBench::frame_to(broadcast_address, 60);
    transmit(frame);
    wait_us(100);
    ASSERT_EQ(bench.host.sent, std::vector<Bytes>{frame});
    EXPECT_EQ(memory().read16(cb(next_cb - 1)), 0xa000);
    EXPECT_FALSE(bench.host.interrupt);
    wait_us(200);
    EXPECT_TRUE(bench.host.interrupt);
    EXPECT_EQ(read8(stat_byte), 0x20);
    interrupt();
    EXPECT_EQ(next_clean, next_cb);
}

TEST_F(LinuxDriver, ABurstGivesFewInterrupts) {
    up();
    interrupt();
    bench.host.forget();
    for (unsigned i = 0; i < 64; i++) {
        transmit(ChipBench::frame_to(broadcast_address, 60 + i), i % 16 == 0);
        wait_us(10);
        if (bench.host.interrupt)
            interrupt();
    }
    wait_us(300);
    interrupt();
    EXPECT_EQ(bench.host.sent.size(), 64u);
    EXPECT_EQ(next_clean, next_cb);
    EXPECT_EQ(bench.host.interrupt_edges, 5u) << "four by I, one for the rest";
}

TEST_F(LinuxDriver, FramesQueuedFasterThanTheUnitRunsAreAllSent) {
    up();
    interrupt();
    bench.host.forget();
    for (unsigned i = 0; i < 100; i++)
        transmit(ChipBench::frame_to(broadcast_address, 60 + i)); // a resume per block, the unit has no time
    EXPECT_TRUE(bench.host.sent.empty());
    wait_us(1);
    EXPECT_EQ(bench.host.sent.size(), 100u);
    EXPECT_EQ(read8(scb_status) >> 6, 1);
}

TEST_F(LinuxDriver, ReceivesThroughManyTurnsOfTheRing) {
    up();
    interrupt();
    for (unsigned i = 0; i < 3 * rx_count; i++) {
        const Bytes frame = ChipBench::frame_to(ChipBench::mac, 60 + i % 1455);
        ASSERT_EQ(bench.chip.receive(frame), Receive::Taken);
        ASSERT_TRUE(bench.host.interrupt) << i;
        ASSERT_EQ(interrupt(), std::vector<Bytes>{frame}) << i;
        ASSERT_FALSE(bench.host.interrupt) << i;
    }
    EXPECT_EQ(bench.counter(Counter::RxGoodFrames), 3 * rx_count);
    EXPECT_EQ(bench.counter(Counter::RxResourceErrors), 0u);
    EXPECT_FALSE(bench.host.traced(TraceEvent::RxDrop));
}

/// The list runs dry at the stopper, which the chip must not write to; the driver starts the unit there.
TEST_F(LinuxDriver, OverloadStopsAtTheStopperAndGoesOn) {
    up();
    interrupt();
    std::vector<Bytes> sent;
    for (unsigned i = 0; i < rx_count - 2; i++) {
        sent.push_back(ChipBench::frame_to(ChipBench::mac, 60 + i));
        bench.chip.receive(sent.back());
    }
    EXPECT_EQ(read8(scb_status), 0x50) << "ready as long as no frame needs the stopper";
    sent.push_back(ChipBench::frame_to(ChipBench::mac, 1000));
    bench.chip.receive(sent.back());
    EXPECT_EQ(read8(scb_status), 0x48) << "no resources";
    EXPECT_EQ(read8(stat_byte), 0x50) << "FR and RNR";
    EXPECT_EQ(memory().bytes(rfd(rx_count - 2), 2), Bytes(2));
    EXPECT_EQ(memory().read32(rfd(rx_count - 2) + 12), 0u);

    auto frames = interrupt();
    ASSERT_TRUE(bench.host.interrupt) << "the frame that waited in the FIFO";
    for (auto& late : interrupt())
        frames.push_back(late);
    EXPECT_EQ(frames, sent);
    EXPECT_EQ(read8(scb_status), 0x50);
    EXPECT_EQ(bench.counter(Counter::RxResourceErrors), 0u);
}

TEST_F(LinuxDriver, WatchdogReadsLinkAndCounters) {
    up();
    interrupt();
    bench.chip.receive(ChipBench::frame_to(ChipBench::mac));
    interrupt();
    mdio_read(phy, 1);
    EXPECT_NE(mdio_read(phy, 1) & 0x0004, 0);
    write8(mask, read8(mask) | 0x02u);
    EXPECT_TRUE(bench.host.interrupt) << "so that a lost interrupt does no harm";
    EXPECT_EQ(read8(stat_byte), 0x04);
    interrupt();
    memory().write32(statistics_area + 80, 0);
    exec(0x70);
    EXPECT_EQ(memory().read32(statistics_area + 80), 0xa007u);
    EXPECT_EQ(memory().read32(statistics_area + 36), 1u);
    bench.chip.link_changed(false);
    mdio_read(phy, 1);
    EXPECT_EQ(mdio_read(phy, 1) & 0x0004, 0);
    EXPECT_EQ(read8(0x1d), 0);
}

TEST_F(LinuxDriver, StopsByReset) {
    up();
    hw_reset();
    EXPECT_EQ(bench.csr32(scb_status), 0x01000000u);
    bench.chip.receive(ChipBench::frame_to(ChipBench::mac));
    EXPECT_EQ(memory().read16(rfd(0)), 0);
    EXPECT_FALSE(bench.host.interrupt);
}

/// ethtool -t, loopback part: interrupts stay masked, the frame must stand behind the first RFD after 10 ms.
void loopback_configuration(ChipBench::Bytes& bytes, uint8_t byte10) {
    bytes[6] |= 0x80;
    bytes[7] &= 0xfe;
    bytes[10] = byte10;
    bytes[15] |= 0x01;
}

class LinuxLoopback : public LinuxDriver, public testing::WithParamInterface<bool> {};

TEST_P(LinuxLoopback, BringsTheFrameBack) {
    const bool phy_mode = GetParam(), link = !phy_mode; // with or without a cable
    bench.chip.link_changed(link);
    Bytes configuration = ChipBench::linux_configuration();
    loopback_configuration(configuration, phy_mode ? 0xee : 0x6e);
    hw_init(configuration);
    build_rx_ring();
    if (phy_mode)
        mdio_write(phy, 0, 0x4000);
    exec(0x01, rfd(0));
    const Bytes frame(1500, 0xff);
    transmit(frame);
    bench.chip.receive(ChipBench::frame_to(ChipBench::mac)); // what comes from outside does not disturb
    wait_us(10'000);
    EXPECT_EQ(memory().bytes(rfd(0) + 16, 1500), frame);
    EXPECT_EQ(memory().read16(rfd(1)), 0);
    EXPECT_TRUE(bench.host.sent.empty()) << "nothing leaves the card";
    EXPECT_FALSE(bench.host.interrupt);
    mdio_write(phy, 0, 0);
    hw_reset();
}

INSTANTIATE_TEST_SUITE_P(Modes, LinuxLoopback, testing::Values(false, true),
                         [](const auto& info) { return info.param ? "Phy" : "Mac"; });

/// BMCR loopback alone: the frame comes back from the PHY.
TEST_F(LinuxDriver, LoopbackOfThePhyAlone) {
    up();
    interrupt();
    mdio_write(phy, 0, 0x4000);
    transmit(ChipBench::frame_to(broadcast_address));
    wait_us(1);
    EXPECT_TRUE(bench.host.sent.empty());
    EXPECT_EQ(interrupt(), std::vector<Bytes>{ChipBench::frame_to(broadcast_address)});
}

TEST_F(LinuxDriver, EthtoolDumpsTheRegisters) {
    up();
    memory().fill(dump_buffer, 608, 0);
    for (int number = 28; number >= 0; number--)
        mdio_read(phy, static_cast<uint32_t>(number));
    exec_cb(6, {0x00, 0x20, 0x01, 0x00});
    wait_us(10'000);
    EXPECT_EQ(memory().read16(cb(next_cb - 1)), 0xa000);
    EXPECT_EQ(memory().bytes(dump_buffer + 39, 6), (Bytes{0x52, 0x54, 0x00, 0x12, 0x34, 0x56}));
    EXPECT_EQ(memory().bytes(dump_buffer + 596, 12), Bytes(12));
}

TEST_F(LinuxDriver, EthtoolWritesTheEeprom) {
    auto words = eeprom_load();
    const auto burst = [&](uint32_t pattern) {
        write8(ee_lo, 0x03);
        for (int i = 31; i >= 0; i--) {
            const uint32_t pins = (pattern >> i & 1) != 0 ? 0x06 : 0x02;
            write8(ee_lo, pins);
            write8(ee_lo, pins | 0x01);
        }
        wait_us(10'000);
        write8(ee_lo, 0x00);
    };
    const auto store = [&](uint32_t address, uint16_t value) {
        burst(0x130);
        burst((5u << 6 | address) << 16 | value);
        burst(0x100);
        words[address] = value;
    };
    store(0x20, 0xbeef);
    const unsigned sum = std::accumulate(words.begin(), words.end() - 1, 0u);
    store(0x3f, static_cast<uint16_t>(0xbaba - sum));
    EXPECT_EQ(eeprom_load(), words);
    hw_reset();
    EXPECT_EQ(eeprom_load(), words);
}

TEST_F(LinuxDriver, EthtoolBlinksTheLed) {
    phy_init();
    for (uint16_t value : {5, 4, 0}) {
        mdio_write(phy, 27, value);
        EXPECT_EQ(mdio_read(phy, 27), value);
    }
}

TEST_F(LinuxDriver, MicrocodeIsAcceptedWithOk) {
    hw_reset();
    exec(0x60);
    exec(0x06);
    bench.put_block(cb_ring, 0xc005, 0, Bytes(134 * 4, 0x5a));
    exec(0x10, cb_ring);
    wait_us(10'000);
    EXPECT_EQ(memory().read16(cb_ring), 0xa000);
    write8(stat_byte, 0xff);
    EXPECT_EQ(read8(stat_byte), 0);
}

} // namespace
} // namespace i8255x
