// SPDX-License-Identifier: GPL-2.0-or-later
// The chip for C: translates calls in both directions.
#include "c_api.h"

#include <algorithm>
#include <array>
#include <span>

#include "chip.h"
#include "eeprom_image.h"
#include "i8255x/configuration.h"

using namespace i8255x;

namespace {

static_assert(I8255X_MAX_SEND_PARTS == max_send_parts);
static_assert(static_cast<LargePackets>(I8255X_LARGE_REFUSED) == LargePackets::Refused &&
              static_cast<LargePackets>(I8255X_LARGE_CUT) == LargePackets::Cut &&
              static_cast<LargePackets>(I8255X_LARGE_TAKEN) == LargePackets::Taken);

/// Hands what the chip asks for to a table of C functions.
class CHost final : public Host {
  public:
    CHost(const i8255x_host& functions, void* opaque) : host_(functions), opaque_(opaque) {}

    bool dma_read(uint32_t address, std::span<uint8_t> into) override {
        return host_.dma_read(opaque_, address, into.data(), into.size());
    }
    bool dma_write(uint32_t address, std::span<const uint8_t> from) override {
        return host_.dma_write(opaque_, address, from.data(), from.size());
    }
    void write_barrier() override { host_.write_barrier(opaque_); }
    void set_interrupt(bool asserted) override { host_.set_interrupt(opaque_, asserted); }
    void set_pme(bool status) override { host_.set_pme(opaque_, status); }
    void send(std::span<const std::span<const uint8_t>> parts) override {
        std::array<iovec, max_send_parts> vector;
        const std::size_t count = std::min(parts.size(), vector.size());
        for (std::size_t i = 0; i < count;
             i++) // iovec serves both directions, hence its pointer is not const
            vector[i] = {const_cast<uint8_t*>(parts[i].data()), parts[i].size()};
        host_.send(opaque_, vector.data(), static_cast<int>(count));
    }
    LargePackets large_packets() override { return static_cast<LargePackets>(host_.large_packets(opaque_)); }
    void send_large(std::span<const uint8_t> packet, const Segmentation& how) override {
        const i8255x_segmentation segmentation = {how.tcp, how.payload, how.most};
        host_.send_large(opaque_, packet.data(), packet.size(), &segmentation);
    }
    void receive_possible() override { host_.receive_possible(opaque_); }
    int64_t now_ns() override { return host_.now_ns(opaque_); }
    void arm_timer(Timer timer, int64_t deadline_ns) override {
        host_.arm_timer(opaque_, static_cast<unsigned>(timer), deadline_ns);
    }
    void cancel_timer(Timer timer) override { host_.cancel_timer(opaque_, static_cast<unsigned>(timer)); }
    void schedule_command_unit() override { host_.schedule_command_unit(opaque_); }
    void eeprom_changed(unsigned index, uint16_t value) override {
        host_.eeprom_changed(opaque_, index, value);
    }
    void guest_error(const char* what, uint32_t value) override { host_.guest_error(opaque_, what, value); }
    void show(TraceEvent event, uint32_t a, uint32_t b) override {
        host_.show(opaque_, static_cast<unsigned>(event), a, b);
    }

  private:
    const i8255x_host host_;
    void* const opaque_;
};

constexpr std::array trace_names = {
#define I8255X_TRACE_NAME(enumerator, name, a, b) name,
    I8255X_TRACE_EVENTS(I8255X_TRACE_NAME)
#undef I8255X_TRACE_NAME
};

const char* describe(RestoreError error) {
    switch (error) {
    case RestoreError::None:
        return nullptr;
    case RestoreError::BadUnitState:
        return "a unit's status does not exist or contradicts the rest of the state";
    case RestoreError::BadFifo:
        return "the frames in the receive FIFO do not fit its length or the receive unit's status";
    case RestoreError::BadEeprom:
        return "the EEPROM has another size or an impossible transfer in flight";
    case RestoreError::BadTimer:
        return "a timer's deadline is negative";
    case RestoreError::BadBundling:
        return "the receive bundle contradicts the microcode";
    case RestoreError::BadWakeUp:
        return "the wake-up filters or the frame that woke the card do not have a form that exists";
    }
    return "unknown error";
}

} // namespace

struct i8255x_chip {
    i8255x_chip(const i8255x_host& functions, void* opaque, const Variant& variant,
                const ChipOptions& options)
        : host(functions, opaque), chip(host, variant, options) {}
    CHost host;
    Chip chip;
};

namespace {

const Variant* variant_called(const char* name) { return name == nullptr ? nullptr : find_variant(name); }

/// The PHY that `options` ask for; nullptr if there is none for the chip's socket.
const PhyModel* phy_of(const Variant& variant, const i8255x_options& options) {
    return options.phy == nullptr ? variant.phy : find_phy(options.phy, variant.phy->socket);
}

} // namespace

bool i8255x_find(const char* name, struct i8255x_identity* identity) {
    const Variant* variant = variant_called(name);
    if (variant == nullptr)
        return false;
    *identity = {.name = variant->name.data(), // literals, so they end with a zero
                 .description = variant->description.data(),
                 .device_id = variant->device_id,
                 .pm_capabilities = variant->pm_capabilities,
                 .revision = variant->revision,
                 .io_bar_bytes = variant->io_bar_bytes,
                 .bar0_prefetchable = variant->bar0_prefetchable,
                 .flash_bar_bytes = variant->flash_bar_bytes,
                 .expansion_rom = variant->has(Feature::ExpansionRom),
                 .memory_write_invalidate = variant->generation >= config::mwi_enable.since,
                 .eeprom_subsystem = variant->has(Feature::EepromSubsystem),
                 .large_eeprom = variant->has(Feature::LargeEeprom),
                 .eeprom_words = variant->eeprom_words};
    return true;
}

const char* i8255x_name(unsigned index) {
    return index < variants().size() ? variants()[index].name.data() : nullptr;
}

const char* i8255x_default_name(void) { return default_variant.data(); }

const char* i8255x_trace_name(unsigned event) {
    return event < trace_names.size() ? trace_names[event] : nullptr;
}

const char* i8255x_phy_name(const char* chip_name, unsigned index) {
    const Variant* variant = variant_called(chip_name);
    if (variant == nullptr)
        return nullptr;
    for (const PhyModel* model : phy_models())
        if (model->socket == variant->phy->socket && !model->name.empty() && index-- == 0)
            return model->name.data();
    return nullptr;
}

void i8255x_default_eeprom(const struct i8255x_options* options, const uint8_t mac[6], uint16_t* eeprom,
                           size_t words) {
    const Variant* variant = variant_called(options->chip);
    const PhyModel* phy = variant == nullptr ? nullptr : phy_of(*variant, *options);
    if (phy == nullptr)
        return;
    MacAddress address;
    std::copy_n(mac, address.size(), address.begin());
    build_eeprom({eeprom, words}, *variant, *phy, address);
}

struct i8255x_chip* i8255x_new(const struct i8255x_host* host, void* opaque,
                               const struct i8255x_options* options, const uint16_t* eeprom,
                               size_t eeprom_words) {
    const Variant* variant = variant_called(options->chip);
    const PhyModel* phy = variant == nullptr ? nullptr : phy_of(*variant, *options);
    if (phy == nullptr)
        return nullptr;
    return new i8255x_chip(*host, opaque, *variant,
                           {.eeprom = {eeprom, eeprom_words},
                            .backpressure = options->backpressure,
                            .wire_mbps = options->wire_mbps,
                            .aux_power = options->aux_power,
                            .phy = phy,
                            .negotiation_ns = options->negotiation_ns});
}

void i8255x_free(struct i8255x_chip* chip) { delete chip; }

bool* i8255x_watched(struct i8255x_chip* chip) { return &chip->host.watched(); }

uint32_t i8255x_csr_read(struct i8255x_chip* chip, uint32_t offset, unsigned width) {
    return chip->chip.csr_read(offset, width);
}

void i8255x_csr_write(struct i8255x_chip* chip, uint32_t offset, unsigned width, uint32_t value) {
    chip->chip.csr_write(offset, width, value);
}

bool i8255x_can_receive(struct i8255x_chip* chip) { return chip->chip.can_receive(); }

bool i8255x_receive(struct i8255x_chip* chip, const void* frame, size_t bytes) {
    return chip->chip.receive({static_cast<const uint8_t*>(frame), bytes}) == Receive::Taken;
}

void i8255x_run_command_unit(struct i8255x_chip* chip) { chip->chip.run_command_unit(); }

bool i8255x_timer_needs_power(unsigned timer) { return timer != static_cast<unsigned>(Timer::Negotiation); }

void i8255x_timer_fired(struct i8255x_chip* chip, unsigned timer) {
    if (timer < timer_count)
        chip->chip.timer_fired(static_cast<Timer>(timer));
}

void i8255x_link_changed(struct i8255x_chip* chip, bool up) { chip->chip.link_changed(up); }

void i8255x_hardware_reset(struct i8255x_chip* chip) { chip->chip.reset(ResetKind::Hardware); }

void i8255x_mac_reset(struct i8255x_chip* chip) { chip->chip.reset(ResetKind::Software); }

void i8255x_set_power_state(struct i8255x_chip* chip, unsigned state) {
    chip->chip.set_power_state(static_cast<PowerState>(std::min(state, 3u)));
}

void i8255x_acknowledge_pme(struct i8255x_chip* chip) { chip->chip.acknowledge_pme(); }

bool i8255x_pme_status(const struct i8255x_chip* chip) { return chip->chip.pme_status(); }

void i8255x_save(const struct i8255x_chip* chip, struct i8255x_state* state) { chip->chip.save(*state); }

const char* i8255x_restore(struct i8255x_chip* chip, const struct i8255x_state* state) {
    return describe(chip->chip.restore(*state));
}
