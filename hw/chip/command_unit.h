// SPDX-License-Identifier: GPL-2.0-or-later
// Command unit: its states and commands, and the walk along the command block lists (SDM 6.4.1, 6.5.3). From
// the 82558 on there are two lists, and blocks of the high-priority queue go first (SDM 6.3.2.2).
#pragma once

#include <cstddef>
#include <cstdint>

#include "action_commands.h"
#include "cna_delay.h"
#include "configuration.h"
#include "flow_control.h"
#include "host.h"
#include "i8255x/command_block.h"
#include "scb.h"
#include "statistics.h"
#include "transmit.h"
#include "variants.h"

namespace i8255x {

class CommandUnit {
  public:
    struct Queue {
        CuStatus status = CuStatus::Idle; ///< Idle, Suspended or Active
        uint32_t block = 0; ///< absolute address of the block that is next, or that suspended the queue
        uint32_t link =
            0; ///< of the last block executed, as it was when it was fetched; relative to the base
        bool resume_pending = false;
        uint32_t segments_sent = 0; ///< of the large send in `block`
        bool on_wire = false;       ///< the frame of `block` is: the block completes when it has left
    };
    struct State {
        uint32_t base = 0;
        Queue low{};                   ///< the only one of an 82557
        Queue high{};                  ///< high priority
        bool work_pending = false;     ///< the host was asked for a run() that did not come yet
        int64_t poll_deadline_ns = -1; ///< of Timer::TransmitPoll; -1: off
        int64_t wire_free_ns = -1;     ///< when the last frame has left; -1: long ago
        /// As the SCB shows it.
        CuStatus status() const {
            return high.status == CuStatus::Active ? CuStatus::ActiveHighPriority : low.status;
        }
    };
    struct Units {
        Host& host;
        const Variant& variant;
        Scb& scb;
        const Configuration& configuration;
        Statistics& statistics;
        CnaDelay& cna_delay;
        Transmitter& transmitter;
        ActionCommands& action_commands;
        const FlowControl& flow_control;
    };
    /// One run() ends after so many blocks or segments, or so many bytes of frames and address lists: a
    /// circular list must not stop the machine. The last block may exceed it by what Transmitter does in one
    /// call.
    static constexpr unsigned blocks_per_run = 64;
    static constexpr std::size_t bytes_per_run = 65536;
    /// How often a dynamic TBD without buffer is looked at again.
    static constexpr int64_t poll_interval_ns = 100'000;

    explicit CommandUnit(const Units& units);

    void command(CuCommand command);
    /// Executes blocks. True: more are left, and the host has been asked to call again.
    bool run();
    void poll_timer_fired() { look_again(); }
    /// If the unit waits for a buffer or the wire, it looks again.
    void look_again();

    void reset();           ///< software or hardware reset
    void selective_reset(); ///< to idle, base kept (SDM table 8)

    const State& state() const { return state_; }
    static bool valid(const State& state, Generation generation);
    /// After the SCB was restored, whose CU status is `state.status()`. Asks the host for a run() if the unit
    /// is active, and arms or cancels the timer.
    void restore(const State& state);

  private:
    enum class Step : uint8_t { Next, Wait, Again, Stopped };
    struct Slice; ///< work done in one run()

    bool has_high_priority_queue() const { return variant_.generation >= Generation::I82558; }
    void high_priority_command(CuCommand command);
    void start(Queue& queue);
    void resume(Queue& queue);
    void static_resume();
    void load_base();
    void activate(Queue& queue, uint32_t block);
    void set_status(Queue& queue, CuStatus status);
    void schedule();

    Queue* next_queue();
    Step execute_block(Queue& queue, Slice& slice);
    Step transmit(Queue& queue, const ExtendedTransmitCb& block, uint16_t& status, Slice& slice);
    Step finish(Queue& queue, uint16_t command);
    Step stop(Queue& queue, CuStatus next, bool interrupt, unsigned cid);
    bool resumed_meanwhile(Queue& queue);
    bool suspend_bit_set(const Queue& queue);
    Step wait_until(int64_t deadline_ns);
    void cancel_poll();

    Host& host_;
    const Variant& variant_;
    Scb& scb_;
    const Configuration& configuration_;
    Statistics& statistics_;
    CnaDelay& cna_delay_;
    Transmitter& transmitter_;
    ActionCommands& action_commands_;
    const FlowControl& flow_control_;
    State state_;
};

} // namespace i8255x
