// SPDX-License-Identifier: GPL-2.0-or-later
// Where ./boot is: E100_BOOT names the script.
#include <cstdlib>

#include "boot_test.h"
#include "harness/failure.h"

namespace boot_test {

Command boot(const Command& arguments) {
    const char* script = std::getenv("E100_BOOT");
    if (script == nullptr)
        throw harness::Failure("E100_BOOT does not name the boot script");
    Command command = {script};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
}

} // namespace boot_test
