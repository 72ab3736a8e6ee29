// SPDX-License-Identifier: GPL-2.0-or-later
// Machine, bus and driver steps for tests of the e100.
#include "e100_harness.h"

#include <algorithm>

#include "failure.h"

namespace harness {

using namespace i8255x;

namespace {

constexpr uint32_t ram_begin = 1u << 20, ram_end = 31u << 20;
constexpr uint64_t hpet = 0xfed00000, hpet_configuration = hpet + 0x10, hpet_counter = hpet + 0xf0,
                   hpet_timer_configuration = hpet + 0x100, hpet_comparator = hpet + 0x108;
constexpr uint32_t hpet_interrupt_enable = 4;
constexpr int64_t hpet_tick_ns = 10;
const std::vector<uint16_t> device_ids = {0x1229, 0x1209, 0x1029, 0x1059, 0x2449,
                                          0x1031, 0x103a, 0x1050, 0x1064, 0x27dc};
const std::vector<uint16_t> watchdog_ids = {0x25ab};
const Arguments pausing_watchdog = {"-device", "i6300esb", "-action", "watchdog=pause"};
constexpr unsigned pc_interrupt = 11, q35_first_interrupt = 16, q35_last_interrupt = 23;

} // namespace

E100Harness::E100Harness(const Options& options)
    : options_(options), qtest_(directory_), qmp_(directory_), wire_(directory_),
      memory_(qtest_, ram_begin, ram_end) {
    qemu_ = std::make_unique<QemuProcess>(directory_, command_line());
    qtest_.intercept_inputs("ioapic");
    qtest_.write32(hpet_configuration, 1);
    if (!options_.incoming.empty()) {
        qmp_.wait_migrated();
        qmp_.cont(); // the stream was written by a stopped machine
    }
    if (options_.device)
        enable_function();
}

Arguments E100Harness::command_line() const {
    Arguments line = quiet_arguments(options_.machine) + Arguments{"-m", "32"} + plugin_arguments() +
                     qtest_.arguments() + qmp_.arguments() + wire_.arguments();
    if (options_.clock == MachineClock::Exact)
        line = line + Arguments{"-icount", "shift=0,sleep=off"} + pausing_watchdog;
    if (!options_.incoming.empty())
        line = line + Arguments{"-incoming", "exec:cat<" + options_.incoming};
    std::string properties =
        std::string("id=") + device_id + ",netdev=" + wire_.id() + ",mac=" + to_string(card_mac);
    properties = with_link(properties); // unless the test wants to see it come
    if (!options_.properties.empty())
        properties += "," + options_.properties;
    if (options_.device)
        line = line + device_arguments(properties);
    return line + options_.extra;
}

/// PIRQ A–D of the PIIX3 to ISA interrupt 11, as a BIOS would. The ICH9 delivers to the IOAPIC without that.
void E100Harness::route_interrupts() {
    PciFunction bridge(qtest_, 0, 1);
    if (bridge.read16(pci::device_id) == 0x7000)
        bridge.write32(0x60, 0x0b0b0b0b);
}

void E100Harness::enable_function(uint8_t bus) {
    const auto function = PciFunction::find(qtest_, device_ids, bus);
    if (!function)
        throw Failure("no 8255x on PCI bus " + std::to_string(bus));
    drive(*function);
}

void E100Harness::drive(const PciFunction& function) {
    pci_ = function;
    route_interrupts();
    if (!options_.incoming.empty())
        return;
    pci_->write32(pci::bar0, memory_bar);
    pci_->write32(pci::bar0 + 4, io_bar);
    pci_->write32(pci::bar0 + 8, flash_bar);
    pci_->write16(pci::command, pci::command_io | pci::command_memory | pci::command_master);
}

void E100Harness::settle() {
    for (int round = 0; round < 4; round++) {
        qmp_.status();
        csr8(csr::scb_status);
    }
}

bool E100Harness::interrupt() {
    if (qtest_.line(pc_interrupt))
        return true;
    for (unsigned line = q35_first_interrupt; line <= q35_last_interrupt; line++)
        if (qtest_.line(line))
            return true;
    return false;
}

unsigned E100Harness::interrupts() {
    unsigned rises = qtest_.rises(pc_interrupt);
    for (unsigned line = q35_first_interrupt; line <= q35_last_interrupt; line++)
        rises += qtest_.rises(line);
    return rises;
}

bool E100Harness::wait_interrupt(bool level, Deadline deadline) {
    return wait_until([&] { return interrupt() == level; }, deadline);
}

CuStatus E100Harness::cu() { return static_cast<CuStatus>(csr8(csr::scb_status) >> scb_status::cus_shift); }

RuStatus E100Harness::ru() {
    return static_cast<RuStatus>((csr8(csr::scb_status) & scb_status::rus_mask) >> scb_status::rus_shift);
}

bool E100Harness::wait_cu(CuStatus status, Deadline deadline) {
    return wait_until([&] { return cu() == status; }, deadline);
}

bool E100Harness::wait_ru(RuStatus status, Deadline deadline) {
    return wait_until([&] { return ru() == status; }, deadline);
}

bool E100Harness::wait_stat(uint8_t causes, Deadline deadline) {
    return wait_until([&] { return (stat() & causes) == causes; }, deadline);
}

void E100Harness::wait_accepted() {
    if (!wait_until([&] { return csr8(csr::scb_command) == 0; }))
        throw Failure("SCB command not accepted");
}

void E100Harness::command(CuCommand command) {
    set_csr8(csr::scb_command, static_cast<uint8_t>(command));
    wait_accepted();
}

void E100Harness::command(RuCommand command) {
    set_csr8(csr::scb_command, static_cast<uint8_t>(command));
    wait_accepted();
}

void E100Harness::command(CuCommand cu_command, uint32_t general_pointer) {
    set_csr32(csr::general_pointer, general_pointer);
    command(cu_command);
}

void E100Harness::command(RuCommand ru_command, uint32_t general_pointer) {
    set_csr32(csr::general_pointer, general_pointer);
    command(ru_command);
}

void E100Harness::port(PortCommand command, uint32_t address) {
    set_csr32(csr::port, address | static_cast<uint32_t>(command));
}

void E100Harness::bring_up(const ConfigurationBytes& configuration) {
    command(CuCommand::LoadBase, 0);
    command(RuCommand::LoadBase, 0);
    configure(configuration);
    execute(Opcode::IndividualAddress, card_mac);
    acknowledge(0xff);
}

uint16_t E100Harness::execute(Opcode opcode, std::span<const uint8_t> parameters, uint16_t flags) {
    return execute_block(command_block(opcode, flags | cb_command::end_of_list, 0, parameters));
}

uint16_t E100Harness::execute_block(std::span<const uint8_t> block) {
    uint32_t address = memory_.place(block);
    command(CuCommand::Start, address);
    if (!wait_until([&] { return (memory_.read16(address) & cb_status::complete) != 0; }) ||
        !wait_until([&] { return cu() == CuStatus::Idle || cu() == CuStatus::Suspended; }))
        throw Failure("command block does not complete");
    return memory_.read16(address);
}

void E100Harness::configure(const ConfigurationBytes& configuration, uint8_t count) {
    execute(Opcode::Configure, configure_parameters(configuration, count));
}

void E100Harness::start_receiving(const RfdRing& ring, unsigned first) {
    command(RuCommand::Start, ring.address(first));
}

void E100Harness::transmit(std::span<const uint8_t> frame, uint16_t flags) {
    execute_block(simplified_tcb(flags | cb_command::end_of_list, 0, frame));
}

E100Harness::Counters E100Harness::counters(StatisticsFormat format) {
    auto bytes = static_cast<size_t>(format);
    if (counters_at_ == 0)
        counters_at_ = memory_.allocate(128);
    auto completion = static_cast<uint32_t>(counters_at_ + bytes);
    memory_.fill(counters_at_, 128, 0);
    command(CuCommand::LoadDumpCountersAddress, counters_at_);
    command(CuCommand::DumpCounters);
    if (!wait_until([&] { return memory_.read32(completion) == dump_complete; }))
        throw Failure("no completion dword behind " + std::to_string(bytes) + " bytes of counters");
    Counters result;
    for (uint32_t at = counters_at_; at < completion; at += 4)
        result.dwords.push_back(memory_.read32(at));
    return result;
}

int64_t E100Harness::clock_ns() { return static_cast<int64_t>(qtest_.read64(hpet_counter)) * hpet_tick_ns; }

/// Intel's 6300ESB watchdog, whose action is to pause the machine; the pause resets it. It counts twice, here
/// first nothing and then `steps`, in 32 PCI clocks of 30 ns.
void E100Harness::arm_pause(uint32_t steps) {
    constexpr uint8_t configuration = 0x60, lock = 0x68;
    constexpr uint8_t count_microseconds = 0x04, enable = 0x02;
    constexpr uint32_t first_count = 0x0, second_count = 0x4, key = 0xc;
    const auto function = PciFunction::find(qtest_, watchdog_ids);
    if (!function)
        throw Failure("no watchdog to pause the machine");
    function->write32(pci::bar0, watchdog_bar);
    function->write16(pci::command, pci::command_memory);
    function->write16(configuration, count_microseconds);
    const auto set = [this](uint32_t offset, uint32_t value) {
        qtest_.write16(watchdog_bar + key, 0x80);
        qtest_.write16(watchdog_bar + key, 0x86);
        qtest_.write32(watchdog_bar + offset, value);
    };
    set(first_count, 0);
    set(second_count, steps);
    function->write8(lock, enable);
}

/// QEMU's clock jumps once more, to the next timer, before the machine has stopped: a timer of the HPET one
/// tick behind the pause keeps that jump short.
void E100Harness::arm_guard(int64_t ns) {
    const auto tick = static_cast<uint64_t>((clock_ns() + ns) / hpet_tick_ns + 1);
    qtest_.write32(hpet_timer_configuration, hpet_interrupt_enable);
    qtest_.write32(hpet_comparator + 4, static_cast<uint32_t>(tick >> 32));
    qtest_.write32(hpet_comparator, static_cast<uint32_t>(tick));
}

void E100Harness::run_for(int64_t ns) {
    const auto steps = static_cast<uint32_t>(ns / pause_step_ns);
    qmp_.forget_events();
    arm_pause(steps);
    arm_guard(steps * pause_step_ns);
    qmp_.cont();
    qmp_.wait_event("STOP");
}

Frame numbered_frame(uint32_t number, size_t bytes, const MacAddress& destination, const MacAddress& source,
                     uint16_t type) {
    constexpr size_t header = 14;
    size_t payload = bytes - header;
    return Pattern(1, payload, payload).frame(number, destination, source, type);
}

} // namespace harness
