// SPDX-License-Identifier: GPL-2.0-or-later
// The QOM type `e100-traffic`: a network tester (traffic/c_api.h) on QEMU's virtual clock, without a bus.
#pragma once

#define TYPE_E100_TRAFFIC "e100-traffic"

// Makes the type known to QEMU; again is harmless.
void e100_traffic_register_type(void);
