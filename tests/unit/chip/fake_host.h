// SPDX-License-Identifier: GPL-2.0-or-later
// A host for the chip that lives in the test: sparse guest memory, a clock that moves on demand, and a record
// of everything the chip did.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "chip/host.h"

namespace i8255x {

/// All 4 GiB of guest memory, zero until written; parts can be taken off the bus.
class FakeMemory {
  public:
    bool read(uint32_t address, std::span<uint8_t> into) const {
        std::ranges::fill(into, uint8_t{0});
        if (refuses(address, into.size(), false))
            return false;
        for (std::size_t i = 0; i < into.size(); i++)
            into[i] = byte(address + static_cast<uint32_t>(i));
        return true;
    }
    bool write(uint32_t address, std::span<const uint8_t> from) {
        if (refuses(address, from.size(), true))
            return false;
        for (std::size_t i = 0; i < from.size(); i++)
            set_byte(address + static_cast<uint32_t>(i), from[i]);
        return true;
    }
    /// From now on the bus refuses accesses that touch these bytes.
    void refuse(uint32_t address, uint32_t bytes) { holes_.push_back({address, bytes, false}); }
    void refuse_writes(uint32_t address, uint32_t bytes) { holes_.push_back({address, bytes, true}); }
    void refuse_nothing() { holes_.clear(); }

    std::vector<uint8_t> bytes(uint32_t address, std::size_t count) const {
        std::vector<uint8_t> result(count);
        for (std::size_t i = 0; i < count; i++)
            result[i] = byte(address + static_cast<uint32_t>(i));
        return result;
    }
    void put(uint32_t address, std::span<const uint8_t> from) {
        for (std::size_t i = 0; i < from.size(); i++)
            set_byte(address + static_cast<uint32_t>(i), from[i]);
    }
    void fill(uint32_t address, std::size_t count, uint8_t value) {
        for (std::size_t i = 0; i < count; i++)
            set_byte(address + static_cast<uint32_t>(i), value);
    }
    uint16_t read16(uint32_t address) const {
        return static_cast<uint16_t>(byte(address) | byte(address + 1) << 8);
    }
    uint32_t read32(uint32_t address) const {
        return read16(address) | static_cast<uint32_t>(read16(address + 2)) << 16;
    }
    void write16(uint32_t address, uint16_t value) {
        set_byte(address, static_cast<uint8_t>(value));
        set_byte(address + 1, static_cast<uint8_t>(value >> 8));
    }
    void write32(uint32_t address, uint32_t value) {
        write16(address, static_cast<uint16_t>(value));
        write16(address + 2, static_cast<uint16_t>(value >> 16));
    }

  private:
    static constexpr uint32_t page_bytes = 4096;
    using Page = std::array<uint8_t, page_bytes>;
    struct Hole {
        uint32_t address, bytes;
        bool readable;
    };

    bool refuses(uint32_t address, std::size_t count, bool write) const {
        return std::ranges::any_of(holes_, [&](const Hole& hole) {
            if (hole.readable && !write)
                return false;
            return hole.address - address < count || address - hole.address < hole.bytes;
        });
    }
    uint8_t byte(uint32_t address) const {
        auto page = pages_.find(address / page_bytes);
        return page == pages_.end() ? 0 : page->second[address % page_bytes];
    }
    void set_byte(uint32_t address, uint8_t value) {
        auto [page, fresh] = pages_.try_emplace(address / page_bytes);
        page->second[address % page_bytes] = value;
    }

    std::unordered_map<uint32_t, Page> pages_;
    std::vector<Hole> holes_;
};

class FakeHost final : public Host {
  public:
    struct DmaStep {
        enum class Kind : uint8_t { Read, Write, Barrier } kind;
        uint32_t address = 0;
        std::size_t bytes = 0;
        bool operator==(const DmaStep&) const = default;
    };
    struct Trace {
        TraceEvent event;
        uint32_t a, b;
        bool operator==(const Trace&) const = default;
    };
    struct GuestError {
        std::string what;
        uint32_t value;
    };

    FakeMemory memory;
    bool bus_master = true;
    std::vector<DmaStep> dma;
    bool interrupt = false;
    unsigned interrupt_edges = 0; ///< how often the pin rose
    bool pme = false;
    unsigned pme_events = 0; ///< reasons to wake up
    std::vector<std::vector<uint8_t>> sent;
    std::function<void(std::span<const uint8_t>)> on_send; ///< besides `sent`
    struct LargePacket {
        std::vector<uint8_t> bytes;
        Segmentation how;
    };
    LargePackets takes_large = LargePackets::Refused;
    std::vector<LargePacket> sent_large;
    unsigned receive_possible_calls = 0;
    int64_t now = 1'000'000;
    std::array<int64_t, timer_count> deadlines = filled_deadlines();
    bool command_unit_scheduled = false;
    std::vector<std::pair<unsigned, uint16_t>> eeprom_changes;
    std::vector<GuestError> guest_errors;
    std::vector<Trace> trace_record;
    bool recording = true; ///< of dma, sent and trace_record; off for runs without end

    /// What the timers and the scheduled command unit call: those functions of a whole chip.
    template <typename Chip> void connect(Chip& chip) {
        on_timer = [&chip](Timer timer) { chip.timer_fired(timer); };
        on_command_unit = [&chip] { chip.run_command_unit(); };
    }
    std::function<void(Timer)> on_timer;
    std::function<void()> on_command_unit;

    /// Runs the command unit as often as it asks for it; false if it still wants more after `slices` times.
    bool run_command_unit(unsigned slices = 10'000) {
        while (command_unit_scheduled && slices-- > 0) {
            command_unit_scheduled = false;
            on_command_unit();
        }
        return !command_unit_scheduled;
    }
    /// Moves the clock on, firing each timer at its time.
    void advance(int64_t ns) {
        const int64_t end = now + ns;
        for (;;) {
            auto next = deadlines.end();
            for (auto it = deadlines.begin(); it != deadlines.end(); ++it)
                if (*it >= 0 && *it <= end && (next == deadlines.end() || *it < *next))
                    next = it;
            if (next == deadlines.end())
                break;
            now = std::max(now, *next);
            *next = -1;
            on_timer(static_cast<Timer>(next - deadlines.begin()));
            run_command_unit();
        }
        now = end;
    }
    int64_t deadline(Timer timer) const { return deadlines[static_cast<std::size_t>(timer)]; }
    bool traced(TraceEvent event) const { return count_traced(event) > 0; }
    std::size_t count_traced(TraceEvent event) const {
        return static_cast<std::size_t>(std::ranges::count(trace_record, event, &Trace::event));
    }
    /// Addresses and sizes of the DMA writes, in order; barriers as size 0.
    std::vector<std::pair<uint32_t, std::size_t>> writes() const {
        std::vector<std::pair<uint32_t, std::size_t>> result;
        for (const DmaStep& step : dma)
            if (step.kind != DmaStep::Kind::Read)
                result.emplace_back(step.address, step.bytes);
        return result;
    }
    void forget() {
        dma.clear();
        sent.clear();
        sent_large.clear();
        trace_record.clear();
        guest_errors.clear();
        eeprom_changes.clear();
        interrupt_edges = 0;
        pme_events = 0;
        receive_possible_calls = 0;
    }

    bool dma_read(uint32_t address, std::span<uint8_t> into) override {
        record({DmaStep::Kind::Read, address, into.size()});
        if (!bus_master)
            std::ranges::fill(into, uint8_t{0});
        return bus_master && memory.read(address, into);
    }
    bool dma_write(uint32_t address, std::span<const uint8_t> from) override {
        record({DmaStep::Kind::Write, address, from.size()});
        return bus_master && memory.write(address, from);
    }
    void write_barrier() override { record({DmaStep::Kind::Barrier}); }
    void set_interrupt(bool asserted) override {
        EXPECT_NE(asserted, interrupt) << "set_interrupt without a change";
        interrupt = asserted;
        interrupt_edges += asserted ? 1 : 0;
    }
    void set_pme(bool status) override {
        EXPECT_TRUE(status || pme) << "set_pme(false) without a status to clear";
        pme = status;
        pme_events += status ? 1 : 0;
    }
    void send(std::span<const std::span<const uint8_t>> parts) override {
        std::vector<uint8_t> frame;
        for (auto part : parts)
            frame.insert(frame.end(), part.begin(), part.end());
        if (on_send)
            on_send(frame);
        if (recording)
            sent.push_back(std::move(frame));
    }
    LargePackets large_packets() override { return takes_large; }
    void send_large(std::span<const uint8_t> packet, const Segmentation& how) override {
        EXPECT_NE(takes_large, LargePackets::Refused);
        sent_large.push_back({{packet.begin(), packet.end()}, how});
    }
    void receive_possible() override { receive_possible_calls++; }
    int64_t now_ns() override { return now; }
    void arm_timer(Timer timer, int64_t deadline_ns) override {
        EXPECT_GE(deadline_ns, 0);
        deadlines[static_cast<std::size_t>(timer)] = deadline_ns;
    }
    void cancel_timer(Timer timer) override { deadlines[static_cast<std::size_t>(timer)] = -1; }
    void schedule_command_unit() override { command_unit_scheduled = true; }
    void eeprom_changed(unsigned index, uint16_t value) override {
        eeprom_changes.emplace_back(index, value);
    }
    void guest_error(const char* what, uint32_t value) override {
        if (recording)
            guest_errors.push_back({what, value});
    }
    void show(TraceEvent event, uint32_t a, uint32_t b) override {
        if (recording)
            trace_record.push_back({event, a, b});
    }

  private:
    static std::array<int64_t, timer_count> filled_deadlines() {
        std::array<int64_t, timer_count> all;
        all.fill(-1);
        return all;
    }
    void record(DmaStep step) {
        if (recording)
            dma.push_back(step);
    }
};

} // namespace i8255x
