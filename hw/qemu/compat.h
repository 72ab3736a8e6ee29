// SPDX-License-Identifier: GPL-2.0-or-later
// Everything that differs between the QEMU versions the device is compiled for (7.2 and 10.0), and the QEMU
// headers that all files of the device share. No other file asks for a QEMU version.
#pragma once

#include "qemu/osdep.h"

#include "hw/pci/pci.h"
#include "hw/qdev-properties-system.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "net/net.h"
#include "trace/control.h"

#if QEMU_VERSION_MAJOR >= 10
#include "hw/pci/pci_device.h"
#include "system/block-backend.h"
#include "system/dma.h"
#include "system/runstate.h"
#include "system/system.h"
#include "system/xen.h"
#else
#include "sysemu/block-backend.h"
#include "sysemu/dma.h"
#include "sysemu/runstate.h"
#include "sysemu/sysemu.h"
#include "sysemu/xen.h"
#endif

// Moved after 10.0.
#if __has_include("system/ramlist.h")
#include "system/ramlist.h"
#else
#include "exec/ramlist.h"
#endif

// A backend that adds an empty virtio_net_hdr to each frame itself leaves it to the card from then on; there
// is no way back. Up to 9.0 that was said twice.
static inline void e100_take_over_vnet_header(NetClientState* backend, int bytes) {
    qemu_set_vnet_hdr_len(backend, bytes);
#if QEMU_VERSION_MAJOR < 10
    qemu_using_vnet_hdr(backend, true);
#endif
}

// Property arrays end with an empty entry up to 9.x; from 10.0 they are const and counted.
#if QEMU_VERSION_MAJOR >= 10
#define E100_PROPERTIES static const Property
#define E100_END_OF_PROPERTIES
#else
#define E100_PROPERTIES static Property
#define E100_END_OF_PROPERTIES DEFINE_PROP_END_OF_LIST(),
#endif

// The second argument of TypeInfo.class_init became const in 10.1.
#if QEMU_VERSION_MAJOR > 10 || (QEMU_VERSION_MAJOR == 10 && QEMU_VERSION_MINOR >= 1)
typedef const void E100ClassData;
#else
typedef void E100ClassData;
#endif

// A trace event that was not bound to a virtual CPU had to say so up to 8.x.
#if QEMU_VERSION_MAJOR >= 9
#define E100_TRACE_EVENT_OF_NO_CPU
#else
#define E100_TRACE_EVENT_OF_NO_CPU .vcpu_id = TRACE_VCPU_EVENT_NONE,
#endif

static inline void e100_class_set_reset(DeviceClass* class, void (*reset)(DeviceState* device)) {
#if QEMU_VERSION_MAJOR >= 10
    device_class_set_legacy_reset(class, reset);
#else
    class->reset = reset;
#endif
}

// From 10.0 the PCI core knows where the capability is and follows the power state itself.
static inline bool e100_add_pm_capability(PCIDevice* pci, uint8_t offset, Error** errp) {
#if QEMU_VERSION_MAJOR >= 10
    return pci_pm_init(pci, offset, errp) >= 0;
#else
    return pci_add_capability(pci, PCI_CAP_ID_PM, offset, PCI_PM_SIZEOF, errp) >= 0;
#endif
}
