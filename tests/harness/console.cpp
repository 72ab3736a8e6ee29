// SPDX-License-Identifier: GPL-2.0-or-later
// Serial console with expect.
#include "console.h"

#include <algorithm>
#include <fcntl.h>
#include <regex.h>
#include <sys/stat.h>
#include <unistd.h>

#include "failure.h"

namespace harness {

namespace {

/// A compiled POSIX extended regular expression (std::regex recurses per character and overflows on long
/// transcripts).
class Regex {
  public:
    explicit Regex(const std::string& source) {
        if (regcomp(&compiled_, source.c_str(), REG_EXTENDED | REG_NEWLINE) != 0)
            throw Failure("bad regular expression: " + source);
    }
    ~Regex() { regfree(&compiled_); }
    Regex(const Regex&) = delete;
    Regex& operator=(const Regex&) = delete;

    /// Offset behind the match in `text`, or npos. The text's end is no line end: more of the line may
    /// follow.
    size_t find(const char* text, bool at_line_start, Match& match) const {
        std::vector<regmatch_t> parts(compiled_.re_nsub + 1);
        int flags = REG_NOTEOL | (at_line_start ? 0 : REG_NOTBOL);
        if (regexec(&compiled_, text, parts.size(), parts.data(), flags) != 0)
            return std::string::npos;
        auto part = [text](const regmatch_t& range) {
            return range.rm_so < 0 ? std::string() : std::string(text + range.rm_so, text + range.rm_eo);
        };
        match.before.assign(text, static_cast<size_t>(parts[0].rm_so));
        match.text = part(parts[0]);
        for (size_t i = 1; i < parts.size(); i++)
            match.groups.push_back(part(parts[i]));
        return static_cast<size_t>(parts[0].rm_eo);
    }

  private:
    regex_t compiled_;
};

std::string quoted(const std::string& text) {
    std::string result;
    for (char c : text) {
        if (std::string("\\.[]{}()*+?|^$").find(c) != std::string::npos)
            result += '\\';
        result += c;
    }
    return result;
}

Fd make_fifo(const std::string& path, int access) {
    if (mkfifo(path.c_str(), 0600) != 0)
        fail_with_errno("making the pipe " + path);
    Fd fd(open(path.c_str(), access | O_NONBLOCK | O_CLOEXEC));
    if (!fd)
        fail_with_errno("opening the pipe " + path);
    return fd;
}

} // namespace

Console::Console(const TempDir& directory, const std::string& name)
    // Nobody reads what the guest is to read before QEMU does: only for both directions can it be opened.
    : name_(name), path_(directory.file(name)), in_(make_fifo(path_ + ".in", O_RDWR)),
      out_(make_fifo(path_ + ".out", O_RDONLY)) {}

Arguments Console::arguments() const {
    return {"-chardev", "pipe,id=" + name_ + ",path=" + path_, "-serial", "chardev:" + name_};
}

void Console::pump(Deadline deadline) {
    std::string arrived;
    read_more(out_.get(), arrived, deadline, "serial console '" + name_ + "'");
    std::erase_if(arrived, [](char c) { return c == '\r' || c == '\0'; });
    transcript_ += arrived;
}

Match Console::expect(const std::string& regex, Deadline deadline) {
    Regex compiled(regex);
    std::string why = "did not come in time";
    for (bool more = true;;) {
        Match match;
        bool at_line_start = position_ == 0 || transcript_[position_ - 1] == '\n';
        size_t end = compiled.find(transcript_.c_str() + position_, at_line_start, match);
        if (end != std::string::npos) {
            position_ += end;
            return match;
        }
        if (!more || deadline.expired())
            break;
        try {
            pump(deadline);
        } catch (const Failure& failure) {
            why = failure.what();
            more = false;
        }
    }
    size_t shown = std::min<size_t>(transcript_.size(), 8192);
    throw Failure("console: /" + regex + "/ " + why + "; transcript ends with:\n" +
                  transcript_.substr(transcript_.size() - shown));
}

Match Console::expect_text(const std::string& text, Deadline deadline) {
    return expect(quoted(text), deadline);
}

void Console::send_line(const std::string& line) { send(line + "\n"); }

void Console::send(const std::string& bytes) {
    if (write(in_.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
        fail_with_errno("serial console '" + name_ + "': write");
}

const std::string& Console::transcript() {
    size_t before;
    do {
        before = transcript_.size();
        try {
            pump(0ms);
        } catch (const Failure&) { // QEMU has ended: nothing more will come
        }
    } while (transcript_.size() != before);
    return transcript_;
}

} // namespace harness
