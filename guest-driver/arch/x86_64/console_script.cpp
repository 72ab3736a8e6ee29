// SPDX-License-Identifier: GPL-2.0-or-later
// The script that QEMU hands over: `-fw_cfg name=opt/e100/script,file=…`.
#include "arch/console_script.h"

#include <array>

#include "arch/x86_64/fw_cfg.h"

namespace arch {

std::string_view console_script() {
    constexpr std::size_t most_bytes = 8192;
    static std::array<char, most_bytes> text;
    static const std::size_t bytes = x86::fw_cfg_read("opt/e100/script", text);
    return {text.data(), bytes};
}

} // namespace arch
