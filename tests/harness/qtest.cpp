// SPDX-License-Identifier: GPL-2.0-or-later
// qtest protocol client.
#include "qtest.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "failure.h"

namespace harness {

namespace {

constexpr size_t rom_size = 65536;
constexpr size_t reset_vector = 0xfff0; // of the ROM that ends at 4 GiB

void write_halting_rom(const std::string& path) {
    constexpr uint8_t code[] = {0xfa, 0xf4, 0xeb, 0xfd}; // cli; hlt; jmp back to the hlt
    std::string image(rom_size, '\xff');
    image.replace(reset_vector, sizeof code, reinterpret_cast<const char*>(code), sizeof code);
    std::ofstream(path, std::ios::binary) << image;
}

std::string hex(uint64_t value) {
    char text[19];
    std::snprintf(text, sizeof text, "0x%" PRIx64, value);
    return text;
}

} // namespace

Qtest::Qtest(const TempDir& directory)
    : stream_(directory.file("qtest"), "qtest"), rom_path_(directory.file("cpu.rom")), rises_(256) {
    write_halting_rom(rom_path_);
}

Arguments Qtest::arguments() const {
    return {"-qtest", "unix:" + stream_.path(), "-qtest-log", "none", "-bios", rom_path_};
}

void Qtest::note_interrupt(const std::string& message) {
    std::istringstream words(message);
    std::string irq, direction;
    unsigned number = 0;
    words >> irq >> direction >> number;
    bool raised = direction == "raise";
    if (raised && high_.insert(number).second && number < rises_.size())
        rises_[number]++;
    if (!raised)
        high_.erase(number);
}

std::string Qtest::command(const std::string& line) {
    Deadline deadline = patience;
    stream_.write(line + "\n", deadline);
    for (std::string answer; stream_.read_line(answer, deadline);) {
        if (answer.starts_with("IRQ "))
            note_interrupt(answer);
        else if (answer.starts_with("OK"))
            return answer.size() > 3 ? answer.substr(3) : "";
        else
            throw Failure("qtest: " + line.substr(0, 80) + ": " + answer);
    }
    throw Failure("qtest: no answer to " + line.substr(0, 80));
}

void Qtest::put(const char* verb, uint64_t address, uint64_t value) {
    command(std::string(verb) + " " + hex(address) + " " + hex(value));
}

uint64_t Qtest::get(const char* verb, uint64_t address) {
    return std::strtoull(command(std::string(verb) + " " + hex(address)).c_str(), nullptr, 16);
}

std::vector<uint8_t> Qtest::read(uint64_t address, size_t bytes) {
    std::vector<uint8_t> data;
    if (bytes == 0)
        return data;
    std::string text = command("read " + hex(address) + " " + hex(bytes)).substr(2);
    data.reserve(bytes);
    for (size_t i = 0; i + 1 < text.size(); i += 2)
        data.push_back(static_cast<uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
    return data;
}

void Qtest::write(uint64_t address, std::span<const uint8_t> bytes) {
    if (bytes.empty())
        return;
    constexpr char digits[] = "0123456789abcdef";
    std::string line = "write " + hex(address) + " " + hex(bytes.size()) + " 0x";
    for (uint8_t byte : bytes) {
        line += digits[byte >> 4];
        line += digits[byte & 15];
    }
    command(line);
}

void Qtest::memset(uint64_t address, size_t bytes, uint8_t value) {
    command("memset " + hex(address) + " " + hex(bytes) + " " + hex(value));
}

void Qtest::intercept_inputs(const std::string& qom_path) { command("irq_intercept_in " + qom_path); }

void Qtest::synchronize() { inb(0x80); } // any access: changes before it are reported before its answer

bool Qtest::line(unsigned number) {
    synchronize();
    return high_.contains(number);
}

unsigned Qtest::rises(unsigned number) {
    synchronize();
    return rises_.at(number);
}

} // namespace harness
