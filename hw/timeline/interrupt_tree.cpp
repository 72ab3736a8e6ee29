// SPDX-License-Identifier: GPL-2.0-or-later
#include "timeline/interrupt_tree.h"

#include <cstdio>
#include <set>
#include <string_view>

#include "timeline/picture.h"

namespace timeline {

namespace {

/// The tree that grows on one CPU.
class Tree {
  public:
    Tree(std::ostream& output, const Recording& recording) : output_(output), recording_(recording) {}

    void take(const Event& event) {
        const std::string& name = recording_.kinds[event.kind].name;
        if (name == "irq.entry" && !in_softirq_)
            begin(event);
        if (name == "softirq.entry" || name == "softirq.exit")
            in_softirq_ = name == "softirq.entry";
        if (in_softirq_ && pending_)
            follows_ = true; // also if it is ksoftirqd that runs it
        pending_ = !in_softirq_ && (pending_ || (follows_ && depth_ > 0 && name == "softirq.raise"));
        follows_ = follows_ && (event.context == Context::Hardirq || event.context == Context::Softirq) &&
                   !(name == "softirq.raise" && depth_ == 0);
        if (!follows_ && !reads_a_queue_of_ours(event, name))
            return;
        depth_ -= name.ends_with(".exit") || name == "napi.poll";
        line(event, name);
        depth_ += name.ends_with(".entry") || name == "napi.poll.begin";
        if (name == "sock.enqueue")
            queues_.insert(event.a);
    }
    /// The text so far belongs to an interrupt that is over.
    void end() {
        output_ << text_;
        text_.clear();
    }

  private:
    void begin(const Event& event) {
        end();
        char title[96];
        std::snprintf(title, sizeof title, "irq %u on CPU %u at %.6f s\n", event.a, event.unit,
                      static_cast<double>(event.time_ns) / 1e9);
        text_ = title;
        begin_ns_ = event.time_ns;
        depth_ = 0;
        follows_ = true;
        queues_.clear();
    }
    bool reads_a_queue_of_ours(const Event& event, std::string_view name) const {
        return name == "app.recv" && queues_.contains(event.a);
    }
    void line(const Event& event, const std::string& name) {
        char time[32];
        std::snprintf(time, sizeof time, "%+12.3f  ", static_cast<double>(event.time_ns - begin_ns_) / 1e3);
        text_ += time + std::string(static_cast<std::size_t>(std::max(depth_, 0)) * 2, ' ') + name;
        for (const auto& [what, value] : details_of(recording_, event))
            text_ += "  " + what + ' ' + value;
        text_ += '\n';
    }

    std::ostream& output_;
    const Recording& recording_;
    std::string text_;
    std::set<uint32_t> queues_; ///< ports
    int64_t begin_ns_ = -1;
    int depth_ = 0;
    bool in_softirq_ = false;
    bool pending_ = false; ///< a softirq that the interrupt raised
    bool follows_ = false; ///< the CPU has not gone back to its thread, nor to the tick
};

} // namespace

void write_interrupt_trees(std::ostream& output, const Recording& recording) {
    std::vector<Tree> trees(recording.cpus, Tree(output, recording));
    for (const Event& event : recording.events)
        if (!event.of_card)
            trees[event.unit].take(event);
    for (Tree& tree : trees)
        tree.end();
}

} // namespace timeline
