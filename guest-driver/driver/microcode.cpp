// SPDX-License-Identifier: GPL-2.0-or-later
// Receive bundling by microcode.
#include "driver/microcode.h"

#include "driver/adapter.h"
#include "driver/chip_work.h"
#include "driver/shared_memory.h"

namespace e100 {
namespace {

using namespace i8255x;

bool completed(const MicrocodeBlock& block) { return load(block.header.status) & cb_status::complete; }

} // namespace

bool can_bundle(const kernel::CoalesceParameters& coalescing) {
    return coalescing.rx_usecs <= max_bundling_us && coalescing.rx_frames < BundlingParameters::no_limit;
}

BundlingParameters bundling_for(const kernel::CoalesceParameters& coalescing) {
    const auto frames = static_cast<uint16_t>(coalescing.rx_frames);
    return {.delay = bundling_ticks(coalescing.rx_usecs),
            .frames = frames ? frames : BundlingParameters::no_limit,
            .small_mask = BundlingParameters::none_small};
}

void prepare_microcode(MicrocodeBlock& block, const BundlingParameters& parameters) {
    store(block.header.status, 0);
    store(block.header.command, cb_command::end_of_list | static_cast<uint16_t>(Opcode::LoadMicrocode));
    store(block.header.link, 0);
    const firmware::Image image = firmware::bundling_image(parameters);
    for (std::size_t i = 0; i < image.size(); i++)
        store(block.image[i], image[i]);
}

kernel::CoalesceParameters coalescing_of(const Adapter& adapter) {
    const bool by_option = options().microcode == Microcode::On || options().driver == DriverKind::Bundling;
    return adapter.coalescing.value_or(by_option ? default_coalescing : kernel::CoalesceParameters{});
}

bool wants_microcode(const Adapter& adapter) {
    return takes_microcode(adapter.device_id, adapter.revision) && coalescing_of(adapter).rx_usecs > 0;
}

/// A list of its own in front of the command list, which is started afterwards.
Error load_microcode(Adapter& adapter) {
    MicrocodeBlock& block = adapter.shared.as<SharedAreas>()->microcode;
    prepare_microcode(block, bundling_for(coalescing_of(adapter)));
    arch::write_barrier();
    const auto offset = static_cast<uint32_t>(offsetof(SharedAreas, microcode));
    const Error error = adapter.scb.command(CuCommand::Start, adapter.shared.bus_address() + offset);
    if (error != Error::None)
        return error;
    if (!chip_gets_done([&] { return completed(block); }))
        return Error::CommandTimeout;
    adapter.bundles = load(block.header.status) & cb_status::ok;
    return adapter.bundles ? Error::None : Error::CommandFailed;
}

} // namespace e100
