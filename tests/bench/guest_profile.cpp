// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest_profile.h"

#include <chrono>
#include <sstream>

#include "harness/failure.h"

namespace bench {

using linux_test::LinuxGuest;
using namespace std::chrono_literals;

std::vector<std::string> look_at(LinuxGuest& guest, unsigned looks) {
    std::vector<std::string> addresses;
    for (unsigned i = 0; i < looks; i++) {
        guest.qmp().stop();
        const std::string registers = guest.qmp().human("info registers");
        guest.qmp().cont();
        const size_t at = registers.find("RIP=");
        if (at == std::string::npos)
            throw harness::Failure("the monitor shows no RIP:\n" + registers);
        addresses.push_back(registers.substr(at + 4, 16));
    }
    return addresses;
}

/// The guest sorts addresses and symbols into one list: "~" comes behind any name, so an address stands
/// behind the symbol that it belongs to.
GuestProfile profile_of(LinuxGuest& guest, const std::vector<std::string>& addresses) {
    std::string list;
    for (const std::string& address : addresses)
        list += address + " ~\n";
    guest.write_file("/tmp/looks", list);
    std::istringstream lines(
        guest.must("{ grep -i ' [tw] ' /proc/kallsyms | cut -d' ' -f1,3; cat /tmp/looks; } | sort | "
                   "awk '$2 == \"~\" { print name; next } { name = $2 \" \" $3 }' | sort | uniq -c",
                   120s));
    GuestProfile profile;
    size_t count = 0;
    std::string function, module;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        words >> count >> function;
        if (words >> module)
            function += " " + module;
        profile[function] = static_cast<double>(count) / static_cast<double>(addresses.size());
    }
    return profile;
}

} // namespace bench
