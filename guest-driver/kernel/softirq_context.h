// SPDX-License-Identifier: GPL-2.0-or-later
// What only the softirq loop may do with the preempt count.
#pragma once

#include <cstdint>

namespace kernel {

void softirq_serving_begin();
void softirq_serving_end();
uint32_t preempt_count();
/// Repairs what a handler left unbalanced.
void set_preempt_count(uint32_t count);

} // namespace kernel
