// SPDX-License-Identifier: GPL-2.0-or-later
// The HTTP server on a connection that is a test's: requests in pieces, wrong ones, and clients that do not
// go on.
#include <random>

#include "http/server.h"
#include "net_fixture.h"

namespace {

using namespace net_test;
using http::Status;

http::Request parsed(const std::string& head) { return http::parse_request(head); }

TEST(HttpRequest, WhatIsInIt) {
    const std::string head = "GET /proc/net/tcp?x=1 HTTP/1.1\r\nHost: a\r\n\r\n"; // views point into it
    const http::Request request = http::parse_request(head);
    EXPECT_EQ(request.status, Status::Ok);
    EXPECT_EQ(request.path, "/proc/net/tcp");
    EXPECT_TRUE(request.keep_alive);
    EXPECT_FALSE(request.head_only);
    EXPECT_FALSE(request.has_body);
}

TEST(HttpRequest, WhoCloses) {
    EXPECT_FALSE(parsed("GET / HTTP/1.0\n\n").keep_alive);
    EXPECT_TRUE(parsed("GET / HTTP/1.0\nConnection: Keep-Alive\n\n").keep_alive);
    EXPECT_FALSE(parsed("GET / HTTP/1.1\nCONNECTION:  upgrade , Close \n\n").keep_alive);
    EXPECT_TRUE(parsed("GET / HTTP/1.1\nConnection: closed\n\n").keep_alive);
    EXPECT_FALSE(parsed("GET / HTTP/1.1\nContent-Length: 5\n\n").keep_alive)
        << "the body is not read as a request";
    EXPECT_TRUE(parsed("GET / HTTP/1.1\nContent-Length: 0\n\n").keep_alive);
}

TEST(HttpRequest, WhatIsRefused) {
    EXPECT_EQ(parsed("POST / HTTP/1.1\r\n\r\n").status, Status::MethodNotAllowed);
    EXPECT_EQ(parsed("GET / HTTP/2.0\r\n\r\n").status, Status::VersionNotSupported);
    EXPECT_EQ(parsed("GET /" + std::string(1024, 'a') + " HTTP/1.1\r\n\r\n").status, Status::UriTooLong);
    for (const char* head :
         {"\n", "GET\n\n", "GET /\n\n", "GET  / HTTP/1.1\n\n", "GET / HTTP/1.1 \n\n", "GET a HTTP/1.1\n\n",
          "GET /\x01 HTTP/1.1\n\n", "GET / HTTP/1.1\nnocolon\n\n", "GET / HTTP/1.1\n folded: 1\n\n",
          "GET / HTTP/1.1\nna me: 1\n\n", " / HTTP/1.1\n\n"})
        EXPECT_EQ(parsed(head).status, Status::BadRequest) << head;
}

class FakeConnection final : public net::TcpConnection {
  public:
    std::string to_read, sent;
    std::size_t room = 1'000'000, piece = 1'000'000;
    bool finished = false, closed = false, aborted = false;

    net::Endpoint peer() const override { return {}; }
    std::span<const std::byte> received() const override {
        return std::as_bytes(std::span(to_read).first(std::min(piece, to_read.size())));
    }
    void consume(std::size_t bytes) override { to_read.erase(0, bytes); }
    std::size_t send(std::span<const std::byte> data) override {
        const std::size_t taken = std::min(room, data.size());
        sent.append(reinterpret_cast<const char*>(data.data()), taken);
        room -= taken;
        return taken;
    }
    bool peer_finished() const override { return finished; }
    void close() override { closed = true; }
    void abort() override { aborted = true; }
};

class HttpServer : public testing::Test {
  protected:
    HttpServer() { client.begin(); }
    ~HttpServer() override { client.finished(); }
    void arrives(const std::string& text) {
        connection.to_read += text;
        client.progress(connection);
    }
    void seconds(unsigned count) {
        while (count-- > 0)
            client.second_passed(connection);
    }
    int status() const { return connection.sent.size() > 12 ? std::stoi(connection.sent.substr(9)) : 0; }

    http::Client client;
    FakeConnection connection;
};

TEST_F(HttpServer, RequestsInPieces) {
    for (const char c : std::string("GET /proc/version HTTP/1.1\r\nHost: g\r\n\r")) {
        arrives(std::string(1, c));
        EXPECT_EQ(connection.sent, "");
    }
    arrives("\n");
    EXPECT_EQ(status(), 200);
    EXPECT_FALSE(connection.closed);
}

TEST_F(HttpServer, TheLengthIsTold) {
    arrives("GET /proc/version HTTP/1.0\r\n\r\n");
    const std::size_t body = connection.sent.find("\r\n\r\n") + 4;
    EXPECT_NE(
        connection.sent.find("\r\nContent-Length: " + std::to_string(connection.sent.size() - body) + "\r\n"),
        std::string::npos);
    EXPECT_TRUE(connection.closed);
}

TEST_F(HttpServer, AnAnswerWaitsForRoom) {
    connection.room = 10;
    arrives("GET / HTTP/1.0\r\n\r\n");
    EXPECT_EQ(connection.sent.size(), 10u);
    EXPECT_FALSE(connection.closed);
    connection.room = 1'000'000;
    client.progress(connection);
    EXPECT_NE(connection.sent.find("</html>"), std::string::npos);
    EXPECT_TRUE(connection.closed);
}

TEST_F(HttpServer, TheSecondRequestWaitsForTheFirstAnswer) {
    connection.room = 10;
    arrives("GET /proc/version HTTP/1.1\r\n\r\nGET /missing HTTP/1.1\r\n\r\n");
    EXPECT_EQ(connection.sent.size(), 10u);
    connection.room = 1'000'000;
    client.progress(connection);
    EXPECT_LT(connection.sent.find("200 OK"), connection.sent.find("404 Not Found"));
    EXPECT_FALSE(connection.closed);
}

TEST_F(HttpServer, ABodyIsReadAndForgotten) {
    arrives("POST / HTTP/1.1\r\nContent-Length: 20\r\n\r\nGET / HTTP/1.1\r\n\r\n");
    EXPECT_EQ(status(), 405);
    EXPECT_EQ(connection.sent.find("200 OK"), std::string::npos);
    EXPECT_EQ(connection.to_read, "");
    EXPECT_FALSE(connection.closed) << "the client might lose the answer";
    connection.finished = true;
    client.progress(connection);
    EXPECT_TRUE(connection.closed);
}

TEST_F(HttpServer, EndlessHeaders) {
    arrives("GET / HTTP/1.1\r\n" + std::string(100'000, 'x'));
    EXPECT_EQ(status(), 431);
    EXPECT_EQ(connection.to_read, "");
    seconds(5);
    EXPECT_TRUE(connection.closed);
}

TEST_F(HttpServer, TimeLimits) {
    arrives("GET / HTT");
    seconds(14);
    EXPECT_FALSE(connection.closed);
    arrives("P/1.1\r\n"); // a byte now and then does not help
    seconds(1);
    EXPECT_TRUE(connection.closed);
}

TEST_F(HttpServer, WhoDoesNotTakeTheAnswerIsReset) {
    connection.room = 0;
    arrives("GET / HTTP/1.1\r\n\r\n");
    seconds(29);
    EXPECT_FALSE(connection.aborted);
    seconds(1);
    EXPECT_TRUE(connection.aborted);
}

TEST_F(HttpServer, ThePeerLeavesInTheMiddle) {
    arrives("GET / HT");
    connection.finished = true;
    client.progress(connection);
    EXPECT_TRUE(connection.closed);
}

TEST_F(HttpServer, AnythingButARequest) {
    std::mt19937 random(3);
    for (unsigned round = 0; round < 3000; round++) {
        http::Client each;
        FakeConnection wire;
        each.begin();
        wire.piece = 1 + random() % 50;
        const char* const parts[] = {"GET", " ",         "/",          "HTTP/1.1", "\r\n",
                                     "\n",  ":",         "Connection", "close",    "Content-Length",
                                     "\r",  "proc/net/", "tcp"};
        for (unsigned n = random() % 40; n > 0; n--) {
            if (random() % 4)
                wire.to_read += parts[random() % std::size(parts)];
            else
                wire.to_read += static_cast<char>(random());
        }
        each.progress(wire);
        for (unsigned second = 0; second < 40 && !wire.closed && !wire.aborted; second++)
            each.second_passed(wire);
        EXPECT_TRUE(wire.closed || wire.aborted);
        if (!wire.sent.empty()) {
            EXPECT_EQ(wire.sent.substr(0, 9), "HTTP/1.1 ");
        }
        each.finished();
    }
}

} // namespace
