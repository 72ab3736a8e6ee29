// SPDX-License-Identifier: GPL-2.0-or-later
// ping: options, the loop of sending and waiting, Ctrl-C.
#include <algorithm>
#include <array>
#include <optional>

#include "arch/clock.h"
#include "kernel/command_line.h"
#include "net/ping.h"
#include "net/route.h"
#include "shell/arguments.h"
#include "shell/ping_statistics.h"
#include "shell/terminal.h"

namespace shell {

namespace {

constexpr uint64_t ms_ns = 1'000'000, second_ns = 1'000 * ms_ns;
constexpr uint64_t interrupt_check_ns = 50 * ms_ns; ///< how long Ctrl-C may take
constexpr uint64_t flood_interval_ns = 10 * ms_ns;  ///< when no answers come
constexpr uint64_t longest_linger_ns = 10 * second_ns;

struct Options {
    net::Ipv4Address destination;
    uint32_t count = 0; ///< 0: until Ctrl-C
    uint32_t size = 56;
    uint32_t ttl = 0; ///< 0: the system's
    uint64_t interval_ns = second_ns;
    bool flood = false, quiet = false;
};

const char* usage = "Usage: ping [-c COUNT] [-s SIZE] [-i SECONDS] [-t TTL] [-f] [-q] ADDRESS\n";

bool take_number(Arguments& arguments, uint32_t maximum, uint32_t& into) {
    const auto value = kernel::parse_number(arguments.take());
    if (!value || *value > maximum)
        return false;
    into = *value;
    return true;
}

bool parse_option(Arguments& arguments, Options& options) {
    const std::string_view option = arguments.take();
    if (option == "-c")
        return take_number(arguments, 1'000'000, options.count) && options.count > 0;
    if (option == "-s")
        return take_number(arguments, 65'507, options.size);
    if (option == "-t")
        return take_number(arguments, 255, options.ttl) && options.ttl > 0;
    if (option == "-i") {
        const auto interval = parse_seconds(arguments.take());
        options.interval_ns = interval.value_or(0);
        return interval.has_value();
    }
    options.flood |= option == "-f";
    options.quiet |= option == "-q";
    return option == "-f" || option == "-q";
}

std::optional<Options> parse(Words words, const Output& output) {
    Arguments arguments(words);
    Options options;
    while (arguments.peek().starts_with('-'))
        if (!parse_option(arguments, options)) {
            output.write(usage);
            return std::nullopt;
        }
    const std::string_view destination = arguments.take();
    if (destination.empty()) {
        output.write("ping: usage error: Destination address required\n");
        return std::nullopt;
    }
    const auto address = net::parse_ipv4_address(destination);
    if (!address) {
        output.print("ping: %.*s: Name or service not known\n", length_of(destination), destination.data());
        return std::nullopt;
    }
    options.destination = *address;
    if (options.flood)
        options.interval_ns = flood_interval_ns;
    return options;
}

class Ping {
  public:
    Ping(const Options& options, const Output& output) : options_(options), output_(output) {}
    void run();

  private:
    struct Request {
        uint64_t sent_ns = 0;
        uint16_t sequence = 0;
        bool answered = false;
    };
    bool send_next();
    unsigned mtu() const;
    void take(const net::PingEvent& event);
    void take_reply(const net::PingEvent& event, Request& request);
    bool finished(uint64_t now) const;
    uint64_t linger_ns() const;
    bool all_sent() const { return options_.count && statistics_.transmitted() >= options_.count; }

    const Options& options_;
    const Output& output_;
    net::PingSocket socket_;
    PingStatistics statistics_;
    std::array<Request, 256> requests_; ///< the last ones, by sequence number
    uint16_t sequence_ = 0;
    uint64_t next_ns_ = 0, last_event_ns_ = 0;
};

/// False: it cannot be sent and never will be.
bool Ping::send_next() {
    const uint64_t now = arch::now_ns();
    sequence_++;
    requests_[sequence_ % requests_.size()] = {now, sequence_, false};
    statistics_.sent();
    next_ns_ = now + options_.interval_ns;
    last_event_ns_ = now;
    const auto ttl = options_.ttl ? std::optional(static_cast<uint8_t>(options_.ttl)) : std::nullopt;
    switch (socket_.send(options_.destination, sequence_, options_.size, ttl)) {
    case net::PingError::None:
        if (options_.flood)
            output_.write(".");
        return true;
    case net::PingError::NetworkUnreachable:
        output_.write("ping: connect: Network is unreachable\n");
        return false;
    case net::PingError::MessageTooLong:
        output_.print("ping: local error: message too long, mtu=%u\n", mtu());
        return false;
    case net::PingError::NoBuffers:
        statistics_.error();
        return true;
    }
    return false;
}

unsigned Ping::mtu() const {
    const auto route = net::find_route(options_.destination);
    return route ? route->device->mtu : 0;
}

void Ping::take(const net::PingEvent& event) {
    last_event_ns_ = arch::now_ns();
    Request& request = requests_[event.sequence % requests_.size()];
    if (event.type == net::icmp_type::echo_reply)
        return take_reply(event, request);
    statistics_.error();
    if (request.sequence == event.sequence)
        request.answered = true;
    if (!options_.flood && !options_.quiet)
        print_icmp_error(output_, event);
    else if (options_.flood)
        output_.write("\bE");
}

void Ping::take_reply(const net::PingEvent& event, Request& request) {
    const bool known = request.sequence == event.sequence && request.sent_ns != 0;
    const bool duplicate = known && request.answered;
    const uint64_t rtt_us =
        known && event.time_ns > request.sent_ns ? (event.time_ns - request.sent_ns) / 1000 : 0;
    if (duplicate)
        statistics_.duplicate();
    else
        statistics_.received(rtt_us);
    request.answered = true;
    if (options_.flood) {
        output_.write("\b \b");
        next_ns_ = arch::now_ns(); // the next one at once
    } else if (!options_.quiet) {
        print_reply(output_, event, known, rtt_us, duplicate);
    }
}

/// As iputils: two round trips after the last request, or ten seconds if there has been none.
uint64_t Ping::linger_ns() const {
    return statistics_.received() ? std::max(2 * statistics_.longest_us() * 1000, 2 * flood_interval_ns)
                                  : longest_linger_ns;
}

bool Ping::finished(uint64_t now) const {
    if (!all_sent())
        return false;
    return statistics_.received() + statistics_.errors() >= options_.count ||
           now >= last_event_ns_ + linger_ns();
}

void Ping::run() {
    output_.print("PING %s (%s) %u(%u) bytes of data.\n", net::to_text(options_.destination).text,
                  net::to_text(options_.destination).text, options_.size, options_.size + 28);
    const uint64_t start = last_event_ns_ = next_ns_ = arch::now_ns();
    bool possible = true;
    while (possible && !terminal_interrupted() && !finished(arch::now_ns())) {
        if (!all_sent() && arch::now_ns() >= next_ns_)
            possible = send_next();
        uint64_t deadline = arch::now_ns() + interrupt_check_ns;
        if (!all_sent())
            deadline = std::min(deadline, next_ns_);
        if (const auto event = socket_.receive(deadline))
            take(*event);
    }
    statistics_.print(output_, options_.destination, (last_event_ns_ - start) / ms_ns);
}

} // namespace

void ping_command(Words words, const Output& output) {
    if (const auto options = parse(words, output)) {
        Ping ping(*options, output);
        ping.run();
    }
}

} // namespace shell
