// SPDX-License-Identifier: GPL-2.0-or-later
#include "napi_model.h"

#include <algorithm>

#include "traffic/arrivals.h"

namespace experiments {

namespace {

/// Frames as they come, one ahead.
class Arrivals {
  public:
    explicit Arrivals(const ModelInput& input)
        : process_({.rate = input.rate, .poisson = input.poisson}, input.seed), left_(input.frames) {}

    bool over() const { return left_ == 0; }
    double next_us() const { return next_us_; }
    void pass() {
        left_--;
        next_us_ = static_cast<double>(process_.next()) / 1000;
    }

  private:
    traffic::Arrivals process_;
    uint64_t left_;
    double next_us_ = static_cast<double>(process_.next()) / 1000;
};

/// The card's side: descriptors, the receive unit, what it asserts.
struct Card {
    unsigned free;          ///< descriptors ahead of the stopper
    unsigned waiting = 0;   ///< frames in the FIFO
    unsigned completed = 0; ///< frames in the ring
    bool running = true, frame_pending = false, stop_pending = false;

    void store() {
        free--;
        completed++;
        frame_pending = true;
    }
    void start() {
        running = true;
        stop_pending = false;
        for (; waiting && free; waiting--)
            store();
        if (waiting)
            stop();
    }
    void stop() {
        running = false;
        stop_pending = true;
    }
};

constexpr unsigned packets_per_sent_interrupt = 16; // the driver's

class Machine {
  public:
    explicit Machine(const ModelInput& input) : in_(input), arrivals_(input), card_{.free = input.ring - 2} {}

    ModelOutput run() {
        while (wait_for_interrupt())
            session();
        return out_;
    }

  private:
    /// Time passes, and with it frames arrive.
    void spend(double us) {
        now_us_ += us;
        catch_up();
    }
    void catch_up() {
        for (; !arrivals_.over() && arrivals_.next_us() <= now_us_; arrivals_.pass())
            arrive();
    }
    void arrive() {
        if (card_.running && card_.free) {
            card_.store();
            lost_in_a_row_ = 0;
            return;
        }
        if (card_.running)
            card_.stop();
        if (card_.waiting < in_.fifo_frames) {
            card_.waiting++;
            lost_in_a_row_ = 0;
            return;
        }
        out_.lost++;
        out_.longest_loss = std::max(out_.longest_loss, ++lost_in_a_row_);
    }

    bool wait_for_interrupt() {
        catch_up();
        while (!card_.frame_pending && !card_.stop_pending) {
            if (arrivals_.over())
                return false;
            now_us_ = std::max(now_us_, arrivals_.next_us());
            catch_up();
        }
        return true;
    }

    /// From the interrupt to its unmasking.
    void session() {
        out_.interrupts++;
        spend(in_.isr_us);
        knows_of_stop_ |= card_.stop_pending;
        card_.frame_pending = card_.stop_pending = false;
        while (!poll())
            out_.not_done++;
        out_.done++;
    }

    /// False: the weight is used up.
    bool poll() {
        spend(in_.poll_us - in_.leave_us);
        unsigned work = 0;
        const bool drained = drain(work);
        spend(work * in_.refill_us);
        card_.free += work; // new buffers, and the stopper moves
        if (in_.resume) {
            if (!card_.running && card_.free)
                restart();
        } else if (drained && knows_of_stop_) {
            restart();
            work++;
        }
        spend(in_.leave_us);
        return work < in_.weight;
    }
    bool drain(unsigned& work) {
        do {
            if (in_.ack_in_poll)
                card_.frame_pending = false;
            for (; card_.completed; work++) {
                if (work == in_.weight)
                    return false;
                card_.completed--;
                out_.received++;
                const bool interrupts = out_.received % packets_per_sent_interrupt == 0;
                spend(in_.packet_us - in_.refill_us - in_.sent_us / packets_per_sent_interrupt +
                      (interrupts ? in_.sent_us : 0));
            }
            if (work == in_.weight)
                return false;
        } while (in_.ack_in_poll && card_.frame_pending);
        knows_of_stop_ |= !card_.running && !card_.free; // the driver stands at the stopper
        return true;
    }
    void restart() {
        knows_of_stop_ = false;
        out_.restarts++;
        card_.start();
    }

    const ModelInput in_;
    Arrivals arrivals_;
    Card card_;
    double now_us_ = 0;
    bool knows_of_stop_ = false;
    uint64_t lost_in_a_row_ = 0;
    ModelOutput out_;
};

} // namespace

ModelOutput predict(const ModelInput& input) { return Machine(input).run(); }

} // namespace experiments
