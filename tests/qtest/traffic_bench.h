// SPDX-License-Identifier: GPL-2.0-or-later
// A machine whose card hears a traffic generator through a hub, and what the generator's frames say.
#pragma once

#include <string>
#include <vector>

#include "e100_test.h"

namespace qtest {

struct TrafficOptions {
    std::string generator = {}; ///< properties; it waits for start() unless they say running=on
    std::string card = "e100";  ///< model with properties; none: no card
    MachineClock clock = MachineClock::Exact;
    bool watcher = false; ///< a second tester on the hub, which only receives
    bool dump = false;    ///< the network as the generator's port sees it, see dumped()
};

/// What a frame of the generator says (hw/traffic/frame.h has the layout; here it is read independently).
struct TrafficLabel {
    uint32_t flow, sequence;
    int64_t due_ns;
    size_t frame_bytes;
    bool operator==(const TrafficLabel&) const = default;
};
/// Throws Failure if the frame is none, or its checksums are wrong.
TrafficLabel traffic_label(const Frame& frame);

class TrafficBench {
  public:
    explicit TrafficBench(const TrafficOptions& options);

    E100Harness& machine() { return machine_; }
    Qmp& qmp() { return machine_.qmp(); }

    static constexpr const char *generator = "gen", *watcher = "watch";
    static constexpr const char* card_port = "p0";      ///< the card's side of the hub
    static constexpr const char* generator_port = "p1"; ///< the generator's

    void set(const std::string& property, const std::string& json) {
        qmp().execute("qom-set", place(generator, property) + ", \"value\": " + json + "}");
    }
    std::string set_refused(const std::string& property, const std::string& json) {
        return qmp().execute_refused("qom-set", place(generator, property) + ", \"value\": " + json + "}");
    }
    void start() { set("running", "true"); }
    void stop() { set("running", "false"); }
    bool running() { return qmp().execute("qom-get", place(generator, "running") + "}") == "true"; }
    /// False when the deadline passed.
    bool wait_end() {
        return wait_until([&] { return !running(); });
    }

    /// Counters of one moment, by name.
    class Counters {
      public:
        explicit Counters(std::string json) : json_(std::move(json)) {}
        uint64_t operator[](const std::string& name) const { return std::stoull(json_member(json_, name)); }
        const std::string& text() const { return json_; }

      private:
        std::string json_;
    };
    Counters counters(const std::string& device = generator) {
        return Counters(qmp().execute("qom-get", place(device, "counters") + "}"));
    }

    struct Dumped {
        int64_t at_us; ///< on the machine's clock
        Frame frame;
        bool operator==(const Dumped&) const = default;
    };
    /// All that passed the generator's port up to now, as QEMU's filter-dump wrote it.
    std::vector<Dumped> dumped();

  private:
    static std::string place(const std::string& device, const std::string& property) {
        return "{\"path\": \"/machine/peripheral/" + device + "\", \"property\": " + json_string(property);
    }
    Arguments arguments(const TrafficOptions& options) const;

    TempDir directory_;
    E100Harness machine_;
};

} // namespace qtest
