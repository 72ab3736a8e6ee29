// SPDX-License-Identifier: GPL-2.0-or-later
// The PORT interface: resets and the self-test (SDM 6.3.3).
#include <cstddef>

#include "arch/clock.h"
#include "driver/adapter.h"
#include "driver/shared_memory.h"

namespace e100 {
namespace {

using namespace i8255x;

constexpr uint32_t reset_us = 20; // 10 PCI and 5 transmit clocks; the SCB must be left alone meanwhile
constexpr unsigned self_test_looks = 10;
constexpr uint32_t self_test_look_us = 1000;
constexpr uint32_t unwritten = 0xffffffff;

static_assert(offsetof(SharedAreas, self_test) == 0);

void port(const Adapter& adapter, PortCommand command, uint32_t area = 0) {
    adapter.registers.write32(csr::port, area | static_cast<uint32_t>(command));
    adapter.scb.status(); // posted write
}

Error await_result(const Le32& signature, const Le32& result) {
    for (unsigned look = 0; look < self_test_looks && load(signature) == 0; look++)
        arch::busy_wait_us(self_test_look_us);
    if (load(signature) == 0)
        return Error::SelfTestTimeout;
    return load(result) == 0 ? Error::None : Error::SelfTestFailed;
}

} // namespace

void reset_chip(Adapter& adapter) {
    port(adapter, PortCommand::SelectiveReset); // first off the bus, in the middle of whatever DMA there is
    arch::busy_wait_us(reset_us);
    port(adapter, PortCommand::SoftwareReset);
    arch::busy_wait_us(reset_us);
    adapter.scb.mask();
    adapter.receiver = ReceiverState::Uninitialised;
    adapter.bundles = false;
}

Error self_test(Adapter& adapter) {
    auto& [signature, result] = adapter.shared.as<SharedAreas>()->self_test;
    store(signature, 0);
    store(result, unwritten);
    port(adapter, PortCommand::SelfTest, adapter.shared.bus_address());
    const Error error = await_result(signature, result);
    adapter.scb.mask(); // the test ends with a reset, which leaves the interrupt open
    return error;
}

} // namespace e100
