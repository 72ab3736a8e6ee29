// SPDX-License-Identifier: GPL-2.0-or-later
// What a second CPU may see: a set C bit means that count and data are there (SDM 6.4.3; the memory barrier
// every driver relies on). The test process is that CPU: it maps the guest's memory and looks without asking
// QEMU.
#include <atomic>
#include <fcntl.h>
#include <sys/mman.h>
#include <thread>

#include "e100_test.h"
#include "harness/failure.h"

namespace qtest {
namespace {

constexpr size_t ram_bytes = 32u << 20;

/// Guest RAM in a file that both processes map.
class SharedMemory {
  public:
    explicit SharedMemory(const std::string& path) {
        Fd fd(open(path.c_str(), O_RDWR));
        void* mapped =
            fd ? mmap(nullptr, ram_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0) : MAP_FAILED;
        if (mapped == MAP_FAILED)
            fail_with_errno("mapping " + path);
        bytes_ = static_cast<uint8_t*>(mapped);
    }
    ~SharedMemory() { munmap(bytes_, ram_bytes); }
    SharedMemory(const SharedMemory&) = delete;
    SharedMemory& operator=(const SharedMemory&) = delete;

    template <typename T> T load_acquire(uint32_t address) const {
        return std::atomic_ref<T>(*reinterpret_cast<T*>(bytes_ + address)).load(std::memory_order_acquire);
    }
    std::span<const uint8_t> bytes(uint32_t address, size_t count) const { return {bytes_ + address, count}; }
    void write16(uint32_t address, uint16_t value) {
        std::atomic_ref<uint16_t>(*reinterpret_cast<uint16_t*>(bytes_ + address)).store(value);
    }
    void fill(uint32_t address, size_t count, uint8_t value) { std::fill_n(bytes_ + address, count, value); }

  private:
    uint8_t* bytes_;
};

class DmaOrder : public ::testing::Test {
  protected:
    DmaOrder()
        : e100({.machine = "pc,pit=off,memory-backend=ram",
                .extra = {"-object", "memory-backend-file,id=ram,share=on,size=32M,mem-path=ram"}}),
          shared(e100.directory().file("ram")) {
        e100.bring_up();
    }
    E100Harness e100;
    SharedMemory shared;
};

TEST_F(DmaOrder, FrameIsThereWhenItsStatusIs) {
    constexpr uint32_t frames = 3000;
    constexpr unsigned entries = 8;
    constexpr size_t size = 1514;
    RfdRing ring(e100.memory(), entries, {.end_of_list = false});
    Pattern pattern(11, size - 14, size - 14);
    e100.start_receiving(ring);
    std::atomic<uint32_t> consumed = 0;
    std::thread sender([&] {
        for (uint32_t n = 0; n < frames; n++) {
            // The chip does not look at C: without this it would overtake the reader.
            if (!wait_until([&] { return n - consumed < entries; }))
                return;
            e100.wire().send(pattern.frame(n, card_mac, peer_mac));
        }
    });
    uint32_t early = 0;
    Frame copy(size);
    for (Deadline deadline = patience; consumed < frames && !deadline.expired();) {
        uint32_t rfd = ring.address(consumed % entries);
        if ((shared.load_acquire<uint16_t>(rfd) & rfd_status::complete) == 0)
            continue;
        uint16_t count = shared.load_acquire<uint16_t>(rfd + 12);
        // A copy before anything else: comparing takes longer than the chip would need to make good.
        auto seen = shared.bytes(rfd + RfdRing::header_size, size);
        std::copy(seen.rbegin(), seen.rend(), copy.rbegin());
        bool whole = count == (rfd_count::end_of_frame | rfd_count::valid | size) &&
                     copy == pattern.frame(consumed, card_mac, peer_mac);
        early += whole ? 0 : 1;
        shared.fill(rfd + RfdRing::header_size, size, 0);
        shared.write16(rfd + 12, 0);
        shared.write16(rfd, 0);
        consumed++;
    }
    sender.join();
    EXPECT_EQ(consumed, frames);
    EXPECT_EQ(early, 0u);
}

TEST_F(DmaOrder, CountersAreThereWhenTheirCompletionIs) {
    constexpr uint32_t rounds = 500, counters = 64;
    uint32_t area = e100.memory().allocate(128);
    e100.command(CuCommand::LoadDumpCountersAddress, area);
    for (uint32_t round = 0; round < rounds; round++) {
        shared.fill(area, counters, 0xa5);
        shared.fill(area + counters, 4, 0);
        std::thread dump(
            [&] { e100.set_csr8(csr::scb_command, static_cast<uint8_t>(CuCommand::DumpCounters)); });
        bool done = false;
        for (Deadline deadline = patience; !done && !deadline.expired();)
            done = shared.load_acquire<uint32_t>(area + counters) == dump_complete;
        auto seen = shared.bytes(area, counters);
        bool whole = std::ranges::all_of(seen, [](uint8_t byte) { return byte == 0; });
        dump.join();
        ASSERT_TRUE(done);
        ASSERT_TRUE(whole) << "round " << round;
    }
}

/// A CPU in real mode that executes an interrupt handler whenever it is told to.
class Handler {
  public:
    Handler(Qtest& qtest, uint16_t address) : qtest_(qtest) {
        qtest_.write32(vector, address); // offset and segment
    }
    /// `mov word [mark], value; iret`
    static Bytes code(uint16_t value) {
        return {
            0xc7, 0x06, mark & 0xff, mark >> 8, static_cast<uint8_t>(value), static_cast<uint8_t>(value >> 8),
            0xcf};
    }
    /// What the handler has written.
    uint16_t run() {
        qtest_.write16(mark, 0);
        qtest_.write32(msi_address, nmi);
        wait_until([&] { return qtest_.read16(mark) != 0; });
        return qtest_.read16(mark);
    }

  private:
    static constexpr uint32_t vector = 4 * 2, msi_address = 0xfee00000, nmi = 0x400;
    static constexpr uint16_t mark = 0x600;
    Qtest& qtest_;
};

/// QEMU keeps what it has translated until it hears that the memory has changed.
TEST_F(DmaOrder, ACpuExecutesTheCodeThatCameInAFrame) {
    constexpr uint16_t rfd = 0x8000, code = rfd + RfdRing::header_size + 14;
    Handler handler(e100.qtest(), code);
    e100.memory().write(code, Handler::code(1));
    ASSERT_EQ(handler.run(), 1);
    ReceiveFrameDescriptor header{};
    header.command = rfd_command::end_of_list;
    header.size = 1518;
    for (uint16_t n = 2; n < 5; n++) {
        e100.memory().store(rfd, header);
        e100.command(RuCommand::Start, rfd);
        e100.wire().send(padded(ethernet(card_mac, peer_mac, 0x88b5, Handler::code(n))));
        ASSERT_TRUE(e100.wait_ru(RuStatus::NoResources));
        EXPECT_EQ(handler.run(), n);
    }
}

} // namespace
} // namespace qtest
