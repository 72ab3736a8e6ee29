// SPDX-License-Identifier: GPL-2.0-or-later
// The steps of the chip that can be watched: one list for the trace of every host (names: dots as in the
// guest's trace).
#pragma once

#ifdef __cplusplus
#include <cstdint>
#endif

// X(enumerator, "name", "meaning of a", "meaning of b")
#define I8255X_TRACE_EVENTS(X)                                                                               \
    X(RxWire, "nic.rx_wire", "bytes", "")                                                                    \
    X(RxFiltered, "nic.rx_filtered", "bytes", "reason")                                                      \
    X(RxDrop, "nic.rx_drop", "counter", "bytes")                                                             \
    X(RxHeldBack, "nic.rx_held_back", "bytes", "")                                                           \
    X(RxFifo, "nic.rx_fifo", "bytes", "bytes held")                                                          \
    X(RxBundling, "nic.rx_bundling", "delay", "frames")                                                      \
    X(RxHeader, "nic.rx_header", "rfd address", "bytes")                                                     \
    X(RfdComplete, "nic.rfd_complete", "rfd address", "bytes")                                               \
    X(RuState, "nic.ru_state", "old", "new")                                                                 \
    X(CuState, "nic.cu_state", "old", "new")                                                                 \
    X(CbStart, "nic.cb_start", "cb address", "command word")                                                 \
    X(CbComplete, "nic.cb_complete", "cb address", "status word")                                            \
    X(TxWire, "nic.tx_wire", "bytes", "")                                                                    \
    X(TxDrop, "nic.tx_drop", "bytes", "reason")                                                              \
    X(Stat, "nic.stat", "causes set", "STAT byte")                                                           \
    X(StatAck, "nic.stat_ack", "causes cleared", "STAT byte")                                                \
    X(IrqAssert, "nic.irq_assert", "STAT byte", "")                                                          \
    X(IrqDeassert, "nic.irq_deassert", "STAT byte", "")                                                      \
    X(CsrWrite, "nic.csr_write", "offset", "value")                                                          \
    X(CsrRead, "nic.csr_read", "offset", "value")                                                            \
    X(Port, "nic.port", "selector", "address")                                                               \
    X(Reset, "nic.reset", "kind", "")                                                                        \
    X(MdiAccess, "nic.mdi", "MDI control", "")                                                               \
    X(EepromWord, "nic.eeprom", "instruction", "word")                                                       \
    X(LinkChange, "nic.link", "up", "")                                                                      \
    X(Pme, "nic.pme", "PMDR", "power state")                                                                 \
    X(MagicPacket, "nic.magic_packet", "bytes", "")                                                          \
    X(PauseReceived, "nic.pause_received", "slots", "")                                                      \
    X(PauseSent, "nic.pause_sent", "slots", "")

#ifdef __cplusplus
namespace i8255x {
enum class TraceEvent : uint8_t {
#define I8255X_TRACE_ENUM(enumerator, name, a, b) enumerator,
    I8255X_TRACE_EVENTS(I8255X_TRACE_ENUM)
#undef I8255X_TRACE_ENUM
};
} // namespace i8255x
#endif
