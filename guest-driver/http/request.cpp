// SPDX-License-Identifier: GPL-2.0-or-later
// Requests: where their head ends, and what is in it.
#include "http/request.h"

namespace http {

namespace {

constexpr std::string_view blanks = " \t";

/// Takes the text up to `end`, which must be there, and what is behind it.
std::optional<std::string_view> take_until(std::string_view& text, char end) {
    const std::size_t at = text.find(end);
    if (at == std::string_view::npos)
        return std::nullopt;
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(at + 1);
    return taken;
}

/// Lines end with CR LF, or LF alone (RFC 9112 2.2).
std::string_view take_line(std::string_view& text) {
    std::string_view line = take_until(text, '\n').value_or(std::string_view());
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    return line;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    if (a.size() != b.size())
        return false;
    for (std::size_t i = 0; i < a.size(); i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && blanks.find(text.front()) != std::string_view::npos)
        text.remove_prefix(1);
    while (!text.empty() && blanks.find(text.back()) != std::string_view::npos)
        text.remove_suffix(1);
    return text;
}

/// Is `word` in a list with commas?
bool lists(std::string_view list, std::string_view word) {
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        if (equal_ignoring_case(trimmed(list.substr(0, comma)), word))
            return true;
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    }
    return false;
}

/// A visible character each, so that nothing of it can break a line of an answer or a terminal.
bool visible(std::string_view text) {
    for (const char c : text)
        if (c <= ' ' || c > '~')
            return false;
    return !text.empty();
}

void take_field(Request& request, std::string_view name, std::string_view value) {
    if (equal_ignoring_case(name, "connection")) {
        if (lists(value, "close"))
            request.keep_alive = false;
        else if (lists(value, "keep-alive"))
            request.keep_alive = true;
    } else if (equal_ignoring_case(name, "content-length")) {
        request.has_body = value != "0";
    } else if (equal_ignoring_case(name, "transfer-encoding")) {
        request.has_body = true;
    }
}

Status take_request_line(Request& request, std::string_view line) {
    const auto method = take_until(line, ' ');
    const auto target = take_until(line, ' ');
    if (!method || !target || !visible(*method) || !visible(*target) || !line.starts_with("HTTP/"))
        return Status::BadRequest;
    if (line != "HTTP/1.1" && line != "HTTP/1.0")
        return line.starts_with("HTTP/1.") ? Status::BadRequest : Status::VersionNotSupported;
    request.keep_alive = line == "HTTP/1.1";
    if (target->size() > max_target)
        return Status::UriTooLong;
    request.head_only = *method == "HEAD";
    request.path = target->substr(0, target->find('?'));
    if (*method != "GET" && *method != "HEAD")
        return Status::MethodNotAllowed;
    return request.path.starts_with('/') ? Status::Ok : Status::BadRequest;
}

} // namespace

const char* reason_phrase(Status status) {
    switch (status) {
    case Status::Ok:
        return "OK";
    case Status::BadRequest:
        return "Bad Request";
    case Status::NotFound:
        return "Not Found";
    case Status::MethodNotAllowed:
        return "Method Not Allowed";
    case Status::UriTooLong:
        return "URI Too Long";
    case Status::HeaderFieldsTooLarge:
        return "Request Header Fields Too Large";
    case Status::InternalError:
        return "Internal Server Error";
    case Status::VersionNotSupported:
        return "HTTP Version Not Supported";
    }
    return "";
}

std::size_t RequestHead::take(std::span<const std::byte> bytes) {
    std::size_t taken = 0;
    while (state_ == State::Incomplete && taken < bytes.size()) {
        const char c = static_cast<char>(bytes[taken++]);
        if (length_ == 0 && (c == '\r' || c == '\n'))
            continue; // RFC 9112 2.2: empty lines before a request
        text_[length_++] = c;
        if (c == '\n' && (text().ends_with("\n\n") || text().ends_with("\n\r\n")))
            state_ = State::Complete;
        else if (length_ == text_.size())
            state_ = State::TooLong;
    }
    return taken;
}

void RequestHead::clear() {
    length_ = 0;
    state_ = State::Incomplete;
}

Request parse_request(std::string_view head) {
    Request request;
    request.status = take_request_line(request, take_line(head));
    if (request.status != Status::Ok && request.status != Status::MethodNotAllowed)
        request.keep_alive = false;
    for (std::string_view line = take_line(head); !line.empty(); line = take_line(head)) {
        const auto name = take_until(line, ':');
        if (!name || !visible(*name)) {
            request.status = Status::BadRequest;
            break;
        }
        take_field(request, *name, trimmed(line));
    }
    if (request.has_body || request.status == Status::BadRequest)
        request.keep_alive = false;
    return request;
}

} // namespace http
