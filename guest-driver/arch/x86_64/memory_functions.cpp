// SPDX-License-Identifier: GPL-2.0-or-later
// The functions compilers call by themselves. Eight bytes at a time: fast both on a CPU and in an emulator,
// where string instructions go byte by byte.
#include <cstddef>
#include <cstdint>

namespace {

/// Eight bytes wherever they lie and whatever they are.
struct [[gnu::packed, gnu::may_alias]] Word {
    uint64_t value;
};

Word load_word(const std::byte* from) { return *reinterpret_cast<const Word*>(from); }

/// Compilers recognise loops that copy or fill and make calls of them, here calls of ourselves: in each turn
/// they are told that something else happens as well.
void stay_a_loop() { asm volatile("" : : : "memory"); }

void store_word(std::byte* to, Word word) {
    *reinterpret_cast<Word*>(to) = word;
    stay_a_loop();
}
void store_byte(std::byte* to, std::byte byte) {
    *to = byte;
    stay_a_loop();
}

void copy_forward(std::byte* to, const std::byte* from, std::size_t bytes) {
    constexpr std::size_t words = 8, turn = words * sizeof(Word); // as many as there are registers for
    for (; bytes >= turn; to += turn, from += turn, bytes -= turn) {
        Word held[words];
#pragma GCC unroll words
        for (std::size_t i = 0; i < words; i++)
            held[i] = load_word(from + i * sizeof(Word));
#pragma GCC unroll words
        for (std::size_t i = 0; i < words; i++)
            store_word(to + i * sizeof(Word), held[i]);
    }
    for (; bytes >= sizeof(Word); to += sizeof(Word), from += sizeof(Word), bytes -= sizeof(Word))
        store_word(to, load_word(from));
    for (; bytes > 0; bytes--)
        store_byte(to++, *from++);
}

void copy_backward(std::byte* to, const std::byte* from, std::size_t bytes) {
    for (; bytes >= sizeof(Word); bytes -= sizeof(Word))
        store_word(to + bytes - sizeof(Word), load_word(from + bytes - sizeof(Word)));
    for (; bytes > 0; bytes--)
        store_byte(to + bytes - 1, from[bytes - 1]);
}

} // namespace

extern "C" {

void* memcpy(void* to, const void* from, std::size_t bytes) {
    copy_forward(static_cast<std::byte*>(to), static_cast<const std::byte*>(from), bytes);
    return to;
}

void* memmove(void* to, const void* from, std::size_t bytes) {
    auto* target = static_cast<std::byte*>(to);
    const auto* source = static_cast<const std::byte*>(from);
    // As unsigned numbers: also true if the target lies in front.
    if (reinterpret_cast<uintptr_t>(target) - reinterpret_cast<uintptr_t>(source) >= bytes)
        copy_forward(target, source, bytes);
    else
        copy_backward(target, source, bytes);
    return to;
}

void* memset(void* to, int value, std::size_t bytes) {
    auto* target = static_cast<std::byte*>(to);
    const auto byte = static_cast<std::byte>(value);
    const Word word{static_cast<uint8_t>(value) * uint64_t{0x0101010101010101}};
    for (; bytes >= sizeof(Word); target += sizeof(Word), bytes -= sizeof(Word))
        store_word(target, word);
    for (; bytes > 0; bytes--)
        store_byte(target++, byte);
    return to;
}

int memcmp(const void* left, const void* right, std::size_t bytes) {
    const auto* a = static_cast<const uint8_t*>(left);
    const auto* b = static_cast<const uint8_t*>(right);
    for (; bytes > 0; a++, b++, bytes--)
        if (*a != *b)
            return *a - *b;
    return 0;
}

/// Clang calls it where only equality is asked for.
int bcmp(const void* left, const void* right, std::size_t bytes) { return memcmp(left, right, bytes); }

void* memchr(const void* memory, int value, std::size_t bytes) {
    const auto* byte = static_cast<const uint8_t*>(memory);
    for (; bytes > 0; byte++, bytes--)
        if (*byte == static_cast<uint8_t>(value))
            return const_cast<uint8_t*>(byte);
    return nullptr;
}

std::size_t strlen(const char* text) {
    std::size_t length = 0;
    while (text[length])
        length++;
    return length;
}

int strcmp(const char* left, const char* right) {
    while (*left && *left == *right)
        left++, right++;
    return static_cast<uint8_t>(*left) - static_cast<uint8_t>(*right);
}

} // extern "C"
