// SPDX-License-Identifier: GPL-2.0-or-later
// The tester for C: generator, receiver and their counters in one.
#include "c_api.h"

#include "generator.h"
#include "receiver.h"

using namespace traffic;

struct traffic_tester final : Peer {
    traffic_tester(const traffic_host& functions, void* user) : host(functions), opaque(user) {}

    bool send(std::span<const uint8_t> frame) override {
        return host.send(opaque, frame.data(), frame.size());
    }

    const traffic_host host;
    void* const opaque;
    traffic_counters counters{};
    Settings settings;
    Generator generator{*this, counters};
    Receiver receiver{counters};
};

struct traffic_tester* traffic_new(const struct traffic_host* host, void* opaque) {
    return new traffic_tester(*host, opaque);
}

void traffic_free(struct traffic_tester* tester) { delete tester; }

const char* traffic_configure(struct traffic_tester* tester, const struct traffic_options* options) {
    return check(*options, tester->settings);
}

void traffic_start(struct traffic_tester* tester, int64_t now_ns) {
    tester->generator.start(tester->settings, now_ns);
}

void traffic_stop(struct traffic_tester* tester) { tester->generator.stop(); }

bool traffic_running(const struct traffic_tester* tester) { return tester->generator.running(); }

int64_t traffic_run(struct traffic_tester* tester, int64_t now_ns) { return tester->generator.run(now_ns); }

void traffic_received(struct traffic_tester* tester, const uint8_t* frame, size_t bytes, int64_t now_ns) {
    const std::span arrived(frame, bytes);
    tester->receiver.take(arrived, now_ns);
    const Addresses& own = tester->settings.addresses;
    if (const auto answer = answer_arp(arrived, own.source_ip, own.source_mac))
        tester->host.answer(tester->opaque, answer->data(), answer->size());
}

const struct traffic_counters* traffic_get_counters(const struct traffic_tester* tester) {
    return &tester->counters;
}
