// SPDX-License-Identifier: GPL-2.0-or-later
// Last words: registers and a backtrace with names from the symbol table that the second link put into the
// image. Nothing here takes a lock or trusts a pointer more than it must.
#include "arch/x86_64/die.h"

#include <atomic>
#include <cstdarg>

#include "arch/cpu.h"
#include "arch/x86_64/boot_info.h"
#include "arch/x86_64/physical.h"
#include "arch/x86_64/port_io.h"
#include "arch/x86_64/serial.h"
#include "arch/x86_64/smp.h"
#include "kernel/context.h"
#include "kernel/print.h"
#include "kernel/symbols.h"
#include "kernel/thread.h"

extern "C" const kernel::SymbolEntry symbol_entries_begin[], symbol_entries_end[];
extern "C" const char symbol_names_begin[];
extern "C" const std::byte image_begin[], text_end[];

namespace {

constexpr unsigned deepest_backtrace = 32,
                   most_repeats = 100'000; // frames that lead in a circle come to an end
constexpr unsigned die_exit_code = 1;
constexpr unsigned nobody = ~0u;
std::atomic<unsigned> dying_cpu{nobody};
unsigned deaths = 0; ///< of that CPU

[[gnu::format(printf, 1, 2)]] void say(const char* format, ...) {
    char line[256];
    va_list arguments;
    va_start(arguments, format);
    const std::size_t length = kernel::vformat(line, sizeof line, format, arguments);
    va_end(arguments);
    x86::serial_write_unlocked(line, length < sizeof line ? length : sizeof line - 1);
}

enum class Position : uint8_t { Instruction, ReturnAddress };

/// A return address may lie behind the end of the function that called one that does not return.
void say_position(const char* label, uint64_t address, Position kind) {
    const unsigned back = kind == Position::ReturnAddress;
    const kernel::SymbolTable table{{symbol_entries_begin, symbol_entries_end}, symbol_names_begin};
    const uint64_t inside = address - back;
    const bool is_code =
        inside >= reinterpret_cast<uint64_t>(image_begin) && inside < reinterpret_cast<uint64_t>(text_end);
    const kernel::SymbolPosition position =
        is_code ? kernel::symbol_lookup(table, inside) : kernel::SymbolPosition{nullptr, 0};
    if (position.name)
        say("%s%016lx %s+0x%lx\n", label, address, position.name, position.offset + back);
    else
        say("%s%016lx\n", label, address);
}

/// Call frames lie in RAM that is ours, aligned.
bool may_be_frame(uint64_t address) {
    return address >= reinterpret_cast<uint64_t>(image_begin) && address < x86::boot_ram().end &&
           address % sizeof(uint64_t) == 0;
}

/// Call frames as the compiler links them through RBP; recursion is said once.
void say_backtrace(uint64_t instruction, Position kind, uint64_t frame) {
    say("Backtrace:\n");
    say_position("  ", instruction, kind);
    uint64_t last = instruction;
    unsigned repeats = 0;
    for (unsigned lines = 0; lines < deepest_backtrace && may_be_frame(frame);) {
        const auto* link = x86::at<const uint64_t>(frame);
        frame = link[0];
        if (link[1] == last && repeats < most_repeats) {
            repeats++;
            continue;
        }
        if (repeats > 0)
            say("  ... %u times more\n", repeats);
        if (link[1] == 0)
            break;
        say_position("  ", link[1], Position::ReturnAddress);
        last = link[1];
        repeats = 0;
        lines++;
    }
}

void say_registers(const x86::InterruptFrame& frame) {
    const struct {
        const char* name;
        uint64_t value;
    } registers[] = {
        {"RAX", frame.rax},       {"RBX", frame.rbx},       {"RCX", frame.rcx},    {"RDX", frame.rdx},
        {"RSI", frame.rsi},       {"RDI", frame.rdi},       {"RBP", frame.rbp},    {"RSP", frame.rsp},
        {"R8 ", frame.r8},        {"R9 ", frame.r9},        {"R10", frame.r10},    {"R11", frame.r11},
        {"R12", frame.r12},       {"R13", frame.r13},       {"R14", frame.r14},    {"R15", frame.r15},
        {"CR2", x86::read_cr2()}, {"CR3", x86::read_cr3()}, {"FLG", frame.rflags}, {"ERR", frame.error_code}};
    unsigned column = 0;
    for (const auto& each : registers)
        say("%s %016lx%s", each.name, each.value, ++column % 4 ? "  " : "\n");
}

const char* context_name() {
    switch (kernel::execution_context()) {
    case kernel::ExecutionContext::Task:
        return "task";
    case kernel::ExecutionContext::BhDisabled:
        return "task with bottom halves disabled";
    case kernel::ExecutionContext::Softirq:
        return "softirq";
    case kernel::ExecutionContext::Hardirq:
        return "interrupt";
    }
    return "?";
}

} // namespace

namespace x86 {

bool another_cpu_dies() {
    const unsigned cpu = dying_cpu.load();
    return cpu != nobody && cpu != arch::cpu_id();
}

void exit_with_error(unsigned code) {
    constexpr uint16_t debug_exit_port = 0xf4; // QEMU ends with status 2 * code + 1, if it has the device
    out32(debug_exit_port, code);
    for (;;)
        asm volatile("cli; hlt");
}

void die_at(const InterruptFrame& frame, const char* reason) {
    arch::irqs_disable();
    unsigned expected = nobody;
    dying_cpu.compare_exchange_strong(expected, arch::cpu_id());
    while (another_cpu_dies())
        asm volatile("cli; hlt"); // its NMI comes
    deaths++;
    if (deaths == 2)
        say("\n*** and while saying so: %s at %016lx\n", reason, frame.rip);
    if (deaths >= 2)
        exit_with_error(die_exit_code);
    stop_other_cpus();
    const kernel::Thread* thread = kernel::current_thread();
    say("\n*** %s\n", reason);
    say("CPU %u, thread %s, context: %s\n", arch::cpu_id(), thread && thread->name ? thread->name : "none",
        context_name());
    const Position kind = frame.vector == called_vector ? Position::ReturnAddress : Position::Instruction;
    say_position("RIP ", frame.rip, kind);
    say_registers(frame);
    say_backtrace(frame.rip, kind, frame.rbp);
    say("*** the guest has stopped\n");
    exit_with_error(die_exit_code);
}

} // namespace x86

/// die.S saves the caller's registers like an exception and comes here.
extern "C" [[noreturn]] void die_with_registers(const x86::InterruptFrame* frame, const char* reason) {
    x86::die_at(*frame, reason);
}
