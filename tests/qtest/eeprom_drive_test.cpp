// SPDX-License-Identifier: GPL-2.0-or-later
// The EEPROM's contents in a drive: they outlive QEMU, and whatever is wrong with the drive is said in one
// sentence.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "e100_test.h"
#include "eeprom_pins.h"

namespace qtest {
namespace {

using Words = std::vector<uint16_t>;

constexpr uint16_t word_0a_valid = 0x4080;

Words words_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    Words words;
    for (size_t i = 0; i + 1 < bytes.size(); i += 2)
        words.push_back(static_cast<uint16_t>(uint8_t(bytes[i]) | uint8_t(bytes[i + 1]) << 8));
    return words;
}

void put_words(const std::string& path, const Words& words) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    for (const uint16_t word : words)
        file.put(static_cast<char>(word)).put(static_cast<char>(word >> 8));
}

uint16_t sum(const Words& words) {
    return static_cast<uint16_t>(std::accumulate(words.begin(), words.end(), 0u));
}

class EepromDrive : public ::testing::Test {
  protected:
    static Arguments drive(const std::string& path, const std::string& more = "") {
        return {"-drive", "if=none,id=eeprom,format=raw,file=" + path + more};
    }
    /// A machine whose card has its EEPROM in `path`.
    std::unique_ptr<E100Harness> start(const std::string& path, const std::string& properties = "",
                                       const std::string& incoming = "") {
        return std::make_unique<E100Harness>(
            HarnessOptions{.properties = "drive=eeprom" + (properties.empty() ? "" : "," + properties),
                           .incoming = incoming,
                           .extra = drive(path)});
    }
    void expect_refused(const Arguments& extra, const std::string& properties, const std::string& words) {
        TempDir directory;
        QemuProcess qemu(directory,
                         quiet_arguments() + plugin_arguments() + extra + device_arguments(properties));
        const auto status = qemu.wait_exit(patience);
        ASSERT_TRUE(status) << properties;
        EXPECT_EQ(*status, (ExitStatus{1, 0})) << qemu.output();
        EXPECT_NE(qemu.output().find(words), std::string::npos) << qemu.output();
        EXPECT_EQ(std::ranges::count(qemu.output(), '\n'), 1) << qemu.output();
    }
    static bool filled(const std::string& path) {
        const Words words = words_of(path);
        return !words.empty() && words[0] != 0;
    }
    static void make_file(const std::string& path, size_t bytes) {
        std::ofstream(path).flush();
        std::filesystem::resize_file(path, bytes);
    }

    TempDir directory_;
    const std::string path_ = directory_.file("card.eeprom");
};

TEST_F(EepromDrive, AnEmptyOneIsFilledWithANewCardsContents) {
    for (size_t bytes : {0u, 128u, 512u}) {
        make_file(path_, bytes);
        auto e100 = start(path_);
        ASSERT_TRUE(wait_until([&] { return filled(path_); }));
        Words words = words_of(path_);
        EXPECT_EQ(words[0], card_mac[0] | card_mac[1] << 8);
        words.resize(64);
        EXPECT_EQ(sum(words), eeprom_checksum);
        EepromPins pins(*e100);
        for (unsigned i = 0; i < 64; i++)
            ASSERT_EQ(pins.read(i, 6), words[i]) << bytes << ": " << i;
    }
}

/// Nothing but the machine's start makes this card write.
TEST_F(EepromDrive, IsFilledWithoutANetworkToo) {
    make_file(path_, 0);
    TempDir directory;
    Qmp qmp(directory);
    QemuProcess qemu(directory, quiet_arguments() + plugin_arguments() + qmp.arguments() + drive(path_) +
                                    Arguments{"-S"} +
                                    device_arguments("drive=eeprom,negotiation-ms=0,romfile="));
    EXPECT_EQ(qmp.status(), "prelaunch");
    EXPECT_FALSE(filled(path_)) << "another QEMU may still be using it";
    qmp.cont();
    EXPECT_TRUE(wait_until([&] { return filled(path_); }));
}

/// Killed, QEMU has no time to write anything at its end.
TEST_F(EepromDrive, KeepsWhatTheGuestWrote) {
    make_file(path_, 0);
    {
        auto e100 = start(path_);
        EepromPins pins(*e100);
        pins.write_enable(6);
        pins.write(0x20, 0xbeef, 6);
        pins.write(0x00, 0x1102, 6); // the first two bytes of the address
        EXPECT_EQ(pins.read(0x20, 6), 0xbeef);
        e100->qemu().kill();
    }
    const Words kept = words_of(path_);
    EXPECT_EQ(kept[0x20], 0xbeef);
    auto e100 = start(path_);
    EepromPins pins(*e100);
    for (unsigned i = 0; i < 64; i++)
        EXPECT_EQ(pins.read(i, 6), kept[i]) << "nobody repairs the checksum, word " << i;
    const std::string network = e100->qmp().human("info network");
    EXPECT_NE(network.find("02:11:00:12:34:56"), std::string::npos) << network;
    EXPECT_EQ(e100->pci().read16(pci::subsystem_id), 0x000c);
}

TEST_F(EepromDrive, WholeArrayInstructionsAreKept) {
    make_file(path_, 0);
    auto e100 = start(path_, "eeprom-words=256");
    EepromPins pins(*e100);
    ASSERT_EQ(pins.probe_address_bits(), 8u);
    EXPECT_EQ(sum(words_of(path_)), eeprom_checksum);
    EXPECT_EQ(words_of(path_)[eeprom_word::smbus_address], 0x00fe);
    pins.write_enable(8);
    pins.erase_all(8);
    EXPECT_EQ(words_of(path_), Words(256, 0xffff));
    pins.write_all(0x1234, 8);
    EXPECT_EQ(words_of(path_), Words(256, 0x1234));
    e100.reset();
    e100 = start(path_, "eeprom-words=256");
    EXPECT_EQ(EepromPins(*e100).read(255, 8), 0x1234);
}

TEST_F(EepromDrive, ShapesConfigurationSpace) {
    Words words(64);
    words[eeprom_word::id] = word_0a_valid | eeprom_id_overrides_revision | eeprom_id_boot_disable | 0x0500;
    words[eeprom_word::subsystem_id] = 0x4711;
    words[eeprom_word::subsystem_vendor] = 0x0e11;
    put_words(path_, words);
    auto e100 = start(path_);
    EXPECT_EQ(e100->pci().read16(pci::subsystem_id), 0x4711);
    EXPECT_EQ(e100->pci().read16(pci::subsystem_vendor), 0x0e11);
    EXPECT_EQ(e100->pci().read8(pci::revision), 0x08 | 5);
    EXPECT_EQ(e100->pci().probe_bar(pci::rom).size, 0u);
    EXPECT_NE(e100->qmp().human("info network").find(to_string(card_mac)), std::string::npos)
        << "no address in the EEPROM";
    e100.reset();
    words[eeprom_word::id] = 0x8000; // not valid
    put_words(path_, words);
    e100 = start(path_);
    EXPECT_EQ(e100->pci().read16(pci::subsystem_id), 0);
    EXPECT_EQ(e100->pci().read16(pci::subsystem_vendor), 0);
    EXPECT_EQ(e100->pci().read8(pci::revision), 0x08);
    EXPECT_GT(e100->pci().probe_bar(pci::rom).size, 0u);
}

TEST_F(EepromDrive, MigrationBringsTheContentsAlong) {
    make_file(path_, 0);
    const std::string there = directory_.file("there.eeprom"), stream = directory_.file("stream");
    put_words(there, Words(64, 0x4242)); // of another card
    {
        auto e100 = start(path_);
        EepromPins pins(*e100);
        pins.write_enable(6);
        pins.write(0x21, 0x2121, 6);
        e100->qmp().migrate_to_file(stream);
    }
    auto e100 = start(there, "", stream);
    ASSERT_TRUE(wait_until([&] { return words_of(there)[0x21] == 0x2121; }));
    EepromPins pins(*e100);
    EXPECT_EQ(pins.read(0x21, 6), 0x2121);
    pins.write(0x22, 0x2222, 6); // still enabled
    EXPECT_EQ(words_of(there)[0x22], 0x2222);
    EXPECT_NE(words_of(path_)[0x22], 0x2222);
}

TEST_F(EepromDrive, AnotherSizeIsRefused) {
    for (size_t bytes : {513u, 1024u, 65536u}) {
        make_file(path_, bytes);
        expect_refused(drive(path_), "drive=eeprom", "512");
        EXPECT_EQ(std::filesystem::file_size(path_), bytes) << "and left alone";
    }
}

TEST_F(EepromDrive, WhatCannotBeWrittenIsRefused) {
    make_file(path_, 512);
    expect_refused(drive(path_, ",readonly=on"), "drive=eeprom", "read-only");
    expect_refused({}, "drive=nowhere", "nowhere");
}

TEST_F(EepromDrive, OtherSizesOfEepromAreRefused) {
    expect_refused({}, "eeprom-words=128", "64 or 256");
    expect_refused({}, "eeprom-words=16", "64 or 256");
    expect_refused({}, "chip=82558b,eeprom-words=256", "82558b");
}

TEST_F(EepromDrive, HotpluggedCardHasOneToo) {
    make_file(path_, 0);
    E100Harness e100({.device = false, .extra = drive(path_)});
    const auto plug = [&] {
        e100.qmp().device_add(
            "{\"driver\": \"e100\", \"id\": \"nic\", \"netdev\": \"wire\", \"bus\": \"pci.0\", "
            "\"addr\": \"4\", \"drive\": \"eeprom\", \"mac\": \"52:54:00:12:34:56\"}");
        e100.enable_function();
    };
    plug();
    EepromPins pins(e100);
    EXPECT_EQ(sum(words_of(path_)), eeprom_checksum) << "the machine runs";
    pins.write_enable(6);
    pins.write(0x23, 0x2323, 6);
    EXPECT_EQ(words_of(path_)[0x23], 0x2323);
}

} // namespace
} // namespace qtest
