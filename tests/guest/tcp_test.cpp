// SPDX-License-Identifier: GPL-2.0-or-later
// TCP from the host through QEMU's user network: pages, big transfers, many clients, clients that only wait.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "harness/lossy_client.h"
#include "network.h"
#include "tcp_client.h"

namespace guest_test {
namespace {

using namespace std::chrono_literals;

constexpr uint16_t closed_port = 9;

class TcpFromTheHost : public testing::Test {
  protected:
    void SetUp() override {
        const std::string reason = missing_network();
        if (!reason.empty())
            GTEST_SKIP() << reason;
        guest = std::make_unique<GuestMachine>(
            with_card({}, "user" + forward(http, 80) + forward(echo, 7) + forward(closed, closed_port)));
        guest->console().expect(
            "^TCP echo service on port 7, characters on port 19, counters by HTTP on port 80\\.$", 60s);
    }

    const uint16_t http = free_tcp_port(), echo = free_tcp_port(), closed = free_tcp_port();
    std::unique_ptr<GuestMachine> guest;

  private:
    static std::string forward(uint16_t from, uint16_t to) {
        return ",hostfwd=tcp:127.0.0.1:" + std::to_string(from) + "-:" + std::to_string(to);
    }
};

std::string noise(size_t bytes, unsigned seed) {
    std::mt19937_64 random(seed);
    std::string result(bytes, '\0');
    for (size_t i = 0; i + 8 <= bytes; i += 8) {
        const uint64_t word = random();
        std::memcpy(result.data() + i, &word, 8);
    }
    return result;
}

TEST_F(TcpFromTheHost, ThePageAndItsCounters) {
    const HttpAnswer page = http_get(http, "/");
    EXPECT_EQ(page.status, 200);
    EXPECT_NE(page.head.find("Content-Type: text/html; charset=utf-8\r\n"), std::string::npos) << page.head;
    EXPECT_NE(page.body.find("fetch(\"/counters.json\""), std::string::npos);
    EXPECT_NE(page.body.find("</html>"), std::string::npos);

    const auto counters = [&] { return nlohmann::json::parse(http_get(http, "/counters.json").body); };
    const auto first = counters();
    EXPECT_EQ(first["machine"]["cpus"], default_cpus());
    EXPECT_EQ(first["interrupts"]["LOC Local timer interrupts"].size(), default_cpus());
    EXPECT_EQ(first["tcp"]["CurrEstab"], 1);
    EXPECT_EQ(TcpClient(echo).exchange("hello", harness::patience), "hello");
    const auto second = counters();
    for (const auto& [section, name] :
         {std::pair("eth0", "rx_packets"), {"napi eth0", "polls"}, {"tcp", "InSegs"}, {"ip", "InDelivers"}})
        EXPECT_GT(second[section][name], first[section][name]) << section << ' ' << name;
}

TEST_F(TcpFromTheHost, FilesByTheirNames) {
    const HttpAnswer version = http_get(http, "/proc/version");
    EXPECT_EQ(version.status, 200);
    EXPECT_NE(version.head.find("Content-Type: text/plain"), std::string::npos);
    guest->type("cat /proc/version");
    guest->console().expect_text(version.body.substr(0, version.body.find('\n')));
    EXPECT_NE(http_get(http, "/proc/net/tcp").body.find(":0050 "), std::string::npos);
    EXPECT_NE(http_get(http, "/proc/").body.find("<a href=\"net/\">"), std::string::npos);
    EXPECT_NE(http_get(http, "/proc/net/").body.find("<a href=\"snmp\">"), std::string::npos);
}

TEST_F(TcpFromTheHost, WhatIsNotThereOrNotAllowed) {
    EXPECT_EQ(http_get(http, "/nothing").status, 404);
    EXPECT_EQ(http_get(http, "/proc").status, 404);
    EXPECT_EQ(http_get(http, "/proc/../etc/passwd").status, 404);
    EXPECT_EQ(http_get(http, "nothing").status, 400);
    const HttpAnswer post = http_get(http, "/", "POST");
    EXPECT_EQ(post.status, 405);
    EXPECT_NE(post.head.find("Allow: GET, HEAD\r\n"), std::string::npos);
    const HttpAnswer head = http_get(http, "/", "HEAD");
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.body, "");
    TcpClient long_one(http);
    long_one.send("GET / HTTP/1.1\r\nCookie: " + std::string(5000, 'c'));
    long_one.finish_sending();
    EXPECT_EQ(parse_http_answer(long_one.receive_all()).status, 431);
}

TEST_F(TcpFromTheHost, ManyRequestsOnOneConnection) {
    TcpClient client(http);
    const std::string request = "GET /proc/version HTTP/1.1\r\nHost: g\r\n\r\n";
    client.send(request + request + "GET /proc/version HTTP/1.0\r\n\r\n");
    const std::string all = client.receive_all();
    size_t answers = 0;
    for (size_t at = all.find("HTTP/1.1 200 OK"); at != std::string::npos;
         at = all.find("HTTP/1.1 200 OK", at + 1))
        answers++;
    EXPECT_EQ(answers, 3u) << all;
}

TEST_F(TcpFromTheHost, SixteenMegabytesBothWays) {
    const std::string bytes = noise(16 << 20, 1);
    TcpClient client(echo);
    const std::string back = client.exchange(bytes, 300s);
    EXPECT_EQ(back.size(), bytes.size());
    EXPECT_TRUE(back == bytes);
    client.finish_sending();
    EXPECT_EQ(client.receive_all(), "");
    EXPECT_EQ(snmp(*guest, "Tcp", "InErrs"), 0u);
    EXPECT_EQ(snmp(*guest, "Tcp", "EstabResets"), 0u);
}

TEST_F(TcpFromTheHost, ManyAtOnce) {
    // One after the other to begin with: QEMU's listener on the host has a backlog of one.
    std::vector<std::unique_ptr<TcpClient>> echoes;
    for (unsigned i = 0; i < 16; i++) {
        echoes.push_back(std::make_unique<TcpClient>(echo));
        ASSERT_EQ(echoes.back()->exchange("here", harness::patience), "here");
    }
    EXPECT_EQ(snmp(*guest, "Tcp", "CurrEstab"), 16u);
    std::atomic<unsigned> right{0}, pages{0};
    std::vector<std::thread> clients;
    for (unsigned i = 0; i < echoes.size(); i++)
        clients.emplace_back([&, i] {
            try {
                const std::string bytes = noise(200'000, i);
                right += echoes[i]->exchange(bytes, 120s) == bytes;
            } catch (const std::exception& failure) {
                ADD_FAILURE() << failure.what();
            }
        });
    for (unsigned n = 0; n < 20; n++)
        pages += http_get(http, "/counters.json").status == 200;
    for (std::thread& each : clients)
        each.join();
    EXPECT_EQ(right, 16u);
    EXPECT_EQ(pages, 20u);
}

TEST_F(TcpFromTheHost, NobodyAtThatPort) {
    TcpClient client(closed);
    EXPECT_EQ(client.receive_all(), "");
    EXPECT_GE(snmp(*guest, "Tcp", "OutRsts"), 1u);
    EXPECT_GE(drops(*guest, "NO_SOCKET"), 1u);
}

TEST_F(TcpFromTheHost, WhoOnlyWaitsIsSentAwayAndStopsNobody) {
    std::vector<std::unique_ptr<TcpClient>> idle;
    for (unsigned i = 0; i < 30; i++) {
        idle.push_back(std::make_unique<TcpClient>(http));
        if (i % 2)
            idle.back()->send("GET / HTTP/1.1\r\nHost:");
    }
    EXPECT_EQ(http_get(http, "/").status, 200);
    for (const auto& each : idle)
        EXPECT_EQ(each->receive_all(120s), "");
    EXPECT_EQ(http_get(http, "/").status, 200);
    guest->type("ss -t -a");
    guest->console().expect("^LISTEN +0 +0 +0\\.0\\.0\\.0:80 +0\\.0\\.0\\.0:\\* ");
}

// ---- On a wire whose other end is the test ----

class TcpOnTheWire : public testing::Test {
  protected:
    void SetUp() override {
        const std::string reason = missing_network();
        if (!reason.empty())
            GTEST_SKIP() << reason;
    }
    static harness::Ipv4 to_guest() { return WiredGuest::header(harness::ip_protocol::tcp); }
    static Frame frame(const Bytes& segment) {
        return WiredGuest::ethernet(harness::ipv4(to_guest(), segment));
    }
};

TEST_F(TcpOnTheWire, EveryByteInSpiteOfLoss) {
    WiredGuest wired;
    const std::string data = noise(100'000, 2);
    harness::LossyClient client(to_guest(), 40000, 7, data,
                                {.loss_percent = 10, .repeat_percent = 5, .reorders = true});
    const harness::Deadline deadline = 240s;
    while (!client.done() && !client.was_reset() && !deadline.expired()) {
        for (const Bytes& segment : client.turn())
            wired.send(frame(segment));
        while (const auto answer = wired.await([](const Frame&) { return true; }, 10ms))
            client.take(*answer);
    }
    EXPECT_FALSE(client.was_reset());
    EXPECT_EQ(client.heard().size(), data.size());
    EXPECT_TRUE(client.heard() == data);
    wired.send(frame(client.reset()));
    EXPECT_TRUE(wired.echo());
    EXPECT_GE(snmp(wired.guest(), "Tcp", "RetransSegs"), 1u);
}

TEST_F(TcpOnTheWire, HalfOpenConnectionsKeepNobodyOut) {
    WiredGuest wired;
    harness::Tcp syn;
    syn.destination_port = 80;
    syn.flags = harness::tcp_flag::syn;
    for (uint16_t i = 0; i < 500; i++) {
        syn.source_port = static_cast<uint16_t>(10000 + i);
        wired.send(frame(harness::tcp(to_guest(), syn, {})));
        if (i % 50 == 0) {
            ASSERT_TRUE(wired.echo());
        }
    }
    const std::string data = "after the flood";
    harness::LossyClient client(to_guest(), 40000, 7, data, {});
    const harness::Deadline deadline = harness::patience;
    while (!client.done() && !deadline.expired()) {
        for (const Bytes& segment : client.turn())
            wired.send(frame(segment));
        while (const auto answer = wired.await([](const Frame&) { return true; }, 10ms))
            client.take(*answer);
    }
    EXPECT_EQ(client.heard(), data);
}

} // namespace
} // namespace guest_test
