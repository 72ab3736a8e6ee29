// SPDX-License-Identifier: GPL-2.0-or-later
// Starts and ends QEMU processes.
#include "qemu_process.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iostream>
#include <poll.h>
#include <sstream>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failure.h"

namespace harness {

namespace {

std::string environment_or(const char* name, const char* otherwise) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? value : otherwise;
}

std::string joined(const Arguments& words) {
    std::string line;
    for (const auto& word : words)
        line += (line.empty() ? "" : " ") + word;
    return line;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> result;
    for (auto& string : strings)
        result.push_back(string.data());
    result.push_back(nullptr);
    return result;
}

/// In the child: from here on only calls that are safe after fork().
[[noreturn]] void become_qemu(pid_t parent, int log, const char* directory, char* const* argv,
                              char* const* envp) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || chdir(directory) != 0)
        _exit(126);
    int null = open("/dev/null", O_RDONLY);
    dup2(null, STDIN_FILENO);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execvpe(argv[0], argv, envp);
    dprintf(STDERR_FILENO, "cannot execute %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

bool found_in_path(const std::string& program) {
    if (program.find('/') != std::string::npos)
        return access(program.c_str(), X_OK) == 0;
    std::istringstream path(environment_or("PATH", "/usr/bin:/bin"));
    for (std::string directory; std::getline(path, directory, ':');)
        if (access((directory + "/" + program).c_str(), X_OK) == 0)
            return true;
    return false;
}

} // namespace

Arguments operator+(Arguments a, const Arguments& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

std::string qemu_binary() { return environment_or("E100_QEMU", "qemu-system-x86_64"); }
std::string plugin_path() { return environment_or("E100_PLUGIN", ""); }
std::string device_model() { return environment_or("E100_DEVICE", "e100"); }

Arguments plugin_arguments() {
    if (device_model() != "e100")
        return {};
    if (plugin_path().empty())
        throw Failure("E100_PLUGIN does not name the device's shared object");
    return {"-plugin", plugin_path()};
}

Arguments device_arguments(const std::string& properties) {
    return {"-device", device_model() + (properties.empty() ? "" : "," + properties)};
}

std::string with_link(const std::string& properties) {
    if (device_model() != "e100")
        return properties;
    return properties + (properties.empty() ? "" : ",") + "negotiation-ms=0";
}

Arguments quiet_arguments(const std::string& machine) {
    return {"-no-user-config", "-nodefaults", "-display", "none", "-accel", "tcg", "-M", machine};
}

std::string missing_prerequisite() {
    if (!found_in_path(qemu_binary()))
        return "no QEMU: " + qemu_binary() + " is not installed";
    if (device_model() == "e100" && !std::filesystem::exists(plugin_path()))
        return "the device is not built: E100_PLUGIN is '" + plugin_path() + "'";
    return "";
}

std::string to_string(const ExitStatus& status) {
    if (status.signal != 0)
        return "killed by signal " + std::to_string(status.signal) + " (" + strsignal(status.signal) + ")";
    return "exit status " + std::to_string(status.code);
}

QemuProcess::QemuProcess(const TempDir& directory, const Arguments& arguments,
                         const std::vector<std::string>& environment)
    : log_path_(directory.file("qemu.log")) {
    Arguments argv_strings = Arguments{qemu_binary()} + arguments;
    command_line_ = joined(argv_strings);
    std::vector<std::string> env_strings = environment;
    for (char** entry = environ; *entry != nullptr; entry++)
        env_strings.emplace_back(*entry);
    auto argv = pointers(argv_strings);
    auto envp = pointers(env_strings);
    Fd log(open(log_path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!log)
        fail_with_errno(log_path_);
    pid_t parent = getpid();
    pid_ = fork();
    if (pid_ < 0)
        fail_with_errno("fork");
    if (pid_ == 0)
        become_qemu(parent, log.get(), directory.path().c_str(), argv.data(), envp.data());
    pid_fd_ = Fd(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
    if (!pid_fd_)
        fail_with_errno("pidfd_open");
}

QemuProcess::~QemuProcess() {
    bool failed = std::uncaught_exceptions() > 0 || ::testing::Test::HasFailure();
    if (failed)
        std::cerr << "---- " << command_line_ << "\n"
                  << (status_ ? to_string(*status_) : std::string("was running")) << "; its output:\n"
                  << output() << "----\n";
    kill();
}

void QemuProcess::reap(int wait_status) {
    status_ = WIFSIGNALED(wait_status) ? ExitStatus{0, WTERMSIG(wait_status)}
                                       : ExitStatus{WEXITSTATUS(wait_status), 0};
}

double QemuProcess::cpu_seconds() const {
    clockid_t clock{};
    timespec time{};
    if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &time) != 0)
        throw Failure("QEMU's CPU time cannot be read");
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

bool QemuProcess::running() { return !wait_exit(0ms); }

std::optional<ExitStatus> QemuProcess::wait_exit(Deadline deadline) {
    if (status_)
        return status_;
    pollfd entry{pid_fd_.get(), POLLIN, 0};
    while (poll(&entry, 1, deadline.poll_timeout()) < 0 && errno == EINTR) {
    }
    int wait_status = 0;
    if (waitpid(pid_, &wait_status, WNOHANG) == pid_)
        reap(wait_status);
    return status_;
}

void QemuProcess::kill() {
    if (status_)
        return;
    ::kill(pid_, SIGKILL);
    int wait_status = 0;
    while (waitpid(pid_, &wait_status, 0) < 0 && errno == EINTR) {
    }
    reap(wait_status);
}

std::string QemuProcess::output() const {
    std::ifstream file(log_path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace harness
