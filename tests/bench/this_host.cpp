// SPDX-License-Identifier: GPL-2.0-or-later
#include "this_host.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sys/utsname.h>
#include <thread>

#include "harness/qemu_process.h"

namespace bench {

namespace {

std::string processor() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name"))
            return line.substr(line.find(':') + 2);
    return "a processor without a name";
}

std::string first_line_of(const std::string& command) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::array<char, 256> text{};
    if (!pipe || !std::fgets(text.data(), text.size(), pipe.get()))
        return "an unknown version";
    const std::string line(text.data());
    return line.substr(0, line.find('\n'));
}

} // namespace

std::string this_host() {
    utsname system{};
    uname(&system);
    return "Measured on " + std::to_string(std::thread::hardware_concurrency()) + " × " + processor() +
           ", Linux " + system.release + ", with " + first_line_of(harness::qemu_binary() + " --version") +
           ".";
}

} // namespace bench
