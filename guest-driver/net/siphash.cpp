// SPDX-License-Identifier: GPL-2.0-or-later
// SipHash-2-4: two rounds for each eight bytes, four at the end.
#include "net/siphash.h"

#include <bit>

namespace net {

namespace {

class State {
  public:
    explicit State(const SipHashKey& key)
        : v0_(key[0] ^ 0x736f6d6570736575), v1_(key[1] ^ 0x646f72616e646f6d),
          v2_(key[0] ^ 0x6c7967656e657261), v3_(key[1] ^ 0x7465646279746573) {}

    void take(uint64_t word) {
        v3_ ^= word;
        rounds(2);
        v0_ ^= word;
    }
    uint64_t finish() {
        v2_ ^= 0xff;
        rounds(4);
        return v0_ ^ v1_ ^ v2_ ^ v3_;
    }

  private:
    void rounds(unsigned count) {
        for (; count > 0; count--) {
            v0_ += v1_;
            v2_ += v3_;
            v1_ = std::rotl(v1_, 13) ^ v0_;
            v3_ = std::rotl(v3_, 16) ^ v2_;
            v0_ = std::rotl(v0_, 32);
            v2_ += v1_;
            v0_ += v3_;
            v1_ = std::rotl(v1_, 17) ^ v2_;
            v3_ = std::rotl(v3_, 21) ^ v0_;
            v2_ = std::rotl(v2_, 32);
        }
    }
    uint64_t v0_, v1_, v2_, v3_;
};

} // namespace

uint64_t siphash(const SipHashKey& key, std::span<const std::byte> bytes) {
    State state(key);
    uint64_t word = 0;
    std::size_t at = 0;
    for (; at < bytes.size(); at++) {
        word |= std::to_integer<uint64_t>(bytes[at]) << (at % 8 * 8);
        if (at % 8 == 7) {
            state.take(word);
            word = 0;
        }
    }
    state.take(word | uint64_t{at} << 56);
    return state.finish();
}

} // namespace net
