// SPDX-License-Identifier: GPL-2.0-or-later
// watch: a command again and again on a screen of its own, until a key is typed.
#include <algorithm>
#include <optional>

#include "arch/clock.h"
#include "shell/arguments.h"
#include "shell/shell.h"
#include "shell/terminal.h"

namespace shell {

namespace {

constexpr uint64_t default_interval_ns = 2'000'000'000, shortest_interval_ns = 100'000'000;
constexpr std::string_view clear_screen = "\x1b[H\x1b[2J", home = "\x1b[H", clear_rest = "\x1b[J";

/// What is on the screen is overwritten, not cleared, so that it does not flicker: each line erases what
/// stood behind it.
class Overwriting {
  public:
    explicit Overwriting(const Output& screen) : screen_(screen) {}
    Output output() {
        return Output([](void* self, std::string_view text) { static_cast<Overwriting*>(self)->write(text); },
                      this);
    }

  private:
    void write(std::string_view text) const {
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            screen_.write(text.substr(0, end));
            if (end == text.size())
                return;
            screen_.write("\x1b[K\n");
            text.remove_prefix(end + 1);
        }
    }
    const Output& screen_;
};

} // namespace

void watch_command(Words words, const Output& output) {
    Arguments arguments(words);
    std::optional<uint64_t> interval_ns = default_interval_ns;
    if (arguments.take_if("-n"))
        interval_ns = parse_seconds(arguments.take());
    Text<200> command;
    for (const char* separator = ""; !arguments.empty(); separator = " ") {
        const std::string_view word = arguments.take();
        command.output().print("%s%.*s", separator, length_of(word), word.data());
    }
    if (!interval_ns || command.view().empty())
        return output.write("Usage: watch [-n SECONDS] COMMAND\n");
    interval_ns = std::max(*interval_ns, shortest_interval_ns);
    Overwriting screen(output);
    output.write(clear_screen);
    do {
        output.write(home);
        screen.output().print(
            "Every %llu.%llus: %s\n\n", static_cast<unsigned long long>(*interval_ns / 1'000'000'000),
            static_cast<unsigned long long>(*interval_ns / 100'000'000 % 10), command.c_str());
        run_line(command.view(), screen.output());
        output.write(clear_rest);
    } while (!terminal_interrupted() && terminal_read(arch::now_ns() + *interval_ns) < 0);
    output.write("\n");
}

} // namespace shell
