// SPDX-License-Identifier: GPL-2.0-or-later
// A hostile guest, a hostile wire and a hostile migration stream against the chip: libFuzzer chooses what
// they do, and after each step the chip must still keep its promises.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "chip/chip.h"
#include "chip/command_unit.h"
#include "chip/eeprom_image.h"
#include "chip/transmit.h"
#include "firmware/bundling_image.h"
#include "i8255x/command_block.h"
#include "i8255x/csr.h"
#include "i8255x/rfd.h"

using namespace i8255x;

namespace {

void promise(bool kept, const char* what) {
    if (kept)
        return;
    std::fprintf(stderr, "broken promise: %s\n", what);
    std::abort();
}

/// Little guest memory, so that structures overlap; the upper half of the address space is not on the bus.
class FuzzHost final : public Host {
  public:
    static constexpr std::size_t memory_bytes = 0x4000;
    std::array<uint8_t, memory_bytes> memory{};
    bool bus_master = true, interrupt = false, pme = false, scheduled = false;
    unsigned blocks = 0, frames_sent = 0;
    int64_t now = 0;
    std::array<int64_t, timer_count> deadlines{};
    long frames_in = 0, frames_settled = 0;

    FuzzHost() { deadlines.fill(-1); }

    bool dma_read(uint32_t address, std::span<uint8_t> into) override {
        std::ranges::fill(into, uint8_t{0});
        if (!on_the_bus(address))
            return false;
        for (uint8_t& byte : into)
            byte = memory[address++ % memory_bytes];
        return true;
    }
    bool dma_write(uint32_t address, std::span<const uint8_t> from) override {
        if (!on_the_bus(address))
            return false;
        for (uint8_t byte : from)
            memory[address++ % memory_bytes] = byte;
        return true;
    }
    void write_barrier() override {}
    void set_interrupt(bool asserted) override {
        promise(asserted != interrupt, "the pin is set on changes only");
        interrupt = asserted;
    }
    void set_pme(bool status) override {
        promise(status || pme, "a PME status that is cleared was set");
        pme = status;
    }
    void send(std::span<const std::span<const uint8_t>> parts) override {
        promise(!parts.empty() && parts.size() <= max_send_parts, "a frame has one to max_send_parts parts");
        std::size_t bytes = 0;
        for (auto part : parts) {
            for (uint8_t byte : part) // touch it, for the address sanitizer
                sum_ = static_cast<uint8_t>(sum_ + byte);
            bytes += part.size();
        }
        promise(bytes > 0 && bytes <= max_transmit_bytes + vlan_tag_bytes,
                "a frame that is sent fits the transmit FIFO");
        frames_sent++;
    }
    void receive_possible() override {}
    int64_t now_ns() override { return now; }
    void arm_timer(Timer timer, int64_t deadline) override {
        promise(deadline >= 0, "deadlines are not negative");
        deadlines[static_cast<std::size_t>(timer)] = deadline;
    }
    void cancel_timer(Timer timer) override { deadlines[static_cast<std::size_t>(timer)] = -1; }
    void schedule_command_unit() override { scheduled = true; }
    void eeprom_changed(unsigned index, uint16_t) override {
        promise(index < 256, "the EEPROM has 256 words");
    }
    void guest_error(const char* what, uint32_t) override { promise(what != nullptr, "an error has a text"); }
    void show(TraceEvent event, uint32_t, uint32_t) override {
        blocks += event == TraceEvent::CbStart;
        frames_in += event == TraceEvent::RxWire;
        frames_settled += event == TraceEvent::RxFiltered || event == TraceEvent::RxDrop ||
                          event == TraceEvent::RfdComplete || event == TraceEvent::RxHeldBack;
    }

  private:
    bool on_the_bus(uint32_t address) const { return bus_master && address < 0x80000000; }
    uint8_t sum_ = 0;
};

/// The fuzzer's bytes, read from the front; zeros behind their end.
class Input {
  public:
    Input(const uint8_t* bytes, std::size_t count) : bytes_(bytes, count) {}
    bool empty() const { return bytes_.empty(); }
    uint32_t take(unsigned count) {
        uint32_t value = 0;
        for (unsigned i = 0; i < count && !bytes_.empty(); i++) {
            value |= static_cast<uint32_t>(bytes_.front()) << (8 * i);
            bytes_ = bytes_.subspan(1);
        }
        return value;
    }
    uint8_t byte() { return static_cast<uint8_t>(take(1)); }

  private:
    std::span<const uint8_t> bytes_;
};

constexpr MacAddress mac = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
constexpr MacAddress control_address = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x01};

constexpr int64_t negotiation_ns = 1'000'000;

std::vector<uint16_t> eeprom_of(const Variant& variant) {
    std::vector<uint16_t> words(64);
    build_eeprom(words, variant, mac);
    return words;
}

class Session {
  public:
    Session(const Variant& variant, bool backpressure, uint32_t wire_mbps)
        : variant_(variant), eeprom_(eeprom_of(variant)), backpressure_(backpressure), wire_mbps_(wire_mbps),
          chip_(host_, variant, options()) {}

    void step(Input& input) {
        switch (input.byte() % 19) {
        case 0:
        case 1:
            chip_.csr_write(input.byte(), 1u << input.byte() % 3, input.take(4));
            break;
        case 2:
            chip_.csr_read(input.byte(), 1u << input.byte() % 3);
            break;
        case 3:
        case 4:
            command(input.byte(), address(input));
            break;
        case 5:
            input.byte() % 2 != 0 ? put_block(input) : put_offload(input);
            break;
        case 6:
            put_rfd(input);
            break;
        case 7:
            poke(input);
            break;
        case 8:
        case 9:
            receive(input);
            break;
        case 10:
            run_command_unit();
            break;
        case 11:
            advance(input.take(3));
            break;
        case 12:
            input.byte() % 4 == 0 ? load_microcode(input) : configure(input);
            break;
        case 13:
            restore_spoilt(input);
            break;
        case 14:
            surroundings(input);
            break;
        case 15:
            put_rbd(input);
            break;
        case 16:
            receive_packet(input);
            break;
        case 17:
            use_receive_modes(input);
            break;
        default:
            chip_.csr_write(csr::port, 4, address(input) << 4 | input.byte() % 16u);
            break;
        }
        check();
    }

    /// What it looks like in the end goes on in another chip just so.
    void finish() {
        run_command_unit();
        check();
        StateRecord state, again;
        std::memset(&state, 0, sizeof(state));
        std::memset(&again, 0, sizeof(again));
        chip_.save(state);
        FuzzHost other_host;
        Chip other(other_host, variant_, options());
        promise(other.restore(state) == RestoreError::None, "a state that can be reached can be restored");
        other.save(again);
        promise(std::memcmp(&state, &again, sizeof(state)) == 0, "saving what was restored gives the same");
        promise(other_host.interrupt == host_.interrupt, "the pin follows");
    }

  private:
    ChipOptions options() const {
        return {.eeprom = eeprom_,
                .backpressure = backpressure_,
                .wire_mbps = wire_mbps_,
                .negotiation_ns = negotiation_ns};
    }
    static uint32_t address(Input& input) {
        const uint32_t value = input.take(2);
        return value % FuzzHost::memory_bytes | (value >= 0xff00 ? 0x80000000 : 0);
    }
    void put16(uint32_t at, uint32_t value) {
        host_.memory[at % FuzzHost::memory_bytes] = static_cast<uint8_t>(value);
        host_.memory[(at + 1) % FuzzHost::memory_bytes] = static_cast<uint8_t>(value >> 8);
    }
    void put32(uint32_t at, uint32_t value) {
        put16(at, value);
        put16(at + 2, value >> 16);
    }

    void command(uint8_t value, uint32_t pointer) {
        chip_.csr_write(csr::general_pointer, 4, pointer);
        chip_.csr_write(csr::scb_command, 1, value);
    }
    void put_block(Input& input) {
        const uint32_t at = address(input);
        put16(at, 0);
        put16(at + 2, input.take(2));
        put32(at + 4, address(input));
        put32(at + 8, input.byte() % 2 != 0 ? no_tbd_array : address(input));
        put32(at + 12, input.take(2) | static_cast<uint32_t>(input.byte()) << 24);
    }
    /// An offloading block with a packet that is nearly right: the fuzzer chooses what is asked for, how the
    /// packet lies in memory, and spoils some bytes. Usually it is executed at once.
    void put_offload(Input& input) {
        constexpr uint32_t array = 0x2000;
        const bool at_once = input.byte() % 4 != 0;
        const uint32_t at = at_once ? 0x1000 : address(input), data = address(input);
        put16(at, 0);
        put16(at + 2,
              (input.byte() & 0xb0u) << 8 | cb_command::suspend | static_cast<unsigned>(Opcode::Ipcb));
        put32(at + 4, at_once ? 0x1000 : address(input));
        put32(at + 8, array);
        put32(at + 12, static_cast<uint32_t>(input.byte() * (1 + input.byte() % 8)) << 16);
        put32(at + 16, input.take(2) << 16);
        put32(at + 20, input.take(4));
        put32(at + 24, data);
        put32(at + 28, (54 + input.byte() % 16u) | input.take(2) << ipcb::payload_shift);
        for (uint32_t n = 0, last = input.byte() % 8u; n <= last; n++) {
            put32(array + 8 * n, address(input));
            put32(array + 8 * n + 4, (input.take(2) & 0x3fff) | (n == last ? tbd_end_of_list : 0));
        }
        put_packet_headers(data, input);
        if (!at_once)
            return;
        auto bytes = configuration_defaults;
        config::standard_tcb.set(bytes, false);
        config::dynamic_tbd.set(bytes, input.byte() % 2 != 0);
        config::padding.set(bytes, input.byte() % 4 != 0);
        configure(bytes, 22);
        command(static_cast<uint8_t>(CuCommand::Start), at);
        run_command_unit();
    }
    void put_packet_headers(uint32_t at, Input& input) {
        std::array<uint8_t, 54> headers{};
        headers[12] = 8;
        headers[14] = 0x45;
        headers[16] = input.byte();
        headers[17] = static_cast<uint8_t>(input.byte() | 0x40);
        headers[23] = input.byte() % 4 != 1 ? 6 : 17;
        headers[46] = 0x50;
        for (unsigned count = input.byte() % 4u; count > 0; count--)
            headers[input.byte() % headers.size()] = input.byte();
        for (std::size_t i = 0; i < headers.size(); i++)
            host_.memory[(at + i) % FuzzHost::memory_bytes] = headers[i];
    }
    void put_rfd(Input& input) {
        const uint32_t at = address(input);
        put16(at, 0);
        const uint32_t flags = input.byte();
        put16(at + 2, (flags & 0xc0) << 8 | (flags & (rfd_command::header | rfd_command::flexible)));
        put32(at + 4, address(input));
        put32(at + 8, input.byte() % 2 != 0 ? no_rbd : address(input));
        put32(at + 12, input.take(2) << 16);
    }
    void surroundings(Input& input) {
        chip_.link_changed(input.byte() % 4 != 0);
        host_.bus_master = input.byte() % 8 != 0;
        const uint8_t power = input.byte();
        chip_.set_power_state(power < 0xc0 ? PowerState::D0 : static_cast<PowerState>(power % 4));
        if (power % 8 == 0)
            chip_.acknowledge_pme();
    }
    void put_rbd(Input& input) {
        const uint32_t at = address(input);
        put32(at, 0);
        put32(at + 4, address(input));
        put32(at + 8, address(input));
        put32(at + 12, input.take(2) & (input.byte() % 4 != 0 ? 0x3ff : 0xffff));
    }
    /// A ring of RFDs of all kinds with buffers, a header size, extended RFDs, early interrupts: what random
    /// memory and registers rarely make.
    void use_receive_modes(Input& input) {
        chip_.csr_write(csr::early_rx, 1, input.byte());
        command(static_cast<uint8_t>(RuCommand::LoadHeaderDataSize), input.take(2) & 0xff);
        auto bytes = configuration_defaults;
        bytes[3] = input.byte();
        bytes[6] = input.byte();
        config::extended_rfd.set(bytes, input.byte() % 2 != 0);
        config::long_receive_ok.set(bytes, true);
        bytes[22] = input.byte();
        configure(bytes, bytes.size());
        const uint32_t kinds = input.take(2);
        for (uint32_t n = 0; n < 4; n++) {
            const uint32_t rfd = 0x400 + n * 0x400, rbd = 0x1400 + n * 0x10;
            put32(rfd, (kinds >> (4 * n) & 3) << 19);
            put32(rfd + 4, 0x400 + (n + 1) % 4 * 0x400);
            put32(rfd + 8, n % 2 == 0 ? rbd : no_rbd);
            put32(rfd + 12, (kinds >> (4 * n) & 4) != 0 ? 0x3800000 : 0);
            put32(rbd + 4, rbd + 0x10);
            put32(rbd + 8, 0x1800 + n * 0x400);
            put32(rbd + 12, n == 3 ? 0x8200 : 0x200);
        }
        command(static_cast<uint8_t>(RuCommand::LoadBase), 0);
        command(static_cast<uint8_t>(RuCommand::Start), 0x400);
    }
    void poke(Input& input) {
        uint32_t at = address(input);
        for (unsigned count = input.byte() % 16u; count > 0; count--, at++)
            host_.memory[at % FuzzHost::memory_bytes] = input.byte();
    }
    void receive(Input& input) {
        std::vector<uint8_t> frame(input.take(2) % 5000);
        const uint8_t kind = input.byte();
        std::ranges::copy(kind % 2 != 0   ? mac
                          : kind % 8 == 0 ? control_address
                                          : broadcast_address,
                          padded(frame).begin());
        for (std::size_t i = 12; i < frame.size() && i < 20; i++)
            frame[i] = input.byte();
        if (kind % 8 == 0 && frame.size() > 15) { // MAC control, mostly PAUSE
            frame[12] = 0x88;
            frame[13] = 0x08;
            frame[15] = kind % 16 == 0 ? 1 : frame[15];
        }
        if (kind >= 0xe0)
            make_magic(frame, 12 + input.byte());
        offer(frame);
    }
    /// Something like an IPv4 packet, for the chips that look into it.
    void receive_packet(Input& input) {
        std::vector<uint8_t> frame(mac.begin(), mac.end());
        frame.insert(frame.end(), mac.size(), 0x02);
        const uint8_t kind = input.byte();
        if (kind % 2 != 0)
            frame.insert(frame.end(), {0x81, 0x00, 0x00, 0x05});
        if (kind % 4 >= 2)
            frame.insert(frame.end(), {0x00, 0x64, 0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00});
        const std::size_t ip = frame.size() + 2;
        frame.insert(frame.end(), {0x08, 0x00, 0x45});
        for (unsigned more = 20 + input.byte() % 80u; more > 0; more--)
            frame.push_back(input.byte());
        constexpr uint8_t protocols[] = {4, 6, 17, 50};
        if (kind % 8 >= 4) {
            frame[ip + 2] = 0;
            frame[ip + 3] = static_cast<uint8_t>(frame.size() - ip);
            frame[ip + 6] = frame[ip + 7] = 0;
            frame[ip + 9] = protocols[kind >> 6];
        }
        offer(frame);
    }
    void offer(std::span<const uint8_t> frame) {
        const Receive result = chip_.receive(frame);
        promise(result == Receive::Taken || may_hold_back(),
                "frames are held back only when that was asked for, or for a descriptor without room");
    }
    bool may_hold_back() const {
        return backpressure_ || host_.deadlines[static_cast<std::size_t>(Timer::ReceiveRoom)] >= 0;
    }
    static void make_magic(std::span<uint8_t> frame, std::size_t at) {
        for (std::size_t i = 0; at < frame.size() && i < 6 + 16 * mac.size(); i++, at++)
            frame[at] = i < 6 ? 0xff : mac[i % mac.size()];
    }
    /// At least six bytes to copy an address to.
    std::span<uint8_t> padded(std::vector<uint8_t>& frame) {
        return frame.size() >= mac.size() ? std::span<uint8_t>(frame) : std::span<uint8_t>(too_short_);
    }
    void run_command_unit() {
        host_.scheduled = false;
        host_.blocks = host_.frames_sent = 0;
        chip_.run_command_unit();
        promise(host_.blocks <= CommandUnit::blocks_per_run &&
                    host_.frames_sent <= CommandUnit::blocks_per_run + Transmitter::segments_per_call,
                "a slice of the command unit is bounded");
    }
    void advance(uint32_t ns) {
        host_.now += ns;
        for (std::size_t i = 0; i < timer_count; i++)
            if (host_.deadlines[i] >= 0 && host_.deadlines[i] <= host_.now) {
                host_.deadlines[i] = -1;
                chip_.timer_fired(static_cast<Timer>(i));
            }
        if (host_.scheduled)
            run_command_unit();
    }
    /// A Configure with a sensible start and some bytes of the fuzzer's, then the station's address, and
    /// wake-up filters on demand, at once.
    void configure(Input& input) {
        auto bytes = configuration_defaults;
        config::standard_tcb.set(bytes, input.byte() % 4 == 0);
        for (unsigned count = input.byte() % 4u; count > 0; count--)
            bytes[input.byte() % bytes.size()] = input.byte();
        configure(bytes, input.byte() % 8 == 0 ? input.byte() : 22);
        if (const uint8_t filters = input.byte(); filters >= 0x80)
            load_filters(input, filters % 17u);
    }
    void load_filters(Input& input, uint32_t count) {
        constexpr uint32_t at = 0x3000;
        put32(at, 0x80000000 | static_cast<uint32_t>(Opcode::LoadFilter) << 16);
        for (uint32_t i = 0; i < count; i++)
            put32(at + 8 + 4 * i, input.take(4));
        command(static_cast<uint8_t>(CuCommand::LoadBase), 0);
        command(static_cast<uint8_t>(CuCommand::Start), at);
        run_command_unit();
    }
    void configure(ConfigurationBytes bytes, std::size_t count) {
        constexpr uint32_t at = 0x3000;
        bytes[0] = static_cast<uint8_t>(count);
        put32(at, static_cast<uint32_t>(Opcode::Configure) << 16);
        put32(at + 4, at + 64);
        std::ranges::copy(bytes, host_.memory.begin() + at + 8);
        put32(at + 64, 0x80010000);
        std::ranges::copy(mac, host_.memory.begin() + at + 72);
        command(static_cast<uint8_t>(CuCommand::LoadBase), 0);
        command(static_cast<uint8_t>(CuCommand::Start), at);
        run_command_unit();
    }
    void load_microcode(Input& input) {
        uint32_t at = 0x3000;
        command(static_cast<uint8_t>(CuCommand::LoadBase), 0);
        command(static_cast<uint8_t>(CuCommand::Start), at);
        put32(at, 0x80000000 | static_cast<uint32_t>(Opcode::LoadMicrocode) << 16);
        const auto delay = static_cast<uint16_t>(input.take(2)), mask = static_cast<uint16_t>(input.take(2));
        const firmware::Image image =
            firmware::bundling_image({.delay = delay, .frames = input.byte(), .small_mask = mask});
        at += sizeof(CommandBlock);
        for (const uint32_t word : image) {
            put32(at, word);
            at += sizeof(word);
        }
        run_command_unit();
    }
    /// A migration stream that was tampered with: refused without a trace, or a state like any other.
    void restore_spoilt(Input& input) {
        StateRecord before, state, after;
        chip_.save(before);
        state = before;
        auto* bytes = reinterpret_cast<uint8_t*>(&state);
        for (unsigned count = input.byte() % 8u; count > 0; count--)
            bytes[input.take(2) % sizeof(state)] = input.byte();
        if (chip_.restore(state) != RestoreError::None) {
            chip_.save(after);
            promise(std::memcmp(before.fifo, after.fifo, sizeof(before.fifo)) == 0 &&
                        before.general_pointer == after.general_pointer && before.stat == after.stat,
                    "a refused state changes nothing");
            return;
        }
        host_.pme = (chip_.csr_read(csr::pmdr, 1) & pmdr::pme_status) != 0; // that is the host's to restore
        restored_ = true;
    }

    /// Frames that came in are settled or wait in the FIFO, which the saved state shows.
    void check() {
        const uint32_t scb = chip_.csr_read(csr::scb_status, 4);
        constexpr unsigned existing_ru_states = 0b1'0110'0001'0111;
        promise((existing_ru_states >> (scb >> 2 & 0xf) & 1) != 0, "the receive unit's state exists");
        promise((scb & 0x00020003) == 0 && (scb >> 16 & 0xff) == 0, "bits that read 0");
        promise((scb >> 8 & 0xff) != stat::card_gone, "the card never looks gone");
        promise((scb >> 24 & interrupt_control::mask_all) == 0 || !host_.interrupt, "M holds the pin");
        promise((scb >> 8 & 0xff) != 0 || !host_.interrupt, "no interrupt without a cause");
        promise((chip_.csr_read(csr::mdi_control, 4) & mdi::ready) != 0, "MDI is ready");
        promise(chip_.can_receive() || may_hold_back(),
                "the wire is held back only when that was asked for, or for a descriptor without room");
        if (restored_)
            return; // the frames in a spoilt record were never counted
        chip_.save(state_);
        long waiting = 0;
        for (std::size_t at = 0; at < state_.fifo_used; waiting++)
            at += 2u + state_.fifo[at] + 256u * state_.fifo[at + 1];
        promise((state_.bundling_waiting != 0) ==
                    (host_.deadlines[static_cast<std::size_t>(Timer::ReceiveBundle)] >= 0),
                "an interrupt that is owed has a time");
        promise(host_.frames_in == host_.frames_settled + waiting, "no frame is lost without a trace");
    }

    const Variant& variant_;
    const std::vector<uint16_t> eeprom_;
    const bool backpressure_;
    const uint32_t wire_mbps_;
    FuzzHost host_;
    Chip chip_;
    StateRecord state_;
    std::array<uint8_t, 6> too_short_{};
    bool restored_ = false;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    Input input(data, size);
    const uint8_t kind = input.byte();
    Session session(variants()[kind % variants().size()], kind >= 0xc0, kind % 64 >= 32 ? 100 : 0);
    for (unsigned steps = 0; !input.empty() && steps < 400; steps++)
        session.step(input);
    session.finish();
    return 0;
}
