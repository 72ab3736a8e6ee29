// SPDX-License-Identifier: GPL-2.0-or-later
#include "qtest_cards.h"

#include "harness/failure.h"

namespace bench {

namespace {

using namespace harness;
using namespace i8255x;

constexpr std::size_t buffer_bytes = 2048;

constexpr unsigned first_slot = 5; // of bus 0

PciFunction function_of(E100Harness& machine, unsigned index) {
    return {machine.qtest(), 0, static_cast<uint8_t>(first_slot + index)};
}

Frame frame_for_wire(std::size_t bytes) { return numbered_frame(0, bytes, peer_mac, card_mac); }

class NoCard final : public QtestCard {
  public:
    explicit NoCard(E100Harness& machine) : machine_(machine) {}
    bool absent() const override { return true; }
    void start_receiving() override {}
    void refill() override {}
    uint64_t received() override { return 0; }
    void prepare_transmit(std::size_t) override {}
    void transmit() override {
        machine_.qtest().write32(nowhere, 0);
        machine_.qtest().write8(nowhere, 0);
    }
    void write_register() override { machine_.qtest().write8(nowhere, 0); }

  private:
    static constexpr uint64_t nowhere = 0xe0000000;
    E100Harness& machine_;
};

/// Ours and QEMU's own i82559er.
class I8255x final : public QtestCard {
  public:
    I8255x(E100Harness& machine, unsigned index, unsigned descriptors, unsigned transmit_batch)
        : machine_(machine), function_(function_of(machine, index)), registers_(own_registers + index * page),
          descriptors_(descriptors), transmit_batch_(transmit_batch) {
        machine.drive(function_);
        ConfigurationBytes configuration = usual_configuration();
        config::standard_tcb.set(configuration, false);
        machine.bring_up(configuration);
        machine.set_interrupt_control(interrupt_control::mask_all);
        move_away();
    }
    void start_receiving() override {
        machine_.drive(function_);
        ring_.emplace(machine_.memory(), descriptors_, RfdRing::Options{.end_of_list = false});
        machine_.start_receiving(*ring_);
        move_away();
    }
    void refill() override {} // no list end: the card goes round
    uint64_t received() override {
        machine_.drive(function_);
        const uint64_t frames = machine_.counters()[Counter::RxGoodFrames];
        move_away();
        return frames;
    }
    unsigned transmit_batch() const override { return transmit_batch_; }
    void prepare_transmit(std::size_t bytes) override {
        const Frame frame = frame_for_wire(bytes);
        first_ = machine_.memory().allocate(transmit_batch_ * sizeof(ExtendedTransmitCb));
        for (unsigned i = 0; i < transmit_batch_; i++) {
            const auto at = first_ + i * static_cast<uint32_t>(sizeof(ExtendedTransmitCb));
            const uint16_t flags =
                cb_command::flexible | (i + 1 == transmit_batch_ ? cb_command::end_of_list : 0);
            const TransmitBufferDescriptor buffer = tbd(machine_.memory().place(frame), bytes);
            machine_.memory().write(
                at, extended_tcb(flags, at + static_cast<uint32_t>(sizeof(ExtendedTransmitCb)), {{buffer}}, 1,
                                 at + static_cast<uint32_t>(sizeof(TransmitCb))));
        }
    }
    void transmit() override {
        machine_.qtest().write32(registers_ + csr::general_pointer, first_);
        machine_.qtest().write8(registers_ + csr::scb_command, static_cast<uint8_t>(CuCommand::Start));
    }
    void write_register() override {
        machine_.qtest().write8(registers_ + csr::interrupt_control, interrupt_control::mask_all);
    }

  private:
    static constexpr uint32_t own_registers = 0xe1000000, page = 4096, flash_bytes = 1 << 20;
    static constexpr uint16_t io_bytes = 64;

    /// The harness drives the card whose regions are where it wants them.
    void move_away() {
        const uint32_t number = (registers_ - own_registers) / page;
        function_.write32(pci::bar0, registers_);
        function_.write32(pci::bar0 + 4, 0xd000 + number * io_bytes);
        function_.write32(pci::bar0 + 8, own_registers + flash_bytes * (number + 1));
    }

    E100Harness& machine_;
    const PciFunction function_;
    const uint32_t registers_;
    const unsigned descriptors_, transmit_batch_;
    std::optional<RfdRing> ring_;
    uint32_t first_ = 0;
};

/// Intel's gigabit card (PCI/PCI-X Family of Gigabit Ethernet Controllers Software Developer's Manual).
class E1000 final : public QtestCard {
  public:
    explicit E1000(E100Harness& machine) : machine_(machine) {
        const PciFunction card = function_of(machine, 0);
        card.write32(pci::bar0, registers);
        card.write16(pci::command, pci::command_memory | pci::command_master);
        set(ctrl, set_link_up);
    }
    void start_receiving() override {
        const uint32_t ring = make_ring(0, 0);
        program(receive_ring, ring);
        tail_ = 2 * batch; // one descriptor is left out: the tail's
        set(receive_ring + tail, tail_);
        set(rctl, enable | unicast_promiscuous | broadcast);
    }
    void refill() override {
        tail_ = (tail_ + batch) % ring_size;
        set(receive_ring + tail, tail_);
    }
    uint64_t received() override { return machine_.qtest().read32(registers + good_packets_received); }
    void prepare_transmit(std::size_t bytes) override {
        const uint32_t ring = make_ring(end_of_packet | insert_fcs | report_status, bytes);
        program(transmit_ring, ring);
        set(tctl, enable | pad_short);
    }
    void transmit() override {
        tail_ = (tail_ + batch) % ring_size;
        set(transmit_ring + tail, tail_);
    }
    void write_register() override { set(interrupt_mask_clear, ~0u); }

  private:
    static constexpr uint32_t registers = E100Harness::memory_bar;
    static constexpr uint32_t ctrl = 0x0, rctl = 0x100, tctl = 0x400, receive_ring = 0x2800,
                              transmit_ring = 0x3800, length = 0x8, head = 0x10, tail = 0x18,
                              good_packets_received = 0x4074, interrupt_mask_clear = 0xd8;
    static constexpr uint32_t set_link_up = 0x40, enable = 0x2, unicast_promiscuous = 0x8, broadcast = 0x8000,
                              pad_short = 0x8;
    static constexpr uint32_t end_of_packet = 1u << 24, insert_fcs = 2u << 24, report_status = 8u << 24;
    static constexpr unsigned ring_size = 4 * batch, descriptor_bytes = 16;

    void set(uint32_t which, uint32_t value) { machine_.qtest().write32(registers + which, value); }
    void program(uint32_t which, uint32_t ring) {
        set(which, ring);
        set(which + length, ring_size * descriptor_bytes);
        set(which + head, 0);
        set(which + tail, 0);
    }
    /// Of descriptors to receive into, or for frames of `bytes`.
    uint32_t make_ring(uint32_t command, std::size_t bytes) {
        GuestMemory& memory = machine_.memory();
        const uint32_t ring = memory.allocate(ring_size * descriptor_bytes, 128);
        const uint32_t buffers = memory.allocate(batch * buffer_bytes, 4096);
        if (bytes != 0)
            for (unsigned i = 0; i < batch; i++)
                memory.write(buffers + i * buffer_bytes, frame_for_wire(bytes));
        for (unsigned i = 0; i < ring_size; i++) {
            memory.write32(ring + i * descriptor_bytes, buffers + i % batch * buffer_bytes);
            memory.write32(ring + i * descriptor_bytes + 8, command | static_cast<uint32_t>(bytes));
        }
        return ring;
    }

    E100Harness& machine_;
    unsigned tail_ = 0;
};

/// Legacy interface (Virtio 1.2, 2.7 and 5.1), header and frame in one descriptor.
class VirtioNet final : public QtestCard {
  public:
    explicit VirtioNet(E100Harness& machine) : machine_(machine) {
        const PciFunction card = function_of(machine, 0);
        card.write32(pci::bar0, io);
        card.write16(pci::command, pci::command_io | pci::command_master);
        outb(status, 0);
        outb(status, acknowledge | driver);
        machine.qtest().outl(io + driver_features, 0);
    }
    void start_receiving() override { start_queue(receive_queue, descriptor_write, buffer_bytes); }
    void refill() override { offer_batch(receive_queue); }
    uint64_t received() override { return machine_.memory().read16(used() + 2); }
    void prepare_transmit(std::size_t bytes) override {
        start_queue(transmit_queue, 0, header_bytes + bytes);
        const Frame frame = frame_for_wire(bytes);
        for (unsigned i = 0; i < batch; i++)
            machine_.memory().write(buffers_ + i * buffer_bytes + header_bytes, frame);
    }
    void transmit() override { offer_batch(transmit_queue); }
    void write_register() override { outw(queue_notify, transmit_queue); }

  private:
    static constexpr uint16_t io = 0xc100;
    static constexpr uint16_t driver_features = 4, queue_page = 8, queue_size = 12, queue_select = 14,
                              queue_notify = 16, status = 18;
    static constexpr uint8_t acknowledge = 1, driver = 2, driver_ok = 4;
    static constexpr uint16_t receive_queue = 0, transmit_queue = 1;
    static constexpr uint16_t descriptor_write = 2; ///< by the card
    static constexpr uint16_t no_interrupt = 1;
    static constexpr uint32_t page = 4096, header_bytes = 10;

    void outb(uint16_t which, uint8_t value) { machine_.qtest().outb(io + which, value); }
    void outw(uint16_t which, uint16_t value) { machine_.qtest().outw(io + which, value); }
    uint32_t available() const { return queue_ + 16u * queue_size_; }
    uint32_t used() const { return (available() + 6 + 2u * queue_size_ + page - 1) / page * page; }

    /// A batch of buffers. A receive queue is offered them all.
    void start_queue(uint16_t which, uint16_t flags, std::size_t bytes) {
        GuestMemory& memory = machine_.memory();
        outw(queue_select, which);
        queue_size_ = machine_.qtest().inw(io + queue_size);
        if (queue_size_ != batch)
            throw Failure("virtio-net-pci: a queue of " + std::to_string(queue_size_));
        queue_ = memory.allocate(8 * page, page);
        buffers_ = memory.allocate(batch * buffer_bytes, page);
        for (uint16_t i = 0; i < batch; i++) {
            memory.write32(queue_ + 16u * i, buffers_ + i * buffer_bytes);
            memory.write32(queue_ + 16u * i + 8, static_cast<uint32_t>(bytes));
            memory.write16(queue_ + 16u * i + 12, flags);
            memory.write16(available() + 4 + 2u * i, i);
        }
        memory.write16(available(), no_interrupt);
        machine_.qtest().outl(io + queue_page, queue_ / page);
        outb(status, acknowledge | driver | driver_ok);
        if (which == receive_queue)
            offer_batch(which);
    }
    void offer_batch(uint16_t which) {
        offered_ = static_cast<uint16_t>(offered_ + batch);
        machine_.memory().write16(available() + 2, offered_);
        outw(queue_notify, which);
    }

    E100Harness& machine_;
    uint32_t queue_ = 0, buffers_ = 0;
    uint16_t queue_size_ = 0, offered_ = 0;
};

} // namespace

std::unique_ptr<QtestCard> make_card(const std::string& model, E100Harness& machine, unsigned index,
                                     unsigned descriptors) {
    constexpr unsigned all_that_i82559er_executes = 16;
    if (model.empty())
        return std::make_unique<NoCard>(machine);
    if (model == "e1000")
        return std::make_unique<E1000>(machine);
    if (model == "virtio-net-pci")
        return std::make_unique<VirtioNet>(machine);
    return std::make_unique<I8255x>(machine, index, descriptors,
                                    model == "e100" ? descriptors : all_that_i82559er_executes);
}

std::string properties_of(const std::string& model, unsigned index) {
    char slot[8];
    std::snprintf(slot, sizeof slot, "%x", first_slot + index);
    const std::string common =
        model + ",id=nic" + std::to_string(index) + ",addr=" + slot + ",romfile=,mac=" + to_string(card_mac);
    return model == "e100" ? common + ",negotiation-ms=0" : common;
}

} // namespace bench
