// SPDX-License-Identifier: GPL-2.0-or-later
// The card as a client of QEMU's network layer: frames in and out, link, what the monitor shows.

#include "e100_device.h"

#include "block/aio.h"
#include "chip/c_views.h"
#include "net/eth.h"
#include "net/util.h"
#include "qapi/qapi-types-net.h"
#include "standard-headers/linux/virtio_net.h"

// QEMU's own function for that looks for the client's queue, with each frame.
static E100State* card_of(NetClientState* client) {
    return container_of(client->info, E100State, client_info);
}

// Only of a card that holds frames back: what this says is asked for each frame, and of the few that another
// card cannot take receive() says it as well.
static bool can_receive(NetClientState* client) {
    E100State* card = card_of(client);

    if (card->inside) {
        card->afterwards |= E100_TAKE_ANSWERS;
        return false;
    }
    return i8255x_can_receive(card->chip);
}

// 0 makes the network layer keep the frame until it is flushed.
static ssize_t receive(NetClientState* client, const uint8_t* frame, size_t bytes) {
    E100State* card = card_of(client);
    bool taken;

    if (!e100_enter(card)) {
        card->afterwards |= E100_TAKE_ANSWERS; // the peer answered while the chip was sending
        return 0;
    }
    taken = bytes < card->vnet_header_bytes ||
            i8255x_receive(card->chip, frame + card->vnet_header_bytes, bytes - card->vnet_header_bytes);
    e100_leave(card);
    return taken ? (ssize_t)bytes : 0;
}

static void link_status_changed(NetClientState* client) {
    E100State* card = card_of(client);

    if (e100_enter(card)) {
        i8255x_link_changed(card->chip, !client->link_down);
        e100_leave(card);
    }
}

// No lists of addresses: the chip filters multicast by a hash, and QEMU knows no state for that but
// "overflow".
static RxFilterInfo* query_rx_filter(NetClientState* client) {
    E100State* card = card_of(client);
    RxFilterInfo* info = g_new0(RxFilterInfo, 1);
    struct i8255x_state* state = g_new(struct i8255x_state, 1);
    struct i8255x_receive_filter filter;

    i8255x_save(card->chip, state);
    i8255x_receive_filter(state, &filter);
    g_free(state);
    info->name = g_strdup(client->name);
    info->promiscuous = filter.promiscuous;
    info->broadcast_allowed = filter.broadcast;
    info->unicast = RX_STATE_NORMAL;
    info->multicast = filter.all_multicast    ? RX_STATE_ALL
                      : filter.multicast_hash ? RX_STATE_NORMAL
                                              : RX_STATE_NONE;
    info->multicast_overflow = filter.multicast_hash;
    info->vlan = RX_STATE_ALL;
    info->main_mac = qemu_mac_strdup_printf(filter.address);
    return info;
}

void e100_connect(E100State* card) {
    DeviceState* device = DEVICE(card);
    const uint8_t* mac = card->conf.macaddr.a;
    NetClientState* client;

    card->client_info = (NetClientInfo){
        .type = NET_CLIENT_DRIVER_NIC,
        .size = sizeof(NICState),
        .can_receive = card->backpressure ? can_receive : NULL,
        .receive = receive,
        .link_status_changed = link_status_changed,
        .query_rx_filter = query_rx_filter,
    };
    card->nic = qemu_new_nic(&card->client_info, &card->conf, object_get_typename(OBJECT(card)), device->id,
                             &device->mem_reentrancy_guard, card);
    client = qemu_get_queue(card->nic);
    // Another card may have taken it over before.
    card->vnet_header_bytes = client->peer != NULL ? (size_t)client->peer->vnet_hdr_len : 0;
    qemu_set_info_str(client, "model=%s,macaddr=%02x:%02x:%02x:%02x:%02x:%02x,chip=%s", client->model, mac[0],
                      mac[1], mac[2], mac[3], mac[4], mac[5], card->identity.name);
    e100_start_listening(card);
    link_status_changed(client);
}

static void delete_nic(void* opaque) {
    E100State* card = opaque;

    qemu_del_nic(card->unplugged_nic);
    object_unref(OBJECT(card));
}

// A card that is unplugged by its own doings has QEMU's network layer above it, in the middle of handing over
// a frame: what belongs to it must not go before that is over.
void e100_disconnect(E100State* card) {
    NICState* nic = card->nic;

    e100_stop_listening(card);
    card->nic = NULL;
    if (!card->inside) {
        qemu_del_nic(nic);
        return;
    }
    card->unplugged_nic = nic;
    object_ref(OBJECT(card));
    aio_bh_schedule_oneshot(qemu_get_aio_context(), delete_nic, card);
}

static void transmit_with_header(E100State* card, const struct iovec* parts, int count) {
    static const uint8_t nothing_to_do[sizeof(struct virtio_net_hdr_v1_hash)];
    struct iovec with_header[1 + I8255X_MAX_SEND_PARTS] = {
        {(void*)nothing_to_do, card->vnet_header_bytes},
    };

    memcpy(&with_header[1], parts, (size_t)count * sizeof(*parts));
    qemu_sendv_packet(qemu_get_queue(card->nic), with_header, count + 1);
}

void e100_transmit(E100State* card, const struct iovec* parts, int count) {
    if (card->nic == NULL) {
        return;
    }
    if (card->vnet_header_bytes == 0) {
        qemu_sendv_packet(qemu_get_queue(card->nic), parts, count);
    } else {
        transmit_with_header(card, parts, count);
    }
}

// User networking ends TCP connections itself, and has its own buffers to bound what it takes. A filter wants
// frames, without a header.
enum i8255x_large_packets e100_large_packets(E100State* card) {
    NetClientState* backend = card->nic != NULL ? qemu_get_queue(card->nic)->peer : NULL;

    if (backend == NULL || !QTAILQ_EMPTY(&backend->filters)) {
        return I8255X_LARGE_REFUSED;
    }
    if (backend->info->type == NET_CLIENT_DRIVER_USER) {
        return I8255X_LARGE_TAKEN;
    }
    if (card->vnet_header_bytes == 0 && qemu_has_vnet_hdr(backend)) {
        card->afterwards |= E100_TAKE_OVER_VNET_HEADER;
    }
    return card->vnet_header_bytes == 0 ? I8255X_LARGE_REFUSED : I8255X_LARGE_CUT;
}

// To user networking it is a frame as any other.
void e100_transmit_large(E100State* card, const void* packet, size_t bytes,
                         const struct i8255x_segmentation* how) {
    struct virtio_net_hdr_v1_hash header = {
        .hdr =
            {
                .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
                .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
                .hdr_len = (uint16_t)how->payload,
                .gso_size = (uint16_t)how->most,
                .csum_start = (uint16_t)how->tcp,
                .csum_offset = offsetof(struct tcp_header, th_sum),
            },
    };
    const struct iovec parts[] = {{&header, card->vnet_header_bytes}, {(void*)packet, bytes}};

    if (card->nic != NULL) {
        qemu_sendv_packet(qemu_get_queue(card->nic), parts, ARRAY_SIZE(parts));
    }
}

// Not before a card has something large to send: another kind of card that takes its place at this backend
// later would not know the header. Nothing may be under way that has none.
void e100_take_over_backends_header(E100State* card) {
    NetClientState *client, *backend;

    if (card->nic == NULL || card->vnet_header_bytes != 0) {
        return;
    }
    client = qemu_get_queue(card->nic);
    backend = client->peer;
    if (backend != NULL && qemu_net_queue_flush(client->incoming_queue) &&
        qemu_net_queue_flush(backend->incoming_queue)) {
        card->vnet_header_bytes = sizeof(struct virtio_net_hdr);
        e100_take_over_vnet_header(backend, sizeof(struct virtio_net_hdr));
    }
}

void e100_flush_held_frames(E100State* card) {
    if (card->nic != NULL) {
        qemu_flush_queued_packets(qemu_get_queue(card->nic));
    }
}

// QEMU's function for that would wake the main loop, as a backend may have stopped to listen meanwhile: for
// user networking's acknowledgement of each segment. But nobody but a hub has stopped: who answers is here.
void e100_take_answers(E100State* card) {
    NetClientState* client;

    if (card->nic == NULL) {
        return;
    }
    client = qemu_get_queue(card->nic);
    if (client->peer != NULL && client->peer->info->type == NET_CLIENT_DRIVER_HUBPORT) {
        e100_flush_held_frames(card);
        return;
    }
    client->receive_disabled = 0;
    qemu_net_queue_flush(client->incoming_queue);
}
