// SPDX-License-Identifier: GPL-2.0-or-later
// Finds the function an address lies in.
#include "kernel/symbols.h"

#include <algorithm>

namespace kernel {

SymbolPosition symbol_lookup(const SymbolTable& table, uint64_t address) {
    const auto behind =
        std::upper_bound(table.entries.begin(), table.entries.end(), address,
                         [](uint64_t wanted, const SymbolEntry& entry) { return wanted < entry.address; });
    if (behind == table.entries.begin())
        return {nullptr, 0};
    const SymbolEntry& entry = *(behind - 1);
    return {table.names + entry.name_offset, address - entry.address};
}

} // namespace kernel
