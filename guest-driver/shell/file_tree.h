// SPDX-License-Identifier: GPL-2.0-or-later
// The files that the shell's cat, echo and ls know: those that Linux has below /proc and /sys, each kind with
// an implementation of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "shell/output.h"

namespace shell {

enum class StoreResult : uint8_t { Stored, NoSuchFile, ReadOnly, Invalid };

/// Files of one kind. A path is absolute.
struct FileKind {
    /// False if none of these files has that path.
    bool (*show)(std::string_view path, const Output& output);
    StoreResult (*store)(std::string_view path, std::string_view text);
    /// Calls `visit` with the path of each.
    void (*each)(void (*visit)(std::string_view path, void* cookie), void* cookie);
};

std::span<const FileKind* const> file_kinds();

bool show_file(std::string_view path, const Output& output);
StoreResult store_file(std::string_view path, std::string_view text);
/// Of the files and folders right below `folder` ("/proc/") the one whose name follows `after` in the
/// alphabet is put into `name`; false at the end.
bool next_in_folder(std::string_view folder, std::string_view after, Text<64>& name);

/// A bit mask of CPUs in hexadecimal, as Linux writes it, with or without commas; nothing if it is none.
std::optional<uint32_t> parse_cpu_mask(std::string_view text);
/// With a digit for each four of the machine's CPUs.
void print_cpu_mask(const Output& output, uint32_t mask);

} // namespace shell
