// SPDX-License-Identifier: GPL-2.0-or-later
// Statistical counters as the Dump Counters commands lay them out in memory (SDM 6.3.2.4, table 17).
#pragma once

#include <cstddef>
#include <cstdint>

namespace i8255x {

/// In the order of the dump area; each is 32 bits wide except the two TCO counters (16 bits, sharing one
/// dword).
enum class Counter : uint8_t {
    TxGoodFrames,
    TxMaxCollisions,
    TxLateCollisions,
    TxUnderruns,
    TxLostCarrierSense,
    TxDeferred,
    TxSingleCollisions,
    TxMultipleCollisions,
    TxTotalCollisions,
    RxGoodFrames,
    RxCrcErrors,
    RxAlignmentErrors,
    RxResourceErrors,
    RxOverruns,
    RxCollisionDetectErrors,
    RxShortFrames,
    FcTxPause,
    FcRxPause,
    FcRxUnsupported,
    TxTcoFrames,
    RxTcoFrames,
};
inline constexpr std::size_t counter_count = 21;

/// Bytes of counters in front of the completion dword; which form is dumped follows the configuration in
/// force (byte 6 bits 2 and 5), not the chip (SDM table 45).
enum class StatisticsFormat : uint8_t { I82557 = 64, I82558 = 76, Tco = 80 };

inline constexpr uint32_t dump_complete = 0xa005;
inline constexpr uint32_t dump_and_reset_complete = 0xa007;

} // namespace i8255x
