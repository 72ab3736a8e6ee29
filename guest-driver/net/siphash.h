// SPDX-License-Identifier: GPL-2.0-or-later
// SipHash-2-4 (Aumasson, Bernstein 2012): a hash that nobody can predict who does not know the key.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace net {

using SipHashKey = std::array<uint64_t, 2>;
uint64_t siphash(const SipHashKey& key, std::span<const std::byte> bytes);

} // namespace net
