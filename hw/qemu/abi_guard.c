// SPDX-License-Identifier: GPL-2.0-or-later
// Compares version and structures of the running QEMU with those this object was compiled for.

// Weak, because a wrong QEMU, or another program altogether, may not have them.
#pragma weak qmp_query_version
#pragma weak vmstate_pci_device
#pragma weak object_type_get_instance_size

#include "abi_guard.h"
#include "compat.h"

#include "qapi/qapi-commands-control.h"

enum { FIRST_VERSION_WITH_PLUGIN_API_2 = 9 };

struct known_field {
    const char* name;
    size_t offset;
};

// The structure every PCI device of QEMU begins with; these offsets move whenever anything in front of them
// does.
static const struct known_field known_fields[] = {
    {"version_id", offsetof(PCIDevice, version_id)},
    {"config", offsetof(PCIDevice, config)},
    {"irq_state", offsetof(PCIDevice, irq_state)},
};

static bool pretend(const char* difference) { return g_strcmp0(g_getenv("E100_ABI_TEST"), difference) == 0; }

static char* running_version(void) {
    VersionInfo* info = qmp_query_version(NULL);
    char* text;

    if (pretend("version")) {
        info->qemu->major++;
    }
    text = g_strdup_printf("%" PRId64 ".%" PRId64 ".%" PRId64, info->qemu->major, info->qemu->minor,
                           info->qemu->micro);
    qapi_free_VersionInfo(info);
    return text;
}

static bool agrees(const struct known_field* known) {
    const VMStateField* field = vmstate_pci_device.fields;
    size_t offset = known->offset + (pretend("layout") ? sizeof(void*) : 0);

    while (field->name != NULL && strcmp(field->name, known->name) != 0) {
        field++;
    }
    return field->name != NULL && field->offset == offset;
}

static bool same_layout(void) {
    for (size_t i = 0; i < ARRAY_SIZE(known_fields); i++) {
        if (!agrees(&known_fields[i])) {
            return false;
        }
    }
    return true;
}

// Not by error_report(): with LD_PRELOAD this is before QEMU has set up what that needs.
static G_NORETURN void refuse(const char* difference) {
    fprintf(stderr,
            "%s: the e100 plugin was compiled for QEMU %d.%d.%d and does not fit this one, %s: compile it "
            "again with "
            "the headers of this QEMU (tools/qemu-headers)\n",
            g_get_prgname(), QEMU_VERSION_MAJOR, QEMU_VERSION_MINOR, QEMU_VERSION_MICRO, difference);
    exit(EXIT_FAILURE);
}

void abi_guard_check(void) {
    g_autofree char* version = running_version();
    g_autofree char* compiled =
        g_strdup_printf("%d.%d.%d", QEMU_VERSION_MAJOR, QEMU_VERSION_MINOR, QEMU_VERSION_MICRO);

    if (strcmp(version, compiled) != 0) {
        g_autofree char* difference = g_strdup_printf("which is %s", version);

        refuse(difference);
    }
    if (!same_layout()) {
        refuse("whose structures are laid out differently");
    }
}

int abi_guard_plugin_version(void) {
    VersionInfo* info = qmp_query_version(NULL);
    int version = info->qemu->major >= FIRST_VERSION_WITH_PLUGIN_API_2 ? 2 : 1;

    qapi_free_VersionInfo(info);
    return version;
}
