// SPDX-License-Identifier: GPL-2.0-or-later
// Interfaces: what a received frame is taken for, and the queue in front of a driver.
#include "kernel/net_device.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <vector>

#include "../interrupts.h"
#include "kernel/napi.h"

namespace {

using kernel::DropReason;
using kernel::PacketBuffer;
using kernel::PacketType;

constexpr kernel::MacAddress mine = {2, 0, 0, 0, 0, 1};

PacketBuffer* packet_of(std::vector<uint8_t> bytes) {
    PacketBuffer* packet = kernel::alloc_packet();
    std::memcpy(packet->put(bytes.size()), bytes.data(), bytes.size());
    return packet;
}

PacketBuffer* frame_to(kernel::MacAddress destination, uint16_t type, std::vector<uint8_t> payload = {}) {
    std::vector<uint8_t> bytes(destination.begin(), destination.end());
    bytes.insert(bytes.end(),
                 {2, 0, 0, 0, 0, 9, static_cast<uint8_t>(type >> 8), static_cast<uint8_t>(type)});
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    return packet_of(bytes);
}

// --- The way up

class EthTypeTrans : public testing::Test {
  protected:
    void SetUp() override { device.mac = mine; }
    PacketType type_of(kernel::MacAddress destination) {
        PacketBuffer* packet = frame_to(destination, 0x0800);
        kernel::eth_type_trans(*packet, device);
        const PacketType type = packet->type;
        kernel::consume_packet(packet);
        return type;
    }
    uint16_t protocol_of(uint16_t type_field, std::vector<uint8_t> payload) {
        PacketBuffer* packet = frame_to(mine, type_field, payload);
        const uint16_t protocol = kernel::eth_type_trans(*packet, device);
        kernel::consume_packet(packet);
        return protocol;
    }
    kernel::NetDevice device;
};

TEST_F(EthTypeTrans, TellsDestinationsApart) {
    EXPECT_EQ(type_of(mine), PacketType::Host);
    EXPECT_EQ(type_of({0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), PacketType::Broadcast);
    EXPECT_EQ(type_of({0x01, 0, 0x5e, 0, 0, 1}), PacketType::Multicast);
    EXPECT_EQ(type_of({2, 0, 0, 0, 0, 2}), PacketType::Otherhost);
}

TEST_F(EthTypeTrans, TakesTheHeaderOff) {
    PacketBuffer* packet = frame_to(mine, 0x0800, {1, 2, 3});
    std::byte* front = packet->data;
    EXPECT_EQ(kernel::eth_type_trans(*packet, device), 0x0800);
    EXPECT_EQ(packet->mac_header, front);
    EXPECT_EQ(packet->data, front + 14);
    EXPECT_EQ(packet->network_header, packet->data);
    EXPECT_EQ(packet->length(), 3u);
    EXPECT_EQ(packet->device, &device);
    kernel::consume_packet(packet);
}

TEST_F(EthTypeTrans, LengthsAreNotTypes) {
    EXPECT_EQ(protocol_of(0x0600, {}), 0x0600);
    EXPECT_EQ(protocol_of(0x05ff, {0xaa, 0xaa, 3}), kernel::ether_type::ieee802_2);
    EXPECT_EQ(protocol_of(46, {0xff, 0xff, 3}), kernel::ether_type::ieee802_3);
    EXPECT_EQ(protocol_of(46, {}), kernel::ether_type::ieee802_2) << "nothing behind the header to look at";
}

class NetifReceive : public EthTypeTrans {
  protected:
    static inline unsigned handled, seen;
    void SetUp() override {
        EthTypeTrans::SetUp();
        handled = seen = 0;
    }
    void receive(uint16_t type) {
        PacketBuffer* packet = frame_to(mine, type, {1});
        kernel::eth_type_trans(*packet, device);
        kernel::netif_receive_skb(packet);
    }
};

TEST_F(NetifReceive, HandsToTheProtocol) {
    kernel::dev_add_pack(0x88b6, [](PacketBuffer* packet) {
        handled++;
        kernel::consume_packet(packet);
    });
    const auto before = kernel::softnet_stats(0);
    receive(0x88b6);
    EXPECT_EQ(handled, 1u);
    EXPECT_EQ(kernel::softnet_stats(0).processed, before.processed + 1);
    EXPECT_EQ(kernel::softnet_stats(0).delivered, before.delivered + 1);
    kernel::dev_remove_pack(0x88b6);
    receive(0x88b6);
    EXPECT_EQ(handled, 1u) << "no longer registered";
}

TEST_F(NetifReceive, WhatNobodyWantsIsDroppedWithAReason) {
    const auto before = kernel::softnet_stats(0);
    const uint64_t drops = kernel::drop_count(DropReason::UnhandledProto);
    const uint64_t live = kernel::packet_pool_stats().live();
    receive(0x88b7);
    EXPECT_EQ(kernel::softnet_stats(0).unhandled, before.unhandled + 1);
    EXPECT_EQ(device.stats.rx_dropped, 1u);
    EXPECT_EQ(kernel::drop_count(DropReason::UnhandledProto), drops + 1);
    EXPECT_EQ(kernel::packet_pool_stats().live(), live);
}

TEST_F(NetifReceive, TheTapSeesItFirst) {
    kernel::dev_set_tap([](const PacketBuffer& packet) { seen += packet.mac_header == packet.data - 14; });
    receive(0x88b7);
    kernel::dev_set_tap(nullptr);
    receive(0x88b7);
    EXPECT_EQ(seen, 1u);
}

// --- The way down

class Transmit : public testing::Test {
  protected:
    static inline unsigned room;
    static inline std::vector<uint8_t> sent;
    static inline unsigned opened, stopped;
    static inline int open_result;

    static constexpr kernel::NetDeviceOperations operations = {
        .open =
            [](kernel::NetDevice&) {
                opened++;
                return open_result;
            },
        .stop = [](kernel::NetDevice&) { stopped++; },
        .start_xmit =
            [](kernel::NetDevice&, PacketBuffer* packet) {
                if (room == 0)
                    return kernel::TransmitResult::Busy;
                room--;
                sent.push_back(std::to_integer<uint8_t>(packet->data[0]));
                kernel::consume_packet(packet);
                return kernel::TransmitResult::Sent;
            },
        .driver_info = nullptr,
        .ethtool_stats = nullptr,
        .ring = nullptr,
        .set_ring = nullptr,
        .coalesce = nullptr,
        .set_coalesce = nullptr,
        .driver_stats = nullptr,
        .set_rx_mode = nullptr,
        .chip_stats = nullptr,
        .ring_state = nullptr,
        .set_mac_address = nullptr,
        .ethtool = nullptr,
    };

    void SetUp() override {
        room = 1000;
        sent.clear();
        opened = stopped = 0;
        open_result = 0;
        device.operations = &operations;
        ASSERT_TRUE(kernel::register_netdev(device));
        ASSERT_EQ(kernel::dev_open(device), 0);
        live = kernel::packet_pool_stats().live();
    }
    void TearDown() override {
        kernel::dev_close(device);
        kernel::unregister_netdev(device);
        EXPECT_EQ(kernel::packet_pool_stats().live(), live);
    }
    void send(uint8_t first_byte) {
        PacketBuffer* packet = packet_of({first_byte});
        packet->device = &device;
        kernel::dev_queue_xmit(packet);
    }

    kernel::NetDevice device;
    uint64_t live = 0;
};

TEST_F(Transmit, GoesStraightToTheDriver) {
    send(1);
    EXPECT_EQ(sent, std::vector<uint8_t>{1});
}

TEST_F(Transmit, WaitsInOrderWhileTheRingIsFull) {
    room = 1;
    for (uint8_t i = 1; i <= 5; i++)
        send(i);
    EXPECT_EQ(sent.size(), 1u);
    room = 2;
    kernel::netif_wake_queue(device);
    guest_test::let_others_run();
    EXPECT_EQ(sent.size(), 3u);
    room = 100;
    send(6); // does not overtake
    EXPECT_EQ(sent.size(), 3u) << "stopped until the driver wakes";
    kernel::netif_wake_queue(device);
    guest_test::let_others_run();
    EXPECT_EQ(sent, (std::vector<uint8_t>{1, 2, 3, 4, 5, 6}));
}

TEST_F(Transmit, TheQueueHasALimit) {
    room = 0;
    const uint64_t drops = kernel::drop_count(DropReason::TxRingFull);
    for (unsigned i = 0; i < kernel::tx_queue_limit + 3; i++)
        send(1);
    EXPECT_EQ(device.stats.tx_dropped, 3u);
    EXPECT_EQ(kernel::drop_count(DropReason::TxRingFull), drops + 3);
}

TEST_F(Transmit, CloseDropsWhatWaits) {
    room = 0;
    send(1);
    send(2);
    const uint64_t purged = kernel::drop_count(DropReason::QueuePurge);
    kernel::dev_close(device);
    EXPECT_EQ(stopped, 1u);
    EXPECT_EQ(kernel::drop_count(DropReason::QueuePurge), purged + 2);
    ASSERT_EQ(kernel::dev_open(device), 0);
    room = 1;
    send(3);
    EXPECT_EQ(sent, std::vector<uint8_t>{3}) << "open again means not stopped";
}

TEST_F(Transmit, ADownInterfaceDrops) {
    kernel::dev_close(device);
    const uint64_t drops = kernel::drop_count(DropReason::DevReady);
    send(1);
    EXPECT_EQ(kernel::drop_count(DropReason::DevReady), drops + 1);
}

TEST_F(Transmit, OpenAndCloseReachTheDriverOnce) {
    EXPECT_EQ(kernel::dev_open(device), 0);
    EXPECT_EQ(opened, 1u);
    kernel::dev_close(device);
    kernel::dev_close(device);
    EXPECT_EQ(stopped, 1u);
    open_result = -12;
    EXPECT_EQ(kernel::dev_open(device), -12);
    EXPECT_FALSE(device.up);
}

TEST(NetDevices, HaveRoomForEight) {
    std::array<kernel::NetDevice, 9> devices;
    for (unsigned i = 0; i < 8; i++)
        EXPECT_TRUE(kernel::register_netdev(devices[i]));
    EXPECT_FALSE(kernel::register_netdev(devices[8]));
    kernel::unregister_netdev(devices[2]);
    ASSERT_EQ(kernel::net_devices().size(), 7u);
    EXPECT_EQ(kernel::net_devices()[2], &devices[3]);
    EXPECT_EQ(devices[3].index, 2u);
    EXPECT_TRUE(kernel::register_netdev(devices[8]));
    for (kernel::NetDevice& device : devices)
        kernel::unregister_netdev(device);
    EXPECT_TRUE(kernel::net_devices().empty());
}

} // namespace
