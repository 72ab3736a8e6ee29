// SPDX-License-Identifier: GPL-2.0-or-later
// Answers: a block of pages with the body, and the header right in front of it.
#include "http/response.h"

#include <cstring>

#include "kernel/page_alloc.h"

namespace http {

namespace {

constexpr unsigned order = 4;
constexpr std::size_t block_bytes = kernel::page_size << order, header_bytes = 512;

} // namespace

bool Response::begin() {
    clear();
    memory_ = static_cast<char*>(kernel::alloc_pages(order));
    return memory_ != nullptr;
}

void Response::clear() {
    if (memory_)
        kernel::free_pages(memory_, order);
    memory_ = nullptr;
    length_ = sent_ = end_ = 0;
    overflow_ = false;
}

shell::Output Response::body() {
    return shell::Output(
        [](void* self, std::string_view text) { static_cast<Response*>(self)->append(text); }, this);
}

void Response::append(std::string_view text) {
    if (text.size() > block_bytes - header_bytes - length_) {
        overflow_ = true;
        return;
    }
    std::memcpy(memory_ + header_bytes + length_, text.data(), text.size());
    length_ += text.size();
}

void Response::finish(Status status, std::string_view content_type, bool keep_alive, bool head_only) {
    if (overflow_) {
        overflow_ = false;
        discard_body();
        status = Status::InternalError;
        content_type = "text/plain";
        body().write("The answer is longer than this server can make it.\n");
    }
    shell::Text<header_bytes> header;
    header.output().print(
        "HTTP/1.1 %u %s\r\nContent-Type: %.*s; charset=utf-8\r\nContent-Length: %zu\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n%sConnection: %s\r\n\r\n",
        static_cast<unsigned>(status), reason_phrase(status), static_cast<int>(content_type.size()),
        content_type.data(), length_, status == Status::MethodNotAllowed ? "Allow: GET, HEAD\r\n" : "",
        keep_alive ? "keep-alive" : "close");
    sent_ = header_bytes - header.view().size();
    std::memcpy(memory_ + sent_, header.view().data(), header.view().size());
    end_ = header_bytes + (head_only ? 0 : length_);
}

std::span<const std::byte> Response::rest() const {
    return std::as_bytes(std::span(memory_ + sent_, end_ - sent_));
}

} // namespace http
