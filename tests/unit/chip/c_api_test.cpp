// SPDX-License-Identifier: GPL-2.0-or-later
// The chip through its C interface: that every call and every callback arrives.
#include "chip/c_api.h"
#include "i8255x/command_block.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <string>
#include <vector>

#include "chip/c_views.h"
#include "chip/host.h"
#include "chip/trace_event.h"
#include "chip/variants.h"

namespace {

constexpr uint8_t mac[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

/// A host in the style of C: one block of memory, and notes of what was called.
struct Recorder {
    std::vector<uint8_t> memory = std::vector<uint8_t>(1 << 20);
    bool interrupt = false, pme = false, scheduled = false;
    unsigned barriers = 0, traces = 0, receive_possible = 0;
    int64_t now = 0, deadlines[I8255X_TIMERS] = {-1, -1};
    std::vector<std::string> errors;
    std::vector<uint8_t> sent;
    i8255x_segmentation segmentation{};
    std::vector<std::pair<unsigned, uint16_t>> eeprom;
};

Recorder* of(void* opaque) { return static_cast<Recorder*>(opaque); }

const i8255x_host host = {
    .dma_read =
        [](void* opaque, uint32_t address, void* into, size_t bytes) {
            if (address + bytes > of(opaque)->memory.size())
                return false;
            std::memcpy(into, &of(opaque)->memory[address], bytes);
            return true;
        },
    .dma_write =
        [](void* opaque, uint32_t address, const void* from, size_t bytes) {
            if (address + bytes > of(opaque)->memory.size())
                return false;
            std::memcpy(&of(opaque)->memory[address], from, bytes);
            return true;
        },
    .write_barrier = [](void* opaque) { of(opaque)->barriers++; },
    .set_interrupt = [](void* opaque, bool asserted) { of(opaque)->interrupt = asserted; },
    .set_pme = [](void* opaque, bool status) { of(opaque)->pme = status; },
    .send =
        [](void* opaque, const iovec* parts, int count) {
            for (int i = 0; i < count; i++) {
                const auto* bytes = static_cast<const uint8_t*>(parts[i].iov_base);
                of(opaque)->sent.insert(of(opaque)->sent.end(), bytes, bytes + parts[i].iov_len);
            }
        },
    .large_packets = [](void*) { return I8255X_LARGE_CUT; },
    .send_large =
        [](void* opaque, const void* packet, size_t bytes, const i8255x_segmentation* how) {
            const auto* first = static_cast<const uint8_t*>(packet);
            of(opaque)->sent.assign(first, first + bytes);
            of(opaque)->segmentation = *how;
        },
    .receive_possible = [](void* opaque) { of(opaque)->receive_possible++; },
    .now_ns = [](void* opaque) { return of(opaque)->now; },
    .arm_timer = [](void* opaque, unsigned timer,
                    int64_t deadline) { of(opaque)->deadlines[timer] = deadline; },
    .cancel_timer = [](void* opaque, unsigned timer) { of(opaque)->deadlines[timer] = -1; },
    .schedule_command_unit = [](void* opaque) { of(opaque)->scheduled = true; },
    .eeprom_changed = [](void* opaque, unsigned index,
                         uint16_t value) { of(opaque)->eeprom.emplace_back(index, value); },
    .guest_error = [](void* opaque, const char* what, uint32_t) { of(opaque)->errors.emplace_back(what); },
    .show = [](void* opaque, unsigned, uint32_t, uint32_t) { of(opaque)->traces++; },
};

i8255x_options options_for(const char* chip, const char* phy, bool backpressure = false) {
    return {.chip = chip,
            .phy = phy,
            .negotiation_ns = 0,
            .backpressure = backpressure,
            .aux_power = false,
            .wire_mbps = 0};
}

class CApi : public testing::Test {
  protected:
    CApi() {
        const i8255x_options options = options_for("82559c", nullptr, true);
        i8255x_default_eeprom(&options, mac, eeprom_, 64);
        chip = i8255x_new(&host, &recorder, &options, eeprom_, 64);
    }
    ~CApi() override { i8255x_free(chip); }

    void put32(uint32_t address, uint32_t value) { std::memcpy(&recorder.memory[address], &value, 4); }
    void put(uint32_t address, std::vector<uint8_t> bytes) {
        std::memcpy(&recorder.memory[address], bytes.data(), bytes.size());
    }
    void start(uint32_t block) {
        i8255x_csr_write(chip, 4, 4, block);
        i8255x_csr_write(chip, 2, 1, 0x10);
        while (recorder.scheduled) {
            recorder.scheduled = false;
            i8255x_run_command_unit(chip);
        }
    }
    void configure() {
        put32(0x1000, 0x80020000);
        put(0x1008, {0x16, 0x08, 0x00, 0x01, 0x00, 0x00, 0x26, 0x07, 0x01, 0x00, 0x2e,
                     0x00, 0x60, 0x00, 0xf2, 0x48, 0x00, 0x40, 0xfa, 0x86, 0x3f, 0x05});
        start(0x1000);
    }

    uint16_t eeprom_[64];
    Recorder recorder;
    i8255x_chip* chip;
};

TEST_F(CApi, FindsEveryChipAndNoOther) {
    i8255x_identity identity;
    unsigned count = 0;
    for (const char* name; (name = i8255x_name(count)) != nullptr; count++) {
        ASSERT_TRUE(i8255x_find(name, &identity)) << name;
        EXPECT_STREQ(identity.name, name);
        EXPECT_GT(std::strlen(identity.description), 0u);
    }
    EXPECT_EQ(count, i8255x::variants().size());
    ASSERT_TRUE(i8255x_find(i8255x_default_name(), &identity));
    EXPECT_EQ(identity.device_id, 0x1229);
    EXPECT_EQ(identity.revision, 8);
    EXPECT_EQ(identity.pm_capabilities, 0x7e22);
    EXPECT_EQ(identity.io_bar_bytes, 64);
    EXPECT_EQ(identity.flash_bar_bytes, 1u << 20);
    EXPECT_FALSE(identity.bar0_prefetchable);
    EXPECT_FALSE(i8255x_find("e1000", &identity));
    EXPECT_FALSE(i8255x_find(nullptr, &identity));
}

TEST_F(CApi, IdentitySaysWhatTheBoardHas) {
    i8255x_identity identity;
    ASSERT_TRUE(i8255x_find("82557a", &identity));
    EXPECT_TRUE(identity.expansion_rom && identity.large_eeprom);
    EXPECT_FALSE(identity.memory_write_invalidate || identity.eeprom_subsystem);
    EXPECT_EQ(identity.eeprom_words, 64);
    ASSERT_TRUE(i8255x_find("82558b", &identity));
    EXPECT_TRUE(identity.expansion_rom && identity.memory_write_invalidate && identity.eeprom_subsystem);
    EXPECT_FALSE(identity.large_eeprom);
    ASSERT_TRUE(i8255x_find("82801ba", &identity));
    EXPECT_FALSE(identity.expansion_rom);
    EXPECT_EQ(identity.flash_bar_bytes, 0u);
}

TEST_F(CApi, ChoosesThePhy) {
    EXPECT_STREQ(i8255x_phy_name("82557b", 0), "82555");
    EXPECT_STREQ(i8255x_phy_name("82557b", 2), "82503");
    EXPECT_EQ(i8255x_phy_name("82557b", 3), nullptr);
    EXPECT_STREQ(i8255x_phy_name("82801db", 0), "82562et");
    EXPECT_EQ(i8255x_phy_name("82559c", 0), nullptr);
    EXPECT_EQ(i8255x_phy_name("e1000", 0), nullptr);

    const auto make = [&](const char* chip_name, const char* phy) {
        const i8255x_options options = options_for(chip_name, phy);
        return i8255x_new(&host, &recorder, &options, eeprom_, 64);
    };
    EXPECT_EQ(make("e1000", nullptr), nullptr);
    EXPECT_EQ(make(nullptr, nullptr), nullptr);
    EXPECT_EQ(make("82559c", "82555"), nullptr) << "it has its own";
    EXPECT_EQ(make("82557b", "82562et"), nullptr);
    i8255x_chip* national = make("82557b", "dp83840");
    ASSERT_NE(national, nullptr);
    i8255x_csr_write(national, 0x10, 4, 0x08220000);
    EXPECT_EQ(i8255x_csr_read(national, 0x10, 2), 0x2000u);
    i8255x_free(national);

    const i8255x_options serial = options_for("82557b", "82503");
    i8255x_default_eeprom(&serial, mac, eeprom_, 64);
    EXPECT_EQ(eeprom_[6], 0x8301);
}

TEST_F(CApi, NegotiationNeedsNoPower) {
    for (unsigned timer = 0; timer < I8255X_TIMERS; timer++)
        EXPECT_EQ(i8255x_timer_needs_power(timer), timer != static_cast<unsigned>(i8255x::Timer::Negotiation))
            << timer;
}

TEST_F(CApi, LedsFollowTheGuest) {
    i8255x_state state;
    i8255x_save(chip, &state);
    EXPECT_STREQ(i8255x_leds(&state), "activity,link");
    i8255x_csr_write(chip, 0x10, 4, 0x04200000 | 27u << 16 | 5);
    i8255x_save(chip, &state);
    EXPECT_STREQ(i8255x_leds(&state), "off,on");
}

TEST_F(CApi, EepromIdentity) {
    struct i8255x_eeprom_identity own;
    uint16_t words[64] = {};
    words[0x0a] = 0x6d80;
    words[0x0b] = 0x1234;
    words[0x0c] = 0x5678;
    i8255x_eeprom_identity(words, &own);
    EXPECT_TRUE(own.boot_disabled && own.overrides_revision);
    EXPECT_EQ(own.revision_low, 5);
    EXPECT_EQ(own.subsystem_id, 0x1234);
    EXPECT_EQ(own.subsystem_vendor, 0x5678);
    words[0x0a] = 0x2d80; // not marked as valid
    i8255x_eeprom_identity(words, &own);
    EXPECT_FALSE(own.boot_disabled || own.overrides_revision);
    EXPECT_EQ(own.subsystem_id, 0);
}

TEST_F(CApi, NamesEveryTraceEvent) {
    EXPECT_STREQ(i8255x_trace_name(0), "nic.rx_wire");
    unsigned count = 0;
    while (i8255x_trace_name(count) != nullptr)
        EXPECT_EQ(std::string(i8255x_trace_name(count++)).rfind("nic.", 0), 0u);
    EXPECT_EQ(count, static_cast<unsigned>(i8255x::TraceEvent::PauseSent) + 1);
}

TEST_F(CApi, BuildsTheEeprom) {
    EXPECT_EQ(eeprom_[0], 0x5452);
    EXPECT_EQ(eeprom_[63], 0xf1fd);
}

TEST_F(CApi, LargeSend) {
    i8255x_free(chip);
    const i8255x_options options = options_for("82550", nullptr);
    chip = i8255x_new(&host, &recorder, &options, eeprom_, 64);
    configure();
    constexpr size_t headers = 54, payload = 200, most = 100;
    put32(0x2000, 0x80090000); // IPCB, the last one
    put32(0x2008, 0xffffffff);
    put32(0x200c, most << 16);
    put32(0x2010, i8255x::ipcb::parse << 24 | (i8255x::ipcb::ip_checksum | i8255x::ipcb::l4_checksum |
                                               i8255x::ipcb::tcp | i8255x::ipcb::large_send)
                                                  << 16);
    put32(0x2018, 0x3000);
    put32(0x201c, payload << 16 | i8255x::tbd_end_of_list | (headers + payload));
    put(0x300c, {8, 0, 0x45, 0, 0, 40 + most});
    put(0x3017, {6});
    put(0x302e, {0x50, 0x10});
    start(0x2000);
    EXPECT_EQ(recorder.sent.size(), headers + payload);
    EXPECT_EQ(recorder.segmentation.tcp, 34u);
    EXPECT_EQ(recorder.segmentation.payload, headers);
    EXPECT_EQ(recorder.segmentation.most, most);
}

TEST_F(CApi, CommandsDmaTimersAndSending) {
    configure();
    EXPECT_EQ(recorder.memory[0x1001], 0xa0);
    put32(0x2000, 0x5f040000); // transmit, S, longest interrupt delay
    put32(0x2008, 0xffffffff);
    put32(0x200c, 60);
    for (unsigned i = 0; i < 60; i++)
        recorder.memory[0x2020 + i] = static_cast<uint8_t>(i);
    start(0x2000);
    ASSERT_EQ(recorder.sent.size(), 60u);
    EXPECT_EQ(recorder.sent[59], 59);
    EXPECT_EQ(recorder.deadlines[0], 238'080);
    i8255x_csr_write(chip, 1, 1, 0xff);
    EXPECT_FALSE(recorder.interrupt);
    i8255x_timer_fired(chip, 99); // no such timer
    EXPECT_FALSE(recorder.interrupt);
    i8255x_timer_fired(chip, 0);
    EXPECT_TRUE(recorder.interrupt);
    EXPECT_GT(recorder.traces, 0u);
    recorder.traces = 0;
    *i8255x_watched(chip) = false;
    i8255x_csr_write(chip, 1, 1, 0xff);
    EXPECT_EQ(recorder.traces, 0u);
    EXPECT_FALSE(recorder.interrupt);
}

TEST_F(CApi, ReceivesAndHoldsBack) {
    configure();
    put32(0x3000, 0x80000000); // the only RFD
    put32(0x300c, 1522u << 16);
    i8255x_csr_write(chip, 4, 4, 0x3000);
    i8255x_csr_write(chip, 2, 1, 0x01);
    std::vector<uint8_t> frame(1514, 0xff);
    EXPECT_TRUE(i8255x_receive(chip, frame.data(), frame.size()));
    EXPECT_EQ(recorder.memory[0x3001], 0xa0);
    EXPECT_GT(recorder.barriers, 0u);
    while (i8255x_can_receive(chip))
        ASSERT_TRUE(i8255x_receive(chip, frame.data(), frame.size()));
    i8255x_receive(chip, frame.data(), frame.size());
    EXPECT_FALSE(i8255x_receive(chip, frame.data(), frame.size()));
    i8255x_csr_write(chip, 2, 1, 0x04);
    EXPECT_EQ(recorder.receive_possible, 1u);
    EXPECT_TRUE(i8255x_can_receive(chip));
}

TEST_F(CApi, LinkResetsAndGuestErrors) {
    i8255x_link_changed(chip, false);
    EXPECT_EQ(i8255x_csr_read(chip, 0x1d, 1), 0u);
    i8255x_csr_write(chip, 0x10, 4, 0x04200000 | 27u << 16 | 5); // LED control of the PHY
    i8255x_mac_reset(chip);
    i8255x_csr_write(chip, 0x10, 4, 0x08200000 | 27u << 16);
    EXPECT_EQ(i8255x_csr_read(chip, 0x10, 2), 5u) << "the PHY stays as it is";
    i8255x_hardware_reset(chip);
    i8255x_csr_write(chip, 0x10, 4, 0x08200000 | 27u << 16);
    EXPECT_EQ(i8255x_csr_read(chip, 0x10, 2), 0u);
    i8255x_csr_write(chip, 2, 1, 0x20);
    EXPECT_EQ(recorder.errors, std::vector<std::string>{"CU resume while idle"});
}

TEST_F(CApi, EepromWritesAreReported) {
    const auto burst = [&](uint32_t pattern) {
        for (int i = 31; i >= 0; i--) {
            const uint32_t pins = 2 | ((pattern >> i & 1) != 0 ? 4 : 0);
            i8255x_csr_write(chip, 0x0e, 1, pins);
            i8255x_csr_write(chip, 0x0e, 1, pins | 1);
        }
        i8255x_csr_write(chip, 0x0e, 1, 0);
    };
    burst(0x130);
    burst(((5u << 6) | 0x20) << 16 | 0xbeef);
    EXPECT_EQ(recorder.eeprom, (std::vector<std::pair<unsigned, uint16_t>>{{0x20, 0xbeef}}));
}

TEST_F(CApi, SavesAndRestoresWithAReason) {
    i8255x_state state;
    configure();
    i8255x_save(chip, &state);
    EXPECT_EQ(i8255x_restore(chip, &state), nullptr);
    const auto spoilt = [&](auto spoil) {
        i8255x_state bad = state;
        spoil(bad);
        const char* reason = i8255x_restore(chip, &bad);
        EXPECT_NE(reason, nullptr);
        return std::string(reason == nullptr ? "" : reason);
    };
    const std::string reasons[] = {
        spoilt([](i8255x_state& s) { s.cu_status = 9; }),
        spoilt([](i8255x_state& s) { s.fifo_used = 9; }),
        spoilt([](i8255x_state& s) { s.eeprom_words = 9; }),
        spoilt([](i8255x_state& s) { s.timers[2] = -9; }),
    };
    for (const std::string& reason : reasons) {
        EXPECT_NE(reason, "unknown error");
        EXPECT_EQ(std::count(std::begin(reasons), std::end(reasons), reason), 1) << reason;
    }
}

} // namespace
