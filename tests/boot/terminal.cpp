// SPDX-License-Identifier: GPL-2.0-or-later
// A program run as a person runs it.
#include "terminal.h"

#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/failure.h"

namespace boot_test {
namespace {

std::vector<char*> pointers(const Command& command) {
    std::vector<char*> argv;
    for (const auto& word : command)
        argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    return argv;
}

int shell_status(int wait_status) {
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/// A session of its own, so that ending the group ends what the program started too.
[[noreturn]] void become(char* const* argv, int output) {
    setsid();
    const int null = open("/dev/null", O_RDONLY);
    dup2(null, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execv(argv[0], argv);
    _exit(127);
}

} // namespace

Ended run(const Command& command, harness::Deadline deadline) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        harness::fail_with_errno("pipe2");
    harness::Fd reader(ends[0]);
    harness::Fd writer(ends[1]);
    auto argv = pointers(command);
    const pid_t pid = fork();
    if (pid == 0)
        become(argv.data(), writer.get());
    writer = harness::Fd();

    Ended ended;
    char buffer[4096];
    ssize_t count = 1;
    while (count > 0 && !deadline.expired()) {
        pollfd entry{reader.get(), POLLIN, 0};
        if (poll(&entry, 1, deadline.poll_timeout()) <= 0)
            break;
        count = read(reader.get(), buffer, sizeof buffer);
        if (count > 0)
            ended.output.append(buffer, static_cast<std::size_t>(count));
    }
    if (deadline.expired())
        kill(-pid, SIGKILL);
    int status = 0;
    waitpid(pid, &status, 0);
    ended.status = shell_status(status);
    return ended;
}

Terminal::Terminal(const Command& command) {
    auto argv = pointers(command);
    int master = -1;
    const winsize size{.ws_row = 50, .ws_col = 120, .ws_xpixel = 0, .ws_ypixel = 0};
    pid_ = forkpty(&master, nullptr, nullptr, &size);
    if (pid_ < 0)
        harness::fail_with_errno("forkpty");
    if (pid_ == 0) {
        execv(argv[0], argv.data());
        _exit(127);
    }
    master_ = harness::Fd(master);
}

Terminal::~Terminal() {
    if (pid_ < 0)
        return;
    kill(-pid_, SIGKILL);
    int status = 0;
    waitpid(pid_, &status, 0);
}

bool Terminal::read_some(harness::Deadline deadline) {
    pollfd entry{master_.get(), POLLIN, 0};
    if (poll(&entry, 1, deadline.poll_timeout()) <= 0)
        return false;
    char buffer[4096];
    const ssize_t count = read(master_.get(), buffer, sizeof buffer);
    for (ssize_t i = 0; i < count; i++)
        if (buffer[i] != '\r')
            transcript_ += buffer[i];
    return count > 0;
}

void Terminal::expect(const std::string& text, harness::Deadline deadline) {
    for (;;) {
        const std::size_t found = transcript_.find(text, position_);
        if (found != std::string::npos) {
            position_ = found + text.size();
            return;
        }
        if (!read_some(deadline))
            throw harness::Failure("no \"" + text + "\" at the terminal; it shows:\n" + transcript_);
    }
}

void Terminal::type(const std::string& bytes) {
    if (write(master_.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
        harness::fail_with_errno("writing to the terminal");
}

int Terminal::wait_exit(harness::Deadline deadline) {
    while (read_some(deadline)) {
    }
    int status = 0;
    if (!harness::wait_until([&] { return waitpid(pid_, &status, WNOHANG) == pid_; }, deadline))
        throw harness::Failure("the program did not end; the terminal shows:\n" + transcript_);
    pid_ = -1;
    return shell_status(status);
}

} // namespace boot_test
