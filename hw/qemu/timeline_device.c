// SPDX-License-Identifier: GPL-2.0-or-later
// Writes one run to a file, one line per record (hw/timeline/stream.h has the format). Both the cards' steps
// and the guest's records, which come through a port, get the virtual clock's time here, under QEMU's lock:
// so they are in order, and there are no two clocks to be compared.

#include "timeline_device.h"

#include "compat.h"

#include "chip/trace_event.h"
#include "exec/address-spaces.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/timer.h"
#include "timeline/port.h"

#if QEMU_VERSION_MAJOR >= 10
#include "system/address-spaces.h"
#endif

enum { DEFAULT_LIMIT = 500000, FILE_BUFFER_BYTES = 1 << 20 };

OBJECT_DECLARE_SIMPLE_TYPE(E100Timeline, E100_TIMELINE)

struct E100Timeline {
    DeviceState parent_obj;

    char* file_name;
    uint64_t limit; // lines; what comes after is counted

    FILE* file; // NULL before realize, and after an error
    uint64_t written, lost;
    MemoryRegion ports;
    Notifier at_exit;
};

bool e100_timeline_on;
static E100Timeline* recorder; // the only one

// False, and the record is lost, when the file is as long as it may be or cannot be written.
static bool may_write(E100Timeline* timeline) {
    if (timeline->file == NULL || timeline->written >= timeline->limit) {
        timeline->lost++;
        return false;
    }
    timeline->written++;
    return true;
}

static void check_file(E100Timeline* timeline) {
    if (!ferror(timeline->file)) {
        return;
    }
    error_report("e100-timeline: %s cannot be written (%s); the recording ends here", timeline->file_name,
                 strerror(errno));
    fclose(timeline->file);
    timeline->file = NULL;
    e100_timeline_on = false;
}

static int64_t now_ns(void) { return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL); }

void e100_timeline_card_event(const char* card, unsigned event, uint32_t a, uint32_t b) {
    if (may_write(recorder)) {
        fprintf(recorder->file, "d\t%" PRId64 "\t%s\t%u\t%" PRIu32 "\t%" PRIu32 "\n", now_ns(), card, event,
                a, b);
        check_file(recorder);
    }
}

static bool read_guest(uint32_t address, void* into, size_t bytes) {
    return dma_memory_read(&address_space_memory, address, into, bytes, MEMTXATTRS_UNSPECIFIED) == MEMTX_OK;
}

static void guest_record(E100Timeline* timeline, uint32_t address) {
    struct timeline_record record;

    if (!read_guest(address, &record, sizeof(record))) {
        timeline->lost++;
    } else if (may_write(timeline)) {
        fprintf(timeline->file, "g\t%" PRId64 "\t%u\t%u\t%u\t%" PRIu32 "\t%" PRIu32 "\n", now_ns(),
                record.cpu, record.context, le16_to_cpu(record.event), le32_to_cpu(record.a),
                le32_to_cpu(record.b));
    }
}

// The guest cannot write a line of its own: what would end this one becomes a question mark.
static void guest_text(E100Timeline* timeline, uint32_t address) {
    char text[TIMELINE_TEXT_BYTES];

    if (!read_guest(address, text, sizeof(text))) {
        timeline->lost++;
    } else if (may_write(timeline)) {
        text[sizeof(text) - 1] = '\0';
        for (char* byte = text; *byte != '\0'; byte++) {
            *byte = g_ascii_isprint(*byte) || *byte == '\t' ? *byte : '?';
        }
        fprintf(timeline->file, "t\t%s\n", text);
    }
}

static uint64_t read_port(void* opaque, hwaddr offset, unsigned bytes) {
    (void)opaque, (void)bytes;
    return offset == TIMELINE_PORT_RECORD ? TIMELINE_MAGIC : UINT32_MAX;
}

static void write_port(void* opaque, hwaddr offset, uint64_t value, unsigned bytes) {
    E100Timeline* timeline = opaque;

    (void)bytes;
    if (offset == TIMELINE_PORT_RECORD) {
        guest_record(timeline, (uint32_t)value);
    } else {
        guest_text(timeline, (uint32_t)value);
    }
    if (timeline->file != NULL) {
        check_file(timeline);
    }
}

static const MemoryRegionOps port_operations = {
    .read = read_port,
    .write = write_port,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = {.min_access_size = 4, .max_access_size = 4},
};

static void write_head(E100Timeline* timeline) {
    static const struct {
        const char *name, *a, *b;
    } events[] = {
#define EVENT_TEXT(enumerator, name, a, b) {name, a, b},
        I8255X_TRACE_EVENTS(EVENT_TEXT)
#undef EVENT_TEXT
    };

    fputs("e100-timeline\t1\n", timeline->file);
    for (unsigned i = 0; i < ARRAY_SIZE(events); i++) {
        fprintf(timeline->file, "e\t%u\t%s\t%s\t%s\n", i, events[i].name, events[i].a, events[i].b);
    }
}

static void finish(E100Timeline* timeline) {
    if (timeline->file == NULL) {
        return;
    }
    e100_timeline_on = false;
    fprintf(timeline->file, "end\t%" PRIu64 "\t%" PRIu64 "\n", timeline->written, timeline->lost);
    if (fclose(timeline->file) != 0) {
        error_report("e100-timeline: %s was not written completely (%s)", timeline->file_name,
                     strerror(errno));
    }
    timeline->file = NULL;
}

static void machine_ends(Notifier* notifier, void* data) {
    (void)data;
    finish(container_of(notifier, E100Timeline, at_exit));
}

static void realize(DeviceState* device, Error** errp) {
    E100Timeline* timeline = E100_TIMELINE(device);

    if (recorder != NULL) {
        error_setg(errp, "there is one " TYPE_E100_TIMELINE " already");
        return;
    }
    if (timeline->file_name == NULL) {
        error_setg(errp, "file= is missing: where the timeline shall be written");
        return;
    }
    timeline->file = fopen(timeline->file_name, "we");
    if (timeline->file == NULL) {
        error_setg_errno(errp, errno, "cannot write %s", timeline->file_name);
        return;
    }
    setvbuf(timeline->file, NULL, _IOFBF, FILE_BUFFER_BYTES);
    write_head(timeline);
    memory_region_init_io(&timeline->ports, OBJECT(device), &port_operations, timeline, TYPE_E100_TIMELINE,
                          TIMELINE_PORTS);
    memory_region_add_subregion(get_system_io(), TIMELINE_PORT, &timeline->ports);
    timeline->at_exit.notify = machine_ends;
    qemu_add_exit_notifier(&timeline->at_exit);
    recorder = timeline;
    e100_timeline_on = true;
}

E100_PROPERTIES properties[] = {DEFINE_PROP_STRING("file", E100Timeline, file_name),
                                DEFINE_PROP_UINT64("limit", E100Timeline, limit, DEFAULT_LIMIT),
                                E100_END_OF_PROPERTIES};

// The file does not move with the machine.
static const VMStateDescription refuses_migration = {.name = TYPE_E100_TIMELINE, .unmigratable = 1};

static void class_init(ObjectClass* class, E100ClassData* data) {
    DeviceClass* device = DEVICE_CLASS(class);

    (void)data;
    device->desc = "records what e100 cards and their guest do, of the e100 plugin";
    device->vmsd = &refuses_migration;
    device->realize = realize;
    device->hotpluggable = false; // QEMU aborts when a device without a bus is unplugged
    set_bit(DEVICE_CATEGORY_MISC, device->categories);
    device_class_set_props(device, properties);
    object_class_property_set_description(class, "file",
                                          "where the records go; an existing file is replaced");
    object_class_property_set_description(class, "limit",
                                          "records that the file takes; more are counted as lost");
}

static const TypeInfo timeline_type = {
    .name = TYPE_E100_TIMELINE,
    .parent = TYPE_DEVICE,
    .instance_size = sizeof(E100Timeline),
    .class_init = class_init,
};

void e100_timeline_register_type(void) {
    static bool known;

    if (!known) {
        known = true;
        type_register_static(&timeline_type);
    }
}
