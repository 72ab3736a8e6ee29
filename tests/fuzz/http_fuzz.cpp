// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes, in pieces of any size, as requests to the guest's HTTP server. What is checked: memory (by the
// sanitizers), that every byte is taken once, and that what is called a request is one.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "http/request.h"

namespace {

void check(bool holds) {
    if (!holds)
        std::abort();
}

void check_request(std::string_view head) {
    // A copy of exactly that size, so that a view beyond its end is found.
    char* copy = static_cast<char*>(std::malloc(head.size()));
    std::memcpy(copy, head.data(), head.size());
    const http::Request request = http::parse_request({copy, head.size()});
    if (request.status == http::Status::Ok) {
        check(request.path.starts_with('/') && request.path.size() <= http::max_target);
        for (const char c : request.path)
            check(c > ' ' && c <= '~');
    }
    check(!request.has_body || !request.keep_alive);
    std::free(copy);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0)
        return 0;
    const size_t piece = data[0] % 64 + 1;
    std::span<const std::byte> rest = std::as_bytes(std::span(data + 1, size - 1));
    http::RequestHead head;
    while (!rest.empty()) {
        const size_t offered = std::min(piece, rest.size());
        const size_t taken = head.take(rest.first(offered));
        check(taken > 0 && taken <= offered);
        rest = rest.subspan(taken);
        if (head.state() == http::RequestHead::State::Incomplete) {
            check(taken == offered);
            continue;
        }
        check(head.text().size() <= http::max_head);
        if (head.state() == http::RequestHead::State::Complete)
            check_request(head.text());
        check(head.take(rest) == 0);
        head.clear();
    }
    return 0;
}
