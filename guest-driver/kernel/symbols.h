// SPDX-License-Identifier: GPL-2.0-or-later
// Names of functions by address, for backtraces.
#pragma once

#include <cstdint>
#include <span>

namespace kernel {

/// One function; tables are sorted by address.
struct SymbolEntry {
    uint32_t address;
    uint32_t name_offset; ///< of a zero terminated string in the table's names
};
struct SymbolTable {
    std::span<const SymbolEntry> entries;
    const char* names = nullptr;
};

struct SymbolPosition {
    const char* name; ///< nullptr if the address is before every function
    uint64_t offset;  ///< from the function's beginning
};
SymbolPosition symbol_lookup(const SymbolTable& table, uint64_t address);

} // namespace kernel
