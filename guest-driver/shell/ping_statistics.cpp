// SPDX-License-Identifier: GPL-2.0-or-later
// What ping adds up, and its lines in iputils' format. There is no floating point here.
#include "shell/ping_statistics.h"

#include <algorithm>

#include "net/headers.h"

namespace shell {

namespace {

using Number = unsigned long long;

uint64_t square_root(uint64_t value) {
    uint64_t root = 0;
    for (uint64_t bit = uint64_t{1} << 31; bit > 0; bit >>= 1)
        if ((root | bit) * (root | bit) <= value)
            root |= bit;
    return root;
}

void print_ms(const Output& output, uint64_t us) {
    output.print("%llu.%03llu", static_cast<Number>(us / 1000), static_cast<Number>(us % 1000));
}

const char* unreachable_text(uint8_t code) {
    static constexpr const char* texts[] = {"Destination Net Unreachable", "Destination Host Unreachable",
                                            "Destination Protocol Unreachable",
                                            "Destination Port Unreachable", "Frag needed and DF set"};
    return code < std::size(texts) ? texts[code] : "Destination Unreachable, Bad Code";
}

const char* error_text(const net::PingEvent& event) {
    if (event.type == net::icmp_type::destination_unreachable)
        return unreachable_text(event.code);
    if (event.type == net::icmp_type::time_exceeded)
        return event.code == 0 ? "Time to live exceeded" : "Frag reassembly time exceeded";
    return "Parameter problem";
}

} // namespace

void PingStatistics::received(uint64_t rtt_us) {
    received_++;
    min_us_ = std::min(min_us_, rtt_us);
    max_us_ = std::max(max_us_, rtt_us);
    sum_us_ += rtt_us;
    sum_squares_ += rtt_us * rtt_us;
}

/// Six significant digits without trailing zeros, as printf's %g.
void PingStatistics::print_loss(const Output& output) const {
    const uint64_t lost = transmitted_ > received_ ? transmitted_ - received_ : 0;
    const uint64_t whole = lost * 100 / transmitted_;
    int decimals = whole >= 10 ? 4 : 5;
    uint64_t scale = whole >= 10 ? 10'000 : 100'000;
    uint64_t scaled = (lost * 100 * scale + transmitted_ / 2) / transmitted_;
    while (decimals > 0 && scaled % 10 == 0) {
        scaled /= 10;
        scale /= 10;
        decimals--;
    }
    output.print("%llu", static_cast<Number>(scaled / scale));
    if (decimals > 0)
        output.print(".%0*llu", decimals, static_cast<Number>(scaled % scale));
    output.write("% packet loss");
}

/// Mean of the squares minus square of the mean, whose fraction counts: (q + r/n)^2 = q^2 + 2qr/n + …
uint64_t PingStatistics::variance() const {
    const uint64_t q = sum_us_ / received_, r = sum_us_ % received_;
    const uint64_t square_of_mean = q * q + 2 * q * r / received_;
    const uint64_t mean_of_squares = sum_squares_ / received_;
    return mean_of_squares > square_of_mean ? mean_of_squares - square_of_mean : 0;
}

void PingStatistics::print(const Output& output, net::Ipv4Address destination, uint64_t elapsed_ms) const {
    output.print("\n--- %s ping statistics ---\n%llu packets transmitted, %llu received, ",
                 net::to_text(destination).text, static_cast<Number>(transmitted_),
                 static_cast<Number>(received_));
    if (duplicates_)
        output.print("+%llu duplicates, ", static_cast<Number>(duplicates_));
    if (errors_)
        output.print("+%llu errors, ", static_cast<Number>(errors_));
    if (transmitted_) {
        print_loss(output);
        output.print(", time %llums", static_cast<Number>(elapsed_ms));
    }
    output.write("\n");
    if (received_) {
        const uint64_t average = sum_us_ / received_;
        const uint64_t deviation = square_root(variance());
        output.write("rtt min/avg/max/mdev = ");
        print_ms(output, min_us_);
        for (uint64_t value : {average, max_us_, deviation}) {
            output.write("/");
            print_ms(output, value);
        }
        output.write(" ms");
    }
    output.write("\n");
}

void print_round_trip(const Output& output, uint64_t us) {
    if (us >= 99'950)
        output.print("%llu", static_cast<Number>((us + 500) / 1000));
    else if (us >= 9'995)
        output.print("%llu.%01llu", static_cast<Number>((us + 50) / 1000),
                     static_cast<Number>((us + 50) % 1000 / 100));
    else if (us >= 1'000)
        output.print("%llu.%02llu", static_cast<Number>((us + 5) / 1000),
                     static_cast<Number>((us + 5) % 1000 / 10));
    else
        print_ms(output, us);
}

void print_reply(const Output& output, const net::PingEvent& event, bool known_rtt, uint64_t rtt_us,
                 bool duplicate) {
    output.print("%u bytes from %s: icmp_seq=%u ttl=%u", event.bytes, net::to_text(event.from).text,
                 event.sequence, event.ttl);
    if (known_rtt) {
        output.write(" time=");
        print_round_trip(output, rtt_us);
        output.write(" ms");
    }
    output.write(duplicate ? " (DUP!)\n" : "\n");
}

void print_icmp_error(const Output& output, const net::PingEvent& event) {
    output.print("From %s icmp_seq=%u %s\n", net::to_text(event.from).text, event.sequence,
                 error_text(event));
}

} // namespace shell
