// SPDX-License-Identifier: GPL-2.0-or-later
// Interrupt lines as the architecture's own devices use them; others use arch/irq.h.
#pragma once

#include "arch/irq.h"
#include "arch/x86_64/apic.h"

namespace x86 {

arch::IrqError request_irq(unsigned line, Trigger trigger, const char* name, arch::IrqHandler handler,
                           void* cookie);
/// Serves the input with this vector: all handlers of the line, then the end of interrupt.
void serve_line(unsigned vector);

} // namespace x86
