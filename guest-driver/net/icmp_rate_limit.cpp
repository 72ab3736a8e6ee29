// SPDX-License-Identifier: GPL-2.0-or-later
// Token buckets whose tokens are nanoseconds saved up.
#include "net/icmp_rate_limit.h"

#include <algorithm>

namespace net {

void IcmpRateLimit::Bucket::refill(uint64_t now_ns, uint64_t capacity_ns) {
    tokens_ns = std::min(tokens_ns + (now_ns - last_ns), capacity_ns);
    last_ns = now_ns;
}

IcmpRateLimit::Host& IcmpRateLimit::host(Ipv4Address address, uint64_t now_ns) {
    Host* oldest = &hosts_[0];
    for (Host& known : hosts_) {
        if (known.address == address)
            return known;
        if (known.last_ns < oldest->last_ns || known.address.is_any())
            oldest = &known;
    }
    oldest->address = address;
    oldest->tokens_ns = host_burst * host_interval_ns;
    oldest->last_ns = now_ns;
    return *oldest;
}

IcmpLimit IcmpRateLimit::take(Ipv4Address destination, uint64_t now_ns) {
    global_.refill(now_ns, global_burst * global_interval_ns);
    if (global_.tokens_ns < global_interval_ns)
        return IcmpLimit::Global;
    Host& receiver = host(destination, now_ns);
    receiver.refill(now_ns, host_burst * host_interval_ns);
    if (receiver.tokens_ns < host_interval_ns)
        return IcmpLimit::Host;
    receiver.tokens_ns -= host_interval_ns;
    global_.tokens_ns -= global_interval_ns;
    return IcmpLimit::Allowed;
}

} // namespace net
