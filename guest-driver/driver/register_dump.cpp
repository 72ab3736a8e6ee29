// SPDX-License-Identifier: GPL-2.0-or-later
// Registers for ethtool -d.
#include <algorithm>
#include <array>
#include <cstddef>

#include "driver/adapter.h"
#include "driver/chip_work.h"
#include "i8255x/phy.h"

namespace e100 {
namespace {

using namespace i8255x;

constexpr unsigned phy_registers = mii::cable_test; // 0 to 28
constexpr std::size_t dump_dwords = dump_area_bytes / sizeof(Le32);
constexpr uint32_t unwritten = 0x5a5a5a5a;

/// The Dump command (SDM 6.4.2.7). Its block may be taken back at any time, so the area itself tells that the
/// chip has written.
bool dump_chip(Adapter& adapter) {
    auto& area = adapter.shared.as<SharedAreas>()->registers;
    for (Le32& dword : area)
        store(dword, unwritten);
    const uint32_t address =
        adapter.shared.bus_address() + static_cast<uint32_t>(offsetof(SharedAreas, registers));
    const bool queued =
        adapter.commands.submit(adapter.scb, [&](SharedCommand& command, CommandSlot&, uint32_t) {
            store(command.header.status, 0);
            store(command.header.command, static_cast<uint16_t>(Opcode::Dump));
            store(reinterpret_cast<Le32&>(command.parameters), address);
        });
    return queued && chip_gets_done([&] { return load(area.back()) != unwritten; });
}

} // namespace

std::size_t register_dump(kernel::NetDevice& device, std::span<uint32_t> into) {
    Adapter& adapter = adapter_of(device);
    kernel::MutexGuard guard(adapter.configuration);
    std::array<uint32_t, 1 + phy_registers + dump_dwords> dump{};
    const uint32_t interrupt_control = adapter.registers.read8(csr::interrupt_control);
    const uint32_t command = adapter.registers.read8(csr::scb_command);
    dump[0] =
        interrupt_control << 24 | command << 16 | uint32_t{adapter.scb.causes()} << 8 | adapter.scb.status();
    for (unsigned i = 0; i < phy_registers; i++)
        dump[1 + i] = adapter.phy.read(phy_registers - 1 - i);
    if (adapter.running && dump_chip(adapter))
        std::ranges::transform(adapter.shared.as<SharedAreas>()->registers, dump.begin() + 1 + phy_registers,
                               [](const Le32& dword) { return load(dword); });
    const std::size_t count = std::min(dump.size(), into.size());
    std::copy_n(dump.begin(), count, into.begin());
    return count;
}

} // namespace e100
