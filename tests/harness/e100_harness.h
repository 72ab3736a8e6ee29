// SPDX-License-Identifier: GPL-2.0-or-later
// A machine with one e100 and nobody else in it: the test is CPU and driver on one side, the wire's far end
// on the other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "blocks.h"
#include "guest_memory.h"
#include "i8255x/csr.h"
#include "i8255x/statistics.h"
#include "pattern.h"
#include "pci.h"
#include "qmp.h"
#include "qtest.h"
#include "wire.h"

namespace harness {

inline constexpr MacAddress card_mac = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
inline constexpr MacAddress peer_mac = {0x02, 0x00, 0x00, 0xaa, 0xbb, 0xcc};

/// How the machine's clock (QEMU_CLOCK_VIRTUAL) runs.
enum class MachineClock : uint8_t {
    Wall,  ///< with real time
    Exact, ///< stands still but for timers, and jumps to the next one; see E100Harness::run_for()
};

struct HarnessOptions {
    std::string machine = "pc,pit=off"; ///< the PIT's tick would keep an exact clock running
    std::string properties = {};        ///< added to the device's: "chip=82557b"
    MachineClock clock = MachineClock::Wall;
    bool device = true;        ///< false: the test plugs it itself
    std::string incoming = {}; ///< file with a migration stream to start from
    Arguments extra = {};
};

class E100Harness {
  public:
    using Options = HarnessOptions;

    explicit E100Harness(const Options& options = {});

    TempDir& directory() { return directory_; }
    QemuProcess& qemu() { return *qemu_; }
    Qtest& qtest() { return qtest_; }
    Qmp& qmp() { return qmp_; }
    Wire& wire() { return wire_; }
    GuestMemory& memory() { return memory_; }
    PciFunction& pci() { return *pci_; }

    /// Properties of the device as the harness plugs it; for device_add.
    static constexpr const char* device_id = "nic";

    // --- Bus ---

    /// What firmware does: finds the function, gives it addresses, enables decoding, mastering and interrupt
    /// routing.
    void enable_function(uint8_t bus = 0);
    /// The same for this one. There may be others, if their regions have been moved away.
    void drive(const PciFunction& function);
    static constexpr uint32_t memory_bar = 0xe0000000, flash_bar = 0xe0100000, watchdog_bar = 0xe0200000;
    static constexpr uint16_t io_bar = 0xc000;

    uint8_t csr8(uint32_t offset) { return qtest_.read8(memory_bar + offset); }
    uint16_t csr16(uint32_t offset) { return qtest_.read16(memory_bar + offset); }
    uint32_t csr32(uint32_t offset) { return qtest_.read32(memory_bar + offset); }
    void set_csr8(uint32_t offset, uint8_t value) { qtest_.write8(memory_bar + offset, value); }
    void set_csr16(uint32_t offset, uint16_t value) { qtest_.write16(memory_bar + offset, value); }
    void set_csr32(uint32_t offset, uint32_t value) { qtest_.write32(memory_bar + offset, value); }

    /// Returns when QEMU's main loop has gone round several times: what was due without waiting has happened
    /// by then. For checks that nothing happens; wait for a condition wherever something must.
    void settle();

    /// INTA# as the interrupt controller sees it.
    bool interrupt();
    bool wait_interrupt(bool level = true, Deadline deadline = patience);
    /// Rising edges of INTA# since start.
    unsigned interrupts();

    // --- SCB ---

    uint8_t stat() { return csr8(i8255x::csr::stat_ack); }
    void acknowledge(uint8_t causes) { set_csr8(i8255x::csr::stat_ack, causes); }
    void set_interrupt_control(uint8_t value) { set_csr8(i8255x::csr::interrupt_control, value); }
    i8255x::CuStatus cu();
    i8255x::RuStatus ru();
    bool wait_cu(i8255x::CuStatus status, Deadline deadline = patience);
    bool wait_ru(i8255x::RuStatus status, Deadline deadline = patience);
    /// Waits until all of `causes` are set in STAT/ACK.
    bool wait_stat(uint8_t causes, Deadline deadline = patience);

    /// Writes the command byte and waits for its acceptance (reads 0 again).
    void command(i8255x::CuCommand command);
    void command(i8255x::RuCommand command);
    void command(i8255x::CuCommand command, uint32_t general_pointer);
    void command(i8255x::RuCommand command, uint32_t general_pointer);
    void port(i8255x::PortCommand command, uint32_t address = 0);

    // --- Whole steps of a driver ---

    /// Loads both bases with 0, configures, sets the individual address to card_mac, masks nothing,
    /// acknowledges all.
    void bring_up(const i8255x::ConfigurationBytes& configuration = usual_configuration());
    /// Executes one block (EL is added) and returns its status word. Throws Failure if it does not complete.
    uint16_t execute(i8255x::Opcode opcode, std::span<const uint8_t> parameters = {}, uint16_t flags = 0);
    /// Places a block made by one of the builders and executes it; the CU must end idle or suspended.
    uint16_t execute_block(std::span<const uint8_t> block);
    void configure(const i8255x::ConfigurationBytes& configuration, uint8_t count = 22);
    void start_receiving(const RfdRing& ring, unsigned first = 0);
    /// Sends a frame in simplified mode (needs the standard TCB) and waits for the block's completion.
    void transmit(std::span<const uint8_t> frame, uint16_t flags = 0);

    /// All that the Dump Counters command writes.
    struct Counters {
        std::vector<uint32_t> dwords; ///< in the order of the dump area, as many as the format has
        uint32_t operator[](i8255x::Counter counter) const { return dwords.at(static_cast<size_t>(counter)); }
    };
    Counters counters(i8255x::StatisticsFormat format = i8255x::StatisticsFormat::I82557);

    /// Nanoseconds of the machine's clock (the HPET's counter, 10 ns steps).
    int64_t clock_ns();
    /// MachineClock::Exact only, machine stopped: lets `ns` of its time pass (in steps of pause_step_ns,
    /// rounded down) and returns with the machine stopped again at that moment, or 10 ns later. While it is
    /// stopped registers and memory answer, but neither timers nor frames move.
    void run_for(int64_t ns);
    static constexpr int64_t pause_step_ns = 960;

  private:
    Arguments command_line() const;
    void route_interrupts();
    void arm_pause(uint32_t steps);
    void arm_guard(int64_t ns);
    void wait_accepted();

    Options options_;
    TempDir directory_;
    Qtest qtest_;
    Qmp qmp_;
    Wire wire_;
    GuestMemory memory_;
    std::unique_ptr<QemuProcess> qemu_;
    std::optional<PciFunction> pci_;
    uint32_t counters_at_ = 0;
};

/// A frame of `bytes` (with header, without FCS) whose payload is Pattern payload `number`.
Frame numbered_frame(uint32_t number, size_t bytes, const MacAddress& destination = card_mac,
                     const MacAddress& source = peer_mac, uint16_t type = ether_type::experimental);

} // namespace harness
