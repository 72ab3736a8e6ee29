// SPDX-License-Identifier: GPL-2.0-or-later
// The two ways into a stock QEMU: `-plugin e100.so`, and LD_PRELOAD=e100.so, with which the type is known
// before the command line is read.

// Weak: with LD_PRELOAD the constructor runs in every program that inherits the variable.
#pragma weak register_module_init
#pragma weak qmp_query_version
#pragma weak pci_register_bar

#include "abi_guard.h"
#include "e100_device.h"
#include "timeline_device.h"
#include "traffic_device.h"

#include <dlfcn.h>

#include "qapi/qapi-commands-control.h"
#include "qemu/error-report.h"
#include "qemu/module.h"
#include "qemu/qemu-plugin.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

// Also false in QEMU's tools, which know devices but no PCI.
static bool in_system_emulator(void) {
    return register_module_init != NULL && qmp_query_version != NULL && pci_register_bar != NULL;
}

static void init_trace(void) {
    abi_guard_check();
    e100_trace_register();
}

static void register_types(void) {
    e100_register_type();
    e100_timeline_register_type();
    e100_traffic_register_type();
}

static void init_types(void) {
    abi_guard_check();
    register_types();
}

// Helpers that QEMU starts shall not load the card.
static void remove_from_preload(void) {
    const char* variable = getenv("LD_PRELOAD");
    g_auto(GStrv) objects = NULL;
    g_autoptr(GString) others = NULL;
    Dl_info own;

    if (variable == NULL || dladdr(&qemu_plugin_version, &own) == 0) {
        return;
    }
    objects = g_strsplit_set(variable, " :", -1);
    others = g_string_new(NULL);
    for (char** object = objects; *object != NULL; object++) {
        if (**object != '\0' && strcmp(*object, own.dli_fname) != 0) {
            g_string_append_printf(others, "%s%s", others->len > 0 ? ":" : "", *object);
        }
    }
    if (others->len > 0) {
        setenv("LD_PRELOAD", others->str, 1);
    } else {
        unsetenv("LD_PRELOAD");
    }
}

static __attribute__((constructor)) void loaded(void) {
    if (!in_system_emulator()) {
        return;
    }
    remove_from_preload();
    qemu_plugin_version = abi_guard_plugin_version();
    // Of no effect when QEMU is past these stages, as it is with -plugin.
    register_module_init(init_trace, MODULE_INIT_TRACE);
    register_module_init(init_types, MODULE_INIT_QOM);
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc,
                                           char** argv) {
    (void)id, (void)argv;
    if (!info->system_emulation || !in_system_emulator()) {
        error_report("the e100 plugin is a PCI card, and this QEMU emulates no machine with PCI");
        exit(EXIT_FAILURE);
    }
    if (argc > 0) {
        error_report("the e100 plugin takes no arguments; the card's properties belong to -device e100");
        exit(EXIT_FAILURE);
    }
    abi_guard_check();
    if (object_class_by_name(TYPE_E100) != NULL) {
        return 0; // preloaded
    }
    e100_trace_register();
    e100_trace_apply_options();
    register_types();
    return 0;
}
