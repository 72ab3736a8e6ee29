// SPDX-License-Identifier: GPL-2.0-or-later
// The traffic generator in QEMU: exact times, the same run every time, every kind of card as its peer, start
// and stop, counters.
#include "traffic_bench.h"
#include "virtio_receiver.h"

namespace qtest {
namespace {

/// A bench whose card listens, in a machine that stands still.
struct ListeningBench : TrafficBench {
    ListeningBench(const TrafficOptions& options, unsigned descriptors)
        : TrafficBench(options), ring(machine().memory(), descriptors) {
        machine().bring_up();
        machine().start_receiving(ring);
        qmp().stop();
    }
    unsigned complete() {
        unsigned count = 0;
        for (unsigned i = 0; i < ring.count(); i++)
            count += ring.complete(i);
        return count;
    }
    TrafficLabel label(unsigned index) { return traffic_label(ring.frame(index)); }

    RfdRing ring;
};

const std::string e100 = "e100,negotiation-ms=0";

class TrafficToCard : public ::testing::TestWithParam<const char*> {};

TEST_P(TrafficToCard, FramesArriveAtExactlyTheirTimes) {
    constexpr unsigned frames = 60;
    constexpr int64_t rate = 89'000;
    ListeningBench bench(
        {.generator = "rate=89000,count=60,size=128", .card = GetParam(), .watcher = true, .dump = true},
        frames + 2);
    bench.start();
    bench.qmp().cont();
    ASSERT_TRUE(bench.ring.wait_complete(frames - 1));
    ASSERT_TRUE(bench.wait_end());
    const auto dumped = bench.dumped();
    ASSERT_EQ(dumped.size(), frames);
    const int64_t begin = bench.label(0).due_ns;
    for (unsigned n = 0; n < frames; n++) {
        const int64_t due = begin + int64_t{n} * 1'000'000'000 / rate;
        EXPECT_EQ(bench.label(n), (TrafficLabel{0, n, due, 128}));
        EXPECT_EQ(bench.ring.frame(n), dumped[n].frame);
        EXPECT_EQ(dumped[n].at_us, due / 1000) << "the moment it left";
    }
    const auto watched = bench.counters(TrafficBench::watcher);
    EXPECT_EQ(watched["received"], frames);
    EXPECT_EQ(watched["latency-max-ns"], 0u) << "the moment it arrived";
    EXPECT_EQ(json_member(watched.text(), "latency-histogram/0"), std::to_string(frames));
    EXPECT_EQ(bench.counters()["lag-ns"], 0u);
    EXPECT_EQ(bench.counters()["sent"], frames);
    EXPECT_EQ(bench.counters()["sent-bytes"], frames * 128);
}

INSTANTIATE_TEST_SUITE_P(Cards, TrafficToCard, ::testing::Values("e100,negotiation-ms=0", "i82559er"),
                         [](const auto& info) { return std::string(info.param, strcspn(info.param, ",")); });

TEST(Traffic, TheMachinesOwnClockAgrees) {
    ListeningBench bench({.generator = "rate=100000", .card = e100}, 64);
    bench.start();
    bench.machine().run_for(96'000); // 0, 10, … 90 µs
    EXPECT_EQ(bench.complete(), 10u);
    bench.machine().run_for(192'000); // up to 288 µs
    EXPECT_EQ(bench.complete(), 29u);
}

TEST(Traffic, ABurstArrivesAtOnceUnlessAWireSpreadsIt) {
    ListeningBench bench({.generator = "rate=10000,arrivals=burst,burst=16", .card = e100}, 64);
    bench.start();
    bench.machine().run_for(960);
    EXPECT_EQ(bench.complete(), 16u);
    bench.stop();
    bench.set("wire-mbps", "100"); // 6.72 µs a frame
    bench.start();
    bench.machine().run_for(48'000);
    EXPECT_EQ(bench.complete(), 24u);
}

constexpr const char* mixed_traffic = "rate=50000,count=400,arrivals=poisson,size=60x7:590x4:1514x1,flows=16,"
                                      "delay-ns=1000000,running=on";

TEST(Traffic, TwoRunsAreTheSame) {
    std::vector<std::vector<TrafficBench::Dumped>> runs;
    for (const char* seed : {",seed=5", ",seed=5", ",seed=6"}) {
        TrafficBench bench({.generator = std::string(mixed_traffic) + seed, .card = e100, .dump = true});
        ASSERT_TRUE(bench.wait_end());
        runs.push_back(bench.dumped());
        ASSERT_EQ(runs.back().size(), 400u);
        EXPECT_EQ(traffic_label(runs.back()[0].frame).due_ns, 1'000'000) << "the clock's zero and the delay";
        for (const auto& [at_us, frame] : runs.back())
            EXPECT_EQ(traffic_label(frame).due_ns / 1000, at_us);
    }
    EXPECT_TRUE(runs[0] == runs[1]);
    EXPECT_FALSE(runs[0] == runs[2]);
}

TEST(Traffic, FlowsDifferInTheirPorts) {
    ListeningBench bench({.generator = "count=6,flows=3,src-port=7000,dst-port=7,src-ip=192.168.1.2,"
                                       "dst-ip=192.168.1.3,src-mac=02:00:00:00:00:07",
                          .card = e100},
                         8);
    bench.start();
    bench.qmp().cont();
    ASSERT_TRUE(bench.ring.wait_complete(5));
    for (unsigned n = 0; n < 6; n++) {
        const Frame frame = bench.ring.frame(n);
        const auto udp = parse_udp(frame);
        ASSERT_TRUE(udp);
        EXPECT_EQ(udp->source_port, 7000 + n % 3);
        EXPECT_EQ(udp->destination_port, 7);
        EXPECT_EQ(udp->ip.header.source, ip(192, 168, 1, 2));
        EXPECT_EQ(udp->ip.header.destination, ip(192, 168, 1, 3));
        EXPECT_EQ(udp->ip.ethernet.source, mac("02:00:00:00:00:07"));
        EXPECT_EQ(udp->ip.ethernet.destination, card_mac);
        EXPECT_EQ(bench.label(n).sequence, n / 3);
    }
}

TEST(Traffic, VirtioCardGetsWhatItHasRoomFor) {
    TrafficBench bench({.generator = "rate=100000,count=8,size=200",
                        .card = "virtio-net-pci,disable-modern=on,disable-legacy=off,romfile=,"
                                "guest_announce=off,addr=5"});
    bench.start();
    ASSERT_TRUE(bench.wait_end());
    EXPECT_EQ(bench.counters()["refused"], 8u) << "no driver";
    VirtioReceiver receiver(bench.machine().qtest(), bench.machine().memory(), 5, 32);
    bench.start();
    ASSERT_TRUE(bench.wait_end());
    ASSERT_TRUE(wait_until([&] { return receiver.received() == 8; }));
    for (unsigned n = 0; n < 8; n++) {
        EXPECT_EQ(traffic_label(receiver.frame(n)).sequence, 8 + n);
        EXPECT_EQ(traffic_label(receiver.frame(n)).frame_bytes, 200u);
    }
    EXPECT_EQ(bench.counters()["sent"], 8u);
    EXPECT_EQ(bench.counters()["refused"], 8u);
}

TEST(Traffic, ACardThatDropsIsNoPeerThatRefuses) {
    TrafficBench bench({.generator = "rate=100000,count=500", .card = e100});
    bench.machine().bring_up(); // and no descriptor
    bench.start();
    ASSERT_TRUE(bench.wait_end());
    EXPECT_EQ(bench.counters()["sent"], 500u);
    EXPECT_EQ(bench.counters()["refused"], 0u);
}

TEST(Traffic, RefusedFramesAreGone) {
    ListeningBench bench({.generator = "rate=100000,count=20", .card = e100 + ",backpressure=on"}, 6);
    bench.start();
    bench.qmp().cont();
    ASSERT_TRUE(bench.wait_end());
    const auto counters = bench.counters();
    EXPECT_GE(counters["sent"], 6u);
    EXPECT_GT(counters["refused"], 0u);
    EXPECT_EQ(counters["sent"] + counters["refused"], 20u);
    RfdRing more(bench.machine().memory(), 32);
    bench.machine().start_receiving(more);
    bench.set("count", "1");
    bench.start();
    ASSERT_TRUE(bench.wait_end());
    const auto late = static_cast<unsigned>(counters["sent"]) - bench.complete(); // were in the FIFO
    ASSERT_TRUE(more.wait_complete(late));
    EXPECT_EQ(traffic_label(more.frame(late)).sequence, 20u);
    bench.machine().settle();
    EXPECT_FALSE(more.complete(late + 1)) << "nobody sends a frame again";
}

/// Where the generator's peer is a socket that is full, QEMU would keep frames for later.
TEST(Traffic, NothingIsKeptForLater) {
    E100Harness machine(
        {.device = false,
         .extra = {"-device", "e100-traffic,id=gen,netdev=wire,rate=10000,arrivals=burst,size=1514"}});
    const auto ask = [&](const char* property) {
        return machine.qmp().execute("qom-get",
                                     std::string("{\"path\": \"gen\", \"property\": \"") + property + "\"}");
    };
    const auto count = [&](const char* name) { return std::stoull(json_member(ask("counters"), name)); };
    ASSERT_TRUE(wait_until([&] { return count("refused") > 100; }));
    machine.qmp().execute("qom-set", "{\"path\": \"gen\", \"property\": \"running\", \"value\": false}");
    const auto sent = count("sent");
    ASSERT_GT(sent, 0u);
    for (unsigned n = 0; n < sent; n++)
        EXPECT_EQ(traffic_label(machine.wire().receive().value()).sequence, n);
    for (int i = 0; i < 4; i++)
        machine.qmp().status(); // what QEMU had kept would come now
    EXPECT_FALSE(machine.wire().receive(0ms));
}

TEST(Traffic, TheCardMayBePulledOut) {
    TrafficBench bench(
        {.generator = "rate=100000,running=on", .card = e100 + ",addr=4", .clock = MachineClock::Wall});
    ASSERT_TRUE(wait_until([&] { return bench.counters()["sent"] > 0; }));
    bench.qmp().device_del("nic");
    bench.machine().qtest().outl(0xae10, 0);       // ACPI: bus
    bench.machine().qtest().outl(0xae08, 1u << 4); // eject
    while (json_member(bench.qmp().wait_event("DEVICE_DELETED"), "device") != "nic") {
    }
    const auto then = bench.counters()["sent"];
    EXPECT_TRUE(wait_until([&] { return bench.counters()["sent"] > then; })); // into an empty hub
    EXPECT_TRUE(bench.running());
}

/// Far more frames than any host can send: QEMU goes on answering.
TEST(Traffic, ARateBeyondTheHostLeavesTheMonitorAlive) {
    TrafficBench bench(
        {.generator = "rate=1000000000,running=on", .card = e100, .clock = MachineClock::Wall});
    const auto answered = [&] { return bench.counters()["sent"] > 100'000; };
    ASSERT_TRUE(wait_until(answered));
    EXPECT_GT(bench.counters()["lag-ns"], 0u);
    bench.stop();
    const auto sent = bench.counters()["sent"];
    bench.machine().settle();
    EXPECT_EQ(bench.counters()["sent"], sent);
}

TEST(Traffic, NoLinkNoFrames) {
    ListeningBench bench({.generator = "rate=100000,count=5", .card = e100}, 8);
    bench.qmp().set_link(TrafficBench::generator, false);
    bench.start();
    bench.qmp().cont();
    ASSERT_TRUE(bench.wait_end());
    EXPECT_EQ(bench.counters()["refused"], 5u);
    bench.qmp().set_link(TrafficBench::generator, true);
    bench.start();
    ASSERT_TRUE(bench.wait_end());
    EXPECT_EQ(bench.counters()["sent"], 5u);
    ASSERT_TRUE(bench.ring.wait_complete(4));
    EXPECT_EQ(bench.label(0).sequence, 5u);
}

TEST(Traffic, WhatComesBackIsCounted) {
    ListeningBench bench({.generator = "rate=1000000,count=5", .card = e100}, 8);
    bench.start();
    bench.qmp().cont();
    ASSERT_TRUE(bench.ring.wait_complete(4));
    for (unsigned n : {0u, 3u, 2u, 2u})
        bench.machine().transmit(bench.ring.frame(n));
    bench.machine().transmit(numbered_frame(1, 100, peer_mac, card_mac));
    const auto counters = bench.counters();
    EXPECT_EQ(counters["received"], 4u);
    EXPECT_EQ(counters["received-bytes"], 240u);
    EXPECT_EQ(counters["lost"], 1u);
    EXPECT_EQ(counters["reordered"], 1u);
    EXPECT_EQ(counters["duplicates"], 1u);
    EXPECT_EQ(counters["foreign"], 1u);
    EXPECT_GT(counters["latency-max-ns"], 0u);
    EXPECT_GE(counters["latency-sum-ns"], counters["latency-max-ns"] + 3 * counters["latency-min-ns"]);
}

TEST(Traffic, ArpForTheGeneratorIsAnswered) {
    ListeningBench bench({.card = e100}, 4);
    bench.qmp().cont();
    bench.machine().transmit(padded(arp({.operation = 1,
                                         .sender_mac = card_mac,
                                         .sender_ip = ip(10, 0, 2, 15),
                                         .target_ip = ip(10, 0, 2, 2)})));
    ASSERT_TRUE(bench.ring.wait_complete(0));
    EXPECT_EQ(bench.ring.frame(0), padded(arp({.operation = 2,
                                               .sender_mac = mac("02:00:00:e1:00:00"),
                                               .sender_ip = ip(10, 0, 2, 2),
                                               .target_mac = card_mac,
                                               .target_ip = ip(10, 0, 2, 15)})));
}

TEST(Traffic, RunsOneAfterTheOtherWithOtherProperties) {
    ListeningBench bench({.generator = "rate=1000,count=2", .card = e100}, 16);
    bench.start();
    bench.qmp().cont();
    ASSERT_TRUE(bench.wait_end());
    bench.set("rate", "250000");
    bench.set("size", "\"1514\"");
    bench.set("count", "3");
    bench.start();
    ASSERT_TRUE(bench.wait_end());
    ASSERT_TRUE(bench.ring.wait_complete(4));
    const auto first = bench.label(2);
    EXPECT_EQ(bench.label(1).due_ns - bench.label(0).due_ns, 1'000'000);
    EXPECT_EQ(bench.label(3), (TrafficLabel{0, 3, first.due_ns + 4000, 1514}));
    EXPECT_EQ(bench.label(4), (TrafficLabel{0, 4, first.due_ns + 8000, 1514}));
}

TEST(Traffic, AWrongPropertyStopsTheNextRunOnly) {
    ListeningBench bench({.generator = "rate=100000", .card = e100}, 16);
    bench.start();
    bench.set("rate", "0"); // for the next one
    bench.machine().run_for(48'000);
    EXPECT_EQ(bench.complete(), 5u);
    bench.start(); // it runs already
    bench.stop();
    EXPECT_FALSE(bench.running());
    EXPECT_NE(bench.set_refused("running", "true").find("rate= takes"), std::string::npos);
    EXPECT_FALSE(bench.running());
    bench.machine().run_for(48'000);
    EXPECT_EQ(bench.complete(), 5u);
    EXPECT_NE(bench.set_refused("counters", "{}"), "");
    EXPECT_NE(bench.set_refused("netdev", "\"p0\"").find("after it was realized"), std::string::npos);
}

TEST(Traffic, StandsStillWithTheMachine) {
    TrafficBench bench({.generator = "rate=100000,running=on", .card = e100, .clock = MachineClock::Wall});
    ASSERT_TRUE(wait_until([&] { return bench.counters()["sent"] > 0; }));
    bench.qmp().stop();
    const auto stopped = bench.counters();
    bench.machine().settle();
    EXPECT_EQ(bench.counters().text(), stopped.text());
    bench.qmp().cont();
    EXPECT_TRUE(wait_until([&] { return bench.counters()["sent"] > stopped["sent"]; }));
}

TEST(Traffic, ItsNetworkMayGo) {
    TrafficBench bench({.generator = "rate=100000,running=on", .card = e100, .clock = MachineClock::Wall});
    ASSERT_TRUE(wait_until([&] { return bench.counters()["sent"] > 0; }));
    bench.qmp().execute("netdev_del", std::string("{\"id\": \"") + TrafficBench::generator_port + "\"}");
    ASSERT_TRUE(wait_until([&] { return bench.counters()["refused"] > 0; }));
    bench.machine().qmp().quit();
    EXPECT_EQ(bench.machine().qemu().wait_exit(patience), (ExitStatus{0, 0}));
}

TEST(Traffic, HotplugIsRefused) {
    TrafficBench bench({.generator = "running=on", .card = e100});
    EXPECT_NE(bench.qmp()
                  .execute_refused("device_add",
                                   "{\"driver\": \"e100-traffic\", \"id\": \"x\", \"netdev\": \"p0\"}")
                  .find("pluggable"),
              std::string::npos);
    EXPECT_NE(
        bench.qmp().execute_refused("device_del", "{\"id\": \"gen\"}").find("does not support hotplugging"),
        std::string::npos);
    EXPECT_TRUE(bench.running());
}

TEST(Traffic, MigrationAndSnapshotsAreRefused) {
    TrafficBench bench({.card = e100});
    const std::string words = "non-migratable device 'e100-traffic'";
    EXPECT_NE(bench.qmp().execute_refused("migrate", "{\"uri\": \"exec:cat>/dev/null\"}").find(words),
              std::string::npos);
    EXPECT_NE(bench.qmp().human("savevm x").find(words), std::string::npos);
}

TEST(Traffic, WrongPropertiesAreNamed) {
    const std::pair<const char*, const char*> wrong[] = {{"rate=0", "rate= takes"},
                                                         {"rate=fast", "'rate'"},
                                                         {"rate=-1", "rate= takes"},
                                                         {"size=59", "size= takes 60 to 1514"},
                                                         {"size=60x0", "size= takes"},
                                                         {"arrivals=uniform", "cbr, poisson, burst"},
                                                         {"burst=4", "burst= needs arrivals=burst"},
                                                         {"arrivals=burst,burst=4097", "burst= takes"},
                                                         {"wire-mbps=1000001", "wire-mbps="},
                                                         {"delay-ns=3600000000001", "delay-ns="},
                                                         {"flows=1025", "flows="},
                                                         {"flows=2,src-port=65535", "src-port="},
                                                         {"src-port=65536", "src-port"},
                                                         {"src-mac=1:2", "src-mac"},
                                                         {"dst-ip=localhost", "dst-ip="},
                                                         {"running=perhaps", "running"},
                                                         {"counters=1", "counters"},
                                                         {"speed=1", "speed"}};
    TempDir directory;
    const Arguments line =
        quiet_arguments() + plugin_arguments() + Arguments{"-netdev", "hubport,id=h,hubid=0"};
    const auto refused = [&](const std::string& device, const char* words) {
        QemuProcess qemu(directory, line + Arguments{"-device", device});
        ASSERT_EQ(qemu.wait_exit(patience), (ExitStatus{1, 0})) << device;
        EXPECT_NE(qemu.output().find(words), std::string::npos) << qemu.output();
    };
    for (const auto& [property, words] : wrong)
        refused(std::string("e100-traffic,netdev=h,") + property, words);
    refused("e100-traffic", "netdev= is missing");
    refused("e100-traffic,netdev=nobody", "nobody");
}

TEST(Traffic, PreloadedTypeAnswersHelp) {
    TempDir directory;
    QemuProcess qemu(directory, {"-device", "e100-traffic,help"}, {"LD_PRELOAD=" + plugin_path()});
    EXPECT_EQ(qemu.wait_exit(patience), (ExitStatus{0, 0}));
    for (const char* line : {"arrivals=<str>", "counters=<struct>", "running=<bool>", "wire-mbps=<uint32>"})
        EXPECT_NE(qemu.output().find(line), std::string::npos) << qemu.output();
}

TEST(Traffic, WorksPreloaded) {
    TempDir directory;
    Qmp qmp(directory);
    QemuProcess qemu(
        directory,
        quiet_arguments() + qmp.arguments() +
            Arguments{"-netdev", "hubport,id=h,hubid=0", "-device", "e100-traffic,id=gen,netdev=h"},
        {"LD_PRELOAD=" + plugin_path()});
    EXPECT_NE(qmp.human("info network").find("e100-traffic,10.0.2.2 to 10.0.2.15"), std::string::npos);
}

} // namespace
} // namespace qtest
