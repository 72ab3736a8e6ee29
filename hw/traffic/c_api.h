/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A network tester for C, as RFC 2544 calls such a device: a generator of UDP datagrams with a clock from
 * outside, and a receiver that counts what comes back. No thread, no clock, no allocation after
 * traffic_new().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "counters.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TRAFFIC_MAX_FLOWS = 1024,
    TRAFFIC_MAX_BURST = 4096,
    TRAFFIC_MAX_RATE = 1000000000,
};

/* What a run is made of, as a user says it; strings are only read during the call. */
struct traffic_options {
    uint64_t rate;        /* frames a second, 1 to TRAFFIC_MAX_RATE */
    uint64_t count;       /* frames; 0: without end */
    const char* size;     /* bytes without FCS, 60 to 1514; or a mixture as SIZExWEIGHT:SIZExWEIGHT:… */
    const char* arrivals; /* "cbr", "poisson", "burst" */
    uint32_t burst;       /* frames that arrive together; 0: the default; only for "burst" */
    uint32_t wire_mbps;   /* the wire's speed: a frame begins when the one before has left; 0: none */
    uint64_t delay_ns;    /* from the start to the first frame */
    uint64_t seed;
    uint32_t flows;      /* 1 to TRAFFIC_MAX_FLOWS; they take turns */
    uint32_t first_flow; /* number of the first one, so that several generators can share a receiver */
    uint8_t source_mac[6], destination_mac[6];
    const char *source_ip, *destination_ip;
    uint16_t source_port,
        destination_port; /* the source port of flow 0, whether sent or not; the others count on */
};

/* What a tester needs from its surroundings. */
struct traffic_host {
    /* A frame of the generator. False: the peer does not take it. */
    bool (*send)(void* opaque, const uint8_t* frame, size_t bytes);
    /* An answer, which may wait until the peer can receive. */
    void (*answer)(void* opaque, const uint8_t* frame, size_t bytes);
};

struct traffic_tester;

struct traffic_tester* traffic_new(const struct traffic_host* host, void* opaque);
void traffic_free(struct traffic_tester* tester);

/*
 * Takes over `options`, while nothing runs. NULL on success, else what is wrong with them: one sentence
 * without full stop, which lives forever; then the tester is as before.
 */
const char* traffic_configure(struct traffic_tester* tester, const struct traffic_options* options);
/* Begins a run; sequence numbers and counters go on. Then call traffic_run(). */
void traffic_start(struct traffic_tester* tester, int64_t now_ns);
void traffic_stop(struct traffic_tester* tester);
bool traffic_running(const struct traffic_tester* tester);
/* Sends what is due. When to call again, or -1: the run is over. */
int64_t traffic_run(struct traffic_tester* tester, int64_t now_ns);

/* A frame (without FCS) from the wire. */
void traffic_received(struct traffic_tester* tester, const uint8_t* frame, size_t bytes, int64_t now_ns);

const struct traffic_counters* traffic_get_counters(const struct traffic_tester* tester);

#ifdef __cplusplus
}
#endif
