// SPDX-License-Identifier: GPL-2.0-or-later
// Clients of the HTTP server: read a request, answer it, and so on.
#include "http/server.h"

#include "http/content.h"

namespace http {

namespace {

constexpr unsigned max_clients = 40;
constexpr unsigned reading_seconds = 15;   ///< for a whole request; also how long an idle client may stay
constexpr unsigned answering_seconds = 30; ///< to take a whole answer
constexpr unsigned draining_seconds = 5;

Client clients[max_clients];

net::TcpHandler* accept(net::TcpConnection&) {
    for (Client& each : clients)
        if (!each.in_use()) {
            each.begin();
            return &each;
        }
    return nullptr;
}

constexpr net::TcpService service = {port, net::TcpPriority::Normal, accept};

} // namespace

void Client::begin() {
    in_use_ = true;
    head_.clear();
    enter(State::Reading);
}

void Client::finished() {
    response_.clear();
    in_use_ = false;
}

void Client::enter(State state) {
    state_ = state;
    seconds_ = 0;
}

void Client::progress(net::TcpConnection& connection) {
    bool more = true;
    while (more) {
        switch (state_) {
        case State::Reading:
            more = read(connection);
            break;
        case State::Answering:
            more = answer(connection);
            break;
        case State::Draining:
            more = drain(connection);
            break;
        }
    }
}

bool Client::read(net::TcpConnection& connection) {
    while (head_.state() == RequestHead::State::Incomplete && !connection.received().empty())
        connection.consume(head_.take(connection.received()));
    if (head_.state() == RequestHead::State::Incomplete) {
        if (connection.peer_finished())
            connection.close();
        return false;
    }
    if (!response_.begin()) {
        connection.abort(); // no memory even to say so
        return false;
    }
    make_answer();
    enter(State::Answering);
    return true;
}

void Client::make_answer() {
    Request request;
    if (head_.state() == RequestHead::State::Complete)
        request = parse_request(head_.text());
    else
        request.status = Status::HeaderFieldsTooLarge;
    has_body_ = request.has_body || head_.state() != RequestHead::State::Complete;
    std::string_view type;
    if (request.status == Status::Ok) {
        type = write_content(request.path, response_.body());
        if (type.empty())
            request.status = Status::NotFound;
    }
    if (request.status != Status::Ok) {
        type = "text/plain";
        response_.discard_body();
        response_.body().print("%u %s\n", static_cast<unsigned>(request.status),
                               reason_phrase(request.status));
    }
    keep_alive_ = request.keep_alive;
    response_.finish(request.status, type, keep_alive_, request.head_only);
}

bool Client::answer(net::TcpConnection& connection) {
    response_.advance(connection.send(response_.rest()));
    if (!response_.rest().empty())
        return false;
    response_.clear();
    if (has_body_) {
        enter(State::Draining);
    } else if (keep_alive_) {
        head_.clear();
        enter(State::Reading);
    } else {
        connection.close();
        return false;
    }
    return true;
}

/// What nobody wants is read all the same for a while: closing before would reset the connection, and the
/// client might lose the answer (RFC 9112 9.6).
bool Client::drain(net::TcpConnection& connection) {
    while (!connection.received().empty())
        connection.consume(connection.received().size());
    if (connection.peer_finished())
        connection.close();
    return false;
}

void Client::second_passed(net::TcpConnection& connection) {
    seconds_++;
    switch (state_) {
    case State::Reading:
        if (seconds_ >= reading_seconds)
            connection.close();
        break;
    case State::Answering:
        if (seconds_ >= answering_seconds)
            connection.abort();
        break;
    case State::Draining:
        if (seconds_ >= draining_seconds)
            connection.close();
        break;
    }
}

const char* start() { return net::tcp_serve(service); }

} // namespace http
