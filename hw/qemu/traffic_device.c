// SPDX-License-Identifier: GPL-2.0-or-later
// A network tester as a QEMU device: its properties, clock and place in QEMU's network.

#include "traffic_device.h"

#include "compat.h"

#include "net/net.h"
#include "qapi/error.h"
#include "qapi/qapi-builtin-visit.h"
#include "qapi/visitor.h"
#include "qemu/timer.h"

#include "traffic/c_api.h"

OBJECT_DECLARE_SIMPLE_TYPE(E100Traffic, E100_TRAFFIC)

struct E100Traffic {
    DeviceState parent_obj;

    NICConf conf; // `netdev` alone
    struct traffic_options options;
    MACAddr source_mac, destination_mac;
    char *size, *arrivals, *source_ip, *destination_ip;
    bool start_at_once; // `running` before realize

    struct traffic_tester* tester;
    NICState* nic; // NULL before realize
    QEMUTimer due;
    QEMUTimer pause; // see send_what_is_due()
    VMChangeStateEntry* run_state_watch;
};

static int64_t now_ns(void) { return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL); }

// QEMU's network layer keeps a frame that a peer does not take, and delivers it later; a generator that is to
// offer a load takes it back, or better does not give it away at all.
static bool send_frame(void* opaque, const uint8_t* frame, size_t bytes) {
    E100Traffic* traffic = opaque;
    NetClientState* client = qemu_get_queue(traffic->nic);
    ssize_t sent;

    if (client->link_down || !qemu_can_send_packet(client)) {
        return false;
    }
    sent = qemu_send_packet(client, frame, (int)bytes);
    if (sent == 0) {
        qemu_purge_queued_packets(client);
    }
    return sent > 0;
}

static void send_answer(void* opaque, const uint8_t* frame, size_t bytes) {
    E100Traffic* traffic = opaque;

    qemu_send_packet(qemu_get_queue(traffic->nic), frame, (int)bytes);
}

static const struct traffic_host host = {.send = send_frame, .answer = send_answer};

static ssize_t hear_frame(NetClientState* client, const uint8_t* frame, size_t bytes) {
    E100Traffic* traffic = qemu_get_nic_opaque(client);

    traffic_received(traffic->tester, frame, bytes, now_ns());
    return (ssize_t)bytes;
}

static NetClientInfo client_info = {
    .type = NET_CLIENT_DRIVER_NIC,
    .size = sizeof(NICState),
    .receive = hear_frame,
};

// A machine that is suspended runs, as far as its surroundings are concerned.
static bool machine_is_stopped(void) {
    return !runstate_is_running() && !runstate_check(RUN_STATE_SUSPENDED);
}

// The second timer fires behind the first one, so it is still due while that one's frames are sent.
static void arm(E100Traffic* traffic, int64_t at) {
    timer_mod_ns(&traffic->due, at);
    timer_mod_ns(&traffic->pause, at);
}

static void disarm(E100Traffic* traffic) {
    timer_del(&traffic->due);
    timer_del(&traffic->pause);
}

// With -icount a timer may still fire when the machine has just stopped: then its time comes when it goes on.
//
// With -icount,sleep=off QEMU moves an idle machine's clock to the earliest deadline whenever a timer is
// armed, also within this call: by a card that waits for more frames, say. And a CPU that another timer of
// the same moment has woken runs up to the earliest deadline while QEMU's main thread is in here. While a
// timer is due, the clock stands still and no CPU runs; and QEMU takes a timer off its list before it calls
// it. So it is the other one.
static void send_what_is_due(void* opaque) {
    E100Traffic* traffic = opaque;
    int64_t next;

    if (machine_is_stopped()) {
        return;
    }
    next = traffic_run(traffic->tester, now_ns());
    if (next >= 0) {
        arm(traffic, next);
    } else {
        disarm(traffic);
    }
}

static void do_nothing(void* opaque) { (void)opaque; }

static void run_state_changed(void* opaque, bool running, RunState state) {
    E100Traffic* traffic = opaque;

    (void)state;
    if (running) {
        arm(traffic, now_ns());
    }
}

static bool configure(E100Traffic* traffic, Error** errp) {
    struct traffic_options options = traffic->options;
    const char* error;

    memcpy(options.source_mac, traffic->source_mac.a, sizeof(options.source_mac));
    memcpy(options.destination_mac, traffic->destination_mac.a, sizeof(options.destination_mac));
    options.size = traffic->size;
    options.arrivals = traffic->arrivals;
    options.source_ip = traffic->source_ip;
    options.destination_ip = traffic->destination_ip;
    error = traffic_configure(traffic->tester, &options);
    if (error != NULL) {
        error_setg(errp, "%s", error);
    }
    return error == NULL;
}

static void start(E100Traffic* traffic) {
    int64_t now = now_ns();

    traffic_start(traffic->tester, now);
    // Also for a frame that is due at once: the timer is what respects a stopped machine.
    arm(traffic, now);
}

static void realize(DeviceState* device, Error** errp) {
    E100Traffic* traffic = E100_TRAFFIC(device);
    NetClientState* client;

    if (traffic->conf.peers.ncs[0] == NULL) {
        error_setg(errp, "netdev= is missing: the generator needs a network, a hubport for instance");
        return;
    }
    if (!configure(traffic, errp)) {
        return;
    }
    traffic->conf.macaddr = traffic->source_mac;
    traffic->nic = qemu_new_nic(&client_info, &traffic->conf, object_get_typename(OBJECT(device)), device->id,
                                &device->mem_reentrancy_guard, traffic);
    client = qemu_get_queue(traffic->nic);
    qemu_set_info_str(client, "model=%s,%s to %s", client->model, traffic->source_ip,
                      traffic->destination_ip);
    traffic->run_state_watch = qemu_add_vm_change_state_handler(run_state_changed, traffic);
    if (traffic->start_at_once) {
        start(traffic);
    }
}

static void unrealize(DeviceState* device) {
    E100Traffic* traffic = E100_TRAFFIC(device);

    qemu_del_vm_change_state_handler(traffic->run_state_watch);
    disarm(traffic);
    qemu_del_nic(traffic->nic);
    traffic->nic = NULL;
}

static bool get_running(Object* object, Error** errp) {
    E100Traffic* traffic = E100_TRAFFIC(object);

    (void)errp;
    return traffic->nic == NULL ? traffic->start_at_once : traffic_running(traffic->tester);
}

static void set_running(Object* object, bool running, Error** errp) {
    E100Traffic* traffic = E100_TRAFFIC(object);

    if (traffic->nic == NULL) {
        traffic->start_at_once = running;
    } else if (!running) {
        traffic_stop(traffic->tester);
    } else if (!traffic_running(traffic->tester) && configure(traffic, errp)) {
        start(traffic);
    }
}

static bool visit_histogram(Visitor* visitor, const uint64_t* buckets, Error** errp) {
    uint64List *list = NULL, **tail = &list;
    unsigned used = TRAFFIC_LATENCY_BUCKETS;
    bool good;

    while (used > 0 && buckets[used - 1] == 0) {
        used--;
    }
    for (unsigned i = 0; i < used; i++) {
        QAPI_LIST_APPEND(tail, buckets[i]);
    }
    good = visit_type_uint64List(visitor, "latency-histogram", &list, errp);
    qapi_free_uint64List(list);
    return good;
}

// All at once, so that they fit each other also while the machine runs.
static void get_counters(Object* object, Visitor* visitor, const char* name, void* opaque, Error** errp) {
    struct traffic_counters counters = *traffic_get_counters(E100_TRAFFIC(object)->tester);

    (void)opaque;
    if (!visit_start_struct(visitor, name, NULL, 0, errp)) {
        return;
    }
#define VISIT_COUNTER(member, text) visit_type_uint64(visitor, text, &counters.member, errp)&&
    if (TRAFFIC_COUNTERS(VISIT_COUNTER) visit_histogram(visitor, counters.latency_histogram, errp)) {
        visit_check_struct(visitor, errp);
    }
#undef VISIT_COUNTER
    visit_end_struct(visitor, NULL);
}

static void instance_init(Object* object) {
    E100Traffic* traffic = E100_TRAFFIC(object);

    traffic->size = g_strdup("60");
    traffic->arrivals = g_strdup("cbr");
    traffic->source_ip = g_strdup("10.0.2.2");
    traffic->destination_ip = g_strdup("10.0.2.15");
    traffic->source_mac = (MACAddr){{0x02, 0x00, 0x00, 0xe1, 0x00, 0x00}};
    traffic->destination_mac = (MACAddr){{0x52, 0x54, 0x00, 0x12, 0x34, 0x56}};
    traffic->start_at_once = true;
    traffic->tester = traffic_new(&host, traffic);
    timer_init_ns(&traffic->due, QEMU_CLOCK_VIRTUAL, send_what_is_due, traffic);
    timer_init_ns(&traffic->pause, QEMU_CLOCK_VIRTUAL, do_nothing, traffic);
}

static void instance_finalize(Object* object) { traffic_free(E100_TRAFFIC(object)->tester); }

// Each run takes the properties as they are when it begins; so all of them may change afterwards, too, which
// QEMU's own kinds of properties do not allow. Filled from those before use.
static PropertyInfo any_uint16, any_uint32, any_uint64, any_string, any_mac;

static void init_property_kinds(void) {
    const struct {
        PropertyInfo* own;
        const PropertyInfo* qemu;
    } kinds[] = {{&any_uint16, &qdev_prop_uint16},
                 {&any_uint32, &qdev_prop_uint32},
                 {&any_uint64, &qdev_prop_uint64},
                 {&any_string, &qdev_prop_string},
                 {&any_mac, &qdev_prop_macaddr}};

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        *kinds[i].own = *kinds[i].qemu;
        kinds[i].own->realized_set_allowed = true;
    }
}

#define NUMBER(name, field, standard, bits)                                                                  \
    DEFINE_PROP_UNSIGNED(name, E100Traffic, options.field, standard, any_uint##bits, uint##bits##_t)
#define TEXT(name, field) DEFINE_PROP(name, E100Traffic, field, any_string, char*)
#define MAC(name, field) DEFINE_PROP(name, E100Traffic, field, any_mac, MACAddr)

E100_PROPERTIES properties[] = {DEFINE_PROP_NETDEV("netdev", E100Traffic, conf.peers),
                                NUMBER("rate", rate, 1000, 64),
                                NUMBER("count", count, 0, 64),
                                TEXT("size", size),
                                TEXT("arrivals", arrivals),
                                NUMBER("burst", burst, 0, 32),
                                NUMBER("wire-mbps", wire_mbps, 0, 32),
                                NUMBER("delay-ns", delay_ns, 0, 64),
                                NUMBER("seed", seed, 1, 64),
                                NUMBER("flows", flows, 1, 32),
                                NUMBER("first-flow", first_flow, 0, 32),
                                MAC("src-mac", source_mac),
                                MAC("dst-mac", destination_mac),
                                TEXT("src-ip", source_ip),
                                TEXT("dst-ip", destination_ip),
                                NUMBER("src-port", source_port, 1024, 16),
                                NUMBER("dst-port", destination_port, 9, 16),
                                E100_END_OF_PROPERTIES};

static void describe_properties(ObjectClass* class) {
    static const char* const texts[][2] = {
        {"netdev", "the network that the frames go to, a hubport for instance"},
        {"rate", "frames a second, on average (1 to 1000000000)"},
        {"count", "frames of a run; 0: without end"},
        {"size", "bytes of a frame without FCS (60 to 1514), or a mixture: SIZExWEIGHT:SIZExWEIGHT:…"},
        {"arrivals", "cbr (equal distances), poisson, or burst (several at once)"},
        {"burst", "frames that arrive at once with arrivals=burst (1 to 4096; 0: 32)"},
        {"wire-mbps", "a frame begins when a wire of so many Mb/s has carried the one before; 0: no wire"},
        {"delay-ns", "from the start of a run to its first frame"},
        {"seed", "of what is random; the same seed gives the same run"},
        {"flows", "UDP flows that take turns, each with a source port of its own (1 to 1024)"},
        {"first-flow", "number of the first flow, for generators that share a receiver"},
        {"src-mac", "Ethernet address of the generator"},
        {"dst-mac", "Ethernet address that the frames are for"},
        {"src-ip", "IPv4 address of the generator; ARP requests for it are answered"},
        {"dst-ip", "IPv4 address that the frames are for"},
        {"src-port", "UDP source port of flow 0"},
        {"dst-port", "UDP port that the frames are for"},
        {"running", "whether frames are sent; on begins a run with the properties as they are then"},
        {"counters", "what was sent and received (read only)"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        object_class_property_set_description(class, texts[i][0], texts[i][1]);
    }
}

// The load belongs to the machine's surroundings, which do not move with it.
static const VMStateDescription refuses_migration = {.name = TYPE_E100_TRAFFIC, .unmigratable = 1};

static void class_init(ObjectClass* class, E100ClassData* data) {
    DeviceClass* device = DEVICE_CLASS(class);

    (void)data;
    device->desc = "traffic generator and counter for network cards, of the e100 plugin";
    device->vmsd = &refuses_migration;
    device->realize = realize;
    device->unrealize = unrealize;
    device->hotpluggable = false; // QEMU aborts when a device without a bus is unplugged
    set_bit(DEVICE_CATEGORY_NETWORK, device->categories);
    device_class_set_props(device, properties);
    object_class_property_add_bool(class, "running", get_running, set_running);
    object_class_property_add(class, "counters", "struct", get_counters, NULL, NULL, NULL);
    describe_properties(class);
}

static const TypeInfo traffic_type = {
    .name = TYPE_E100_TRAFFIC,
    .parent = TYPE_DEVICE,
    .instance_size = sizeof(E100Traffic),
    .instance_init = instance_init,
    .instance_finalize = instance_finalize,
    .class_init = class_init,
};

void e100_traffic_register_type(void) {
    if (any_string.set == NULL) {
        init_property_kinds();
        type_register_static(&traffic_type);
    }
}
