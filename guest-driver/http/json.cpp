// SPDX-License-Identifier: GPL-2.0-or-later
// JSON.
#include "http/json.h"

namespace http {

void Json::key(std::string_view name) {
    if (!first_)
        output_.write(",\n");
    first_ = false;
    if (name.empty())
        return;
    output_.write("\"");
    output_.write(name);
    output_.write("\": ");
}

void Json::begin(std::string_view name) {
    key(name);
    output_.write("{\n");
    first_ = true;
}

void Json::end() {
    output_.write("}");
    first_ = false;
}

void Json::number(std::string_view name, int64_t value) {
    key(name);
    output_.print("%lld", static_cast<long long>(value));
}

void Json::number(std::string_view name, uint64_t value) {
    key(name);
    output_.print("%llu", static_cast<unsigned long long>(value));
}

void Json::numbers(std::string_view name, std::span<const uint64_t> values) {
    key(name);
    const char* separator = "[";
    for (const uint64_t value : values) {
        output_.print("%s%llu", separator, static_cast<unsigned long long>(value));
        separator = ", ";
    }
    output_.write(values.empty() ? "[]" : "]");
}

} // namespace http
