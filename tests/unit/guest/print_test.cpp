// SPDX-License-Identifier: GPL-2.0-or-later
// Text formatting: the same as the host's snprintf for all that is supported.
#include <climits>
#include <cstdint>
#include <cstdio>
#include <gtest/gtest.h>
#include <string>

#include "arch/hosted/machine.h"
#include "kernel/print.h"

namespace {

template <typename... Arguments> std::string formatted(const char* format, Arguments... arguments) {
    char buffer[256];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
    const std::size_t length = kernel::format(buffer, sizeof buffer, format, arguments...);
    char reference[256];
    const int reference_length = std::snprintf(reference, sizeof reference, format, arguments...);
#pragma GCC diagnostic pop
    EXPECT_STREQ(buffer, reference);
    EXPECT_EQ(length, static_cast<std::size_t>(reference_length));
    return buffer;
}

TEST(Format, Integers) {
    EXPECT_EQ(formatted("%d %i", -5, 7), "-5 7");
    formatted("%d %d", INT_MIN, INT_MAX);
    formatted("%u", UINT_MAX);
    formatted("%ld %lu", LONG_MIN, ULONG_MAX);
    formatted("%lld %llu", LLONG_MIN, ULLONG_MAX);
    formatted("%zu %zu", std::size_t{0}, SIZE_MAX);
    formatted("%x %X %lx", 0xdeadbeefu, 0xdeadbeefu, 0xfeedfacecafebeeful);
}

TEST(Format, WidthsAndPadding) {
    EXPECT_EQ(formatted("[%5d]", -42), "[  -42]");
    EXPECT_EQ(formatted("[%-5d]", -42), "[-42  ]");
    EXPECT_EQ(formatted("[%05d]", -42), "[-0042]");
    EXPECT_EQ(formatted("[%2d]", 12345), "[12345]");
    EXPECT_EQ(formatted("[%08x]", 0xbeefu), "[0000beef]");
    formatted("[%*d]", 6, 1);
    formatted("[%*d]", -6, 1);
    formatted("[%-8s]", "ab");
    formatted("[%8s]", "ab");
    formatted("[%3c]", 'x');
}

TEST(Format, Strings) {
    EXPECT_EQ(formatted("%s|%.2s|%.*s|%.9s", "abc", "abc", 1, "abc", "abc"), "abc|ab|a|abc");
    formatted("[%6.2s]", "abc");
    formatted("%c%c", 'a', 'b');
    formatted("100%%");
    const char not_terminated[2] = {'a', 'b'};
    EXPECT_EQ(formatted("%.2s", not_terminated), "ab");
}

TEST(Format, Pointers) {
    char buffer[32];
    kernel::format(buffer, sizeof buffer, "%p", reinterpret_cast<void*>(0x1234abcd));
    EXPECT_STREQ(buffer, "0x1234abcd");
}

TEST(Format, NullStringIsNamed) {
    char buffer[32];
    const char* volatile nothing = nullptr;
    kernel::format(buffer, sizeof buffer, "%s", nothing);
    EXPECT_STREQ(buffer, "(null)");
}

TEST(Format, AlwaysTerminatesAndSaysTheWholeLength) {
    char buffer[8] = "xxxxxxx";
    EXPECT_EQ(kernel::format(buffer, 4, "%s", "abcdef"), 6u);
    EXPECT_STREQ(buffer, "abc");
    EXPECT_EQ(buffer[4], 'x');
    EXPECT_EQ(kernel::format(nullptr, 0, "%d", 12345), 5u);
    EXPECT_EQ(kernel::format(buffer, 1, "abc"), 3u);
    EXPECT_STREQ(buffer, "");
}

TEST(Format, UnknownConversionsAreShown) {
    char buffer[32];
    const char* volatile format = "a%qb%";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
    kernel::format(buffer, sizeof buffer, format);
#pragma GCC diagnostic pop
    EXPECT_STREQ(buffer, "a%qb%");
}

TEST(Printk, ReachesTheConsoleWhole) {
    hosted::take_console_output();
    const std::string text(1000, 'z');
    kernel::printk("<%s>%u\n", text.c_str(), 7u);
    EXPECT_EQ(hosted::take_console_output(), "<" + text + ">7\n");
}

} // namespace
