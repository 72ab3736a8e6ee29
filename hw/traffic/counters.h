/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a tester counts; read from C as well. */
#pragma once

#include <stdint.h>

/*
 * X(member, name to the user): everything but the histogram. Counters go on from run to run.
 *
 * sent, sent_bytes: frames that the peer took (bytes without FCS). refused: frames whose time came while the
 * peer could not receive or the link was down; they are gone, and keep their sequence number, so that a
 * receiver sees the gap. lag_ns: the longest that a frame was sent after its time.
 *
 * received, received_bytes: frames of a generator that arrived here; foreign: all others. Of the received:
 * lost are sequence numbers of a flow that were passed over and did not come since; reordered came after a
 * later one of their flow; duplicates came before; stale are so far behind that nobody remembers which of the
 * two they are. longest_gap: the most numbers in a row that were passed over. latency_*: from the frame's
 * time to its arrival.
 */
#define TRAFFIC_COUNTERS(X)                                                                                  \
    X(sent, "sent")                                                                                          \
    X(sent_bytes, "sent-bytes")                                                                              \
    X(refused, "refused")                                                                                    \
    X(lag_ns, "lag-ns")                                                                                      \
    X(received, "received")                                                                                  \
    X(received_bytes, "received-bytes")                                                                      \
    X(foreign, "foreign")                                                                                    \
    X(lost, "lost")                                                                                          \
    X(reordered, "reordered")                                                                                \
    X(duplicates, "duplicates")                                                                              \
    X(stale, "stale")                                                                                        \
    X(longest_gap, "longest-gap")                                                                            \
    X(latency_min_ns, "latency-min-ns")                                                                      \
    X(latency_max_ns, "latency-max-ns")                                                                      \
    X(latency_sum_ns, "latency-sum-ns")

enum {
    /* Bucket 0: no time at all; bucket n: 2^(n-1) ns and more, below 2^n; the last one everything above. */
    TRAFFIC_LATENCY_BUCKETS = 40,
};

struct traffic_counters {
#define TRAFFIC_COUNTER_MEMBER(member, name) uint64_t member;
    TRAFFIC_COUNTERS(TRAFFIC_COUNTER_MEMBER)
#undef TRAFFIC_COUNTER_MEMBER
    uint64_t latency_histogram[TRAFFIC_LATENCY_BUCKETS];
};
