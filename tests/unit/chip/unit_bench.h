// SPDX-License-Identifier: GPL-2.0-or-later
// The units between the SCB and the wire put together as in a chip, with short ways to write what a driver
// writes.
#pragma once

#include <initializer_list>
#include <string>

#include "chip/command_unit.h"
#include "chip/receive_unit.h"
#include "fake_host.h"

namespace i8255x {

using Bytes = std::vector<uint8_t>;

inline constexpr MacAddress station = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
inline constexpr MacAddress stranger = {0x52, 0x54, 0x00, 0x99, 0x99, 0x99};
inline constexpr MacAddress some_multicast = {0x01, 0x00, 0x5e, 0x00, 0x00, 0x01};
inline constexpr uint16_t ipv4 = 0x0800;

/// What Linux configures on an 82559: extended TCB, 21 counters, no padding of what is received, long frames
/// OK.
inline constexpr std::array<uint8_t, 22> linux_configuration = {
    0x16, 0x08, 0x00, 0x01, 0x00, 0x00, 0x26, 0x07, 0x01, 0x00, 0x2e,
    0x00, 0x60, 0x00, 0xf2, 0x48, 0x00, 0x40, 0xfa, 0x86, 0x3f, 0x05};

/// `bytes` long; counts up behind the MAC header.
inline Bytes make_frame(const MacAddress& destination, uint16_t type, std::size_t bytes) {
    Bytes frame(destination.begin(), destination.end());
    frame.insert(frame.end(), {0x00, 0xaa, 0x00, 0x01, 0x02, 0x03});
    frame.push_back(static_cast<uint8_t>(type >> 8));
    frame.push_back(static_cast<uint8_t>(type));
    while (frame.size() < bytes)
        frame.push_back(static_cast<uint8_t>(frame.size()));
    frame.resize(bytes);
    return frame;
}

class FakePhy final : public PhyLine {
  public:
    bool link = true;
    bool loopback = false;
    bool link_up() const override { return link; }
    unsigned ns_per_bit() const override { return 10; }
    bool loops_back() const override { return loopback; }
};

/// One chip of that generation, with all it can have.
inline const Variant& variant_of(Generation generation) {
    return *std::ranges::find(variants(), generation, &Variant::generation);
}

struct UnitBench {
    explicit UnitBench(Generation generation = Generation::I82559, bool backpressure = false,
                       uint32_t wire_mbps = 0)
        : variant(variant_of(generation)), scb(host, generation >= Generation::I82558),
          configuration(generation), statistics(host), cna_delay(host, scb), bundling(host, scb, cna_delay),
          receive_unit({host, variant, scb, configuration, filter, statistics, bundling}, backpressure),
          transmitter({host, variant, configuration, filter, statistics, phy, receive_unit}, wire_mbps),
          action_commands({host, variant, scb, configuration, filter, statistics, wake_filters, bundling}),
          command_unit({host, variant, scb, configuration, statistics, cna_delay, transmitter,
                        action_commands, flow_control}) {
        host.on_command_unit = [this] { command_unit.run(); };
        host.on_timer = [this](Timer timer) {
            switch (timer) {
            case Timer::CnaDelay:
                return cna_delay.timer_fired();
            case Timer::TransmitPoll:
                return command_unit.poll_timer_fired();
            case Timer::ReceiveBundle:
                return bundling.timer_fired();
            case Timer::PauseRepeat:
                return flow_control.timer_fired();
            case Timer::HeaderSplit:
                return receive_unit.split_timer_fired();
            case Timer::ReceiveRoom:
                return receive_unit.room_timer_fired();
            case Timer::Negotiation:
                break; // of a PHY, which this bench has not
            }
        };
        filter.set_individual(station);
        if (generation == Generation::I82557)
            configuration.apply(Bytes(configuration_defaults.begin(), configuration_defaults.begin() + 22));
        else
            configuration.apply(linux_configuration);
    }

    /// Changes the configuration in force.
    void set(ConfigField field, bool on = true) {
        ConfigurationBytes bytes = configuration.bytes();
        field.set(bytes, on);
        configuration.restore(bytes, configuration.configured());
    }
    void set_byte(std::size_t byte, uint8_t value) {
        ConfigurationBytes bytes = configuration.bytes();
        bytes[byte] = value;
        configuration.restore(bytes, configuration.configured());
    }

    void put(uint32_t address, std::initializer_list<unsigned> bytes) {
        for (unsigned byte : bytes) {
            const uint8_t value = static_cast<uint8_t>(byte);
            host.memory.put(address++, {&value, 1});
        }
    }
    void put_block(uint32_t address, uint16_t command, uint32_t link) {
        host.memory.write16(address, 0);
        host.memory.write16(address + 2, command);
        host.memory.write32(address + 4, link);
    }
    void put_rfd(uint32_t address, uint16_t command, uint32_t link, uint16_t size) {
        put_block(address, command, link);
        host.memory.write32(address + 8, no_rbd);
        host.memory.write16(address + 12, 0);
        host.memory.write16(address + 14, size);
    }
    /// RFD of the flexible mode; `rbd` may be no_rbd.
    void put_flexible_rfd(uint32_t address, uint16_t command, uint32_t link, uint32_t rbd,
                          uint16_t size = 0) {
        put_rfd(address, command | rfd_command::flexible, link, size);
        host.memory.write32(address + 8, rbd);
    }
    void put_rbd(uint32_t address, uint32_t link, uint32_t buffer, unsigned size) {
        host.memory.write32(address, 0);
        host.memory.write32(address + 4, link);
        host.memory.write32(address + 8, buffer);
        host.memory.write32(address + 12, size);
    }
    /// Simplified frame behind a standard TCB.
    void put_transmit(uint32_t address, uint16_t flags, uint32_t link, const Bytes& frame) {
        put_block(address, static_cast<uint16_t>(4 | flags), link);
        host.memory.write32(address + 8, no_tbd_array);
        host.memory.write32(address + 12, 0x00e08000 | static_cast<uint32_t>(frame.size()));
        host.memory.put(address + 16, frame);
    }

    uint16_t word(uint32_t address) const { return host.memory.read16(address); }
    uint16_t status(uint32_t block) const { return word(block); }
    Bytes data_of(uint32_t rfd) const { return host.memory.bytes(rfd + 16, word(rfd + 12) & 0x3fffu); }

    void cu(CuCommand command, uint32_t pointer = 0) {
        scb.set_general_pointer(pointer);
        command_unit.command(command);
    }
    void ru(RuCommand command, uint32_t pointer = 0) {
        scb.set_general_pointer(pointer);
        receive_unit.command(command);
    }
    /// Starts the command unit at `block` and lets it run until it asks no more.
    bool execute(uint32_t block) {
        cu(CuCommand::Start, block);
        return host.run_command_unit();
    }
    bool receive(const Bytes& frame, uint16_t line_errors = 0) {
        return receive_unit.receive(frame, line_errors);
    }
    /// STAT bits since the last call.
    unsigned take_stat() {
        const uint8_t stat = scb.stat();
        scb.acknowledge(stat);
        return stat;
    }
    uint32_t counted(Counter counter) const { return statistics[counter]; }

    /// Every frame that came in is filtered, dropped, completed, held back or waiting: nothing is lost in
    /// between.
    void expect_all_frames_accounted() const {
        std::size_t waiting = 0;
        for (auto fifo = receive_unit.fifo(); !fifo.empty(); waiting++)
            fifo = fifo.subspan(2u + fifo[0] + fifo[1] * 256u);
        EXPECT_EQ(host.count_traced(TraceEvent::RxWire),
                  host.count_traced(TraceEvent::RxFiltered) + host.count_traced(TraceEvent::RxDrop) +
                      host.count_traced(TraceEvent::RfdComplete) + host.count_traced(TraceEvent::RxHeldBack) +
                      waiting);
    }

    FakeHost host;
    const Variant& variant;
    FakePhy phy;
    Scb scb;
    Configuration configuration;
    AddressFilter filter;
    Statistics statistics;
    CnaDelay cna_delay;
    ReceiveBundling bundling;
    ReceiveUnit receive_unit;
    Transmitter transmitter;
    WakeFilters wake_filters;
    FlowControl flow_control{{host, variant, scb, configuration, filter, statistics, phy}};
    ActionCommands action_commands;
    CommandUnit command_unit;
};

} // namespace i8255x
