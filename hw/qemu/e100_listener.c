// SPDX-License-Identifier: GPL-2.0-or-later
// The ear of a sleeping card in a suspended machine (ACPI S3). QEMU's network layer holds all frames back
// until the machine runs again, so none could wake it. A filter in front of the card's queue hears them
// nevertheless.

#include "e100_device.h"

#include "net/filter.h"
#include "qemu/iov.h"

#define TYPE_E100_LISTENER "e100-listener"

typedef struct E100Listener {
    NetFilterState parent_obj;
    E100State* card; // NULL if a user made the object
} E100Listener;

DECLARE_INSTANCE_CHECKER(E100Listener, E100_LISTENER, TYPE_E100_LISTENER)

// 0 lets a frame go its usual way. Below D0 the chip keeps none, so what it heard need not come again.
static ssize_t hear(NetFilterState* filter, NetClientState* sender, unsigned flags, const struct iovec* parts,
                    int count, NetPacketSent* sent) {
    E100State* card = E100_LISTENER(filter)->card;
    size_t bytes = iov_size(parts, (unsigned)count), header;
    g_autofree uint8_t* frame = NULL;

    (void)sender, (void)flags, (void)sent;
    if (card == NULL || card->powered || !runstate_check(RUN_STATE_SUSPENDED) || !e100_enter(card)) {
        return 0;
    }
    header = MIN(card->vnet_header_bytes, bytes);
    frame = g_malloc(bytes);
    iov_to_buf(parts, (unsigned)count, header, frame, bytes - header);
    i8255x_receive(card->chip, frame, bytes - header);
    e100_leave(card);
    return (ssize_t)bytes;
}

static void class_init(ObjectClass* class, E100ClassData* data) {
    (void)data;
    NETFILTER_CLASS(class)->receive_iov = hear;
}

static const TypeInfo listener_type = {
    .name = TYPE_E100_LISTENER,
    .parent = TYPE_NETFILTER,
    .instance_size = sizeof(E100Listener),
    .class_init = class_init,
};

void e100_register_listener(void) { type_register_static(&listener_type); }

void e100_start_listening(E100State* card) {
    NetClientState* client = qemu_get_queue(card->nic);
    NetFilterState* filter = NETFILTER(object_new(TYPE_E100_LISTENER));

    E100_LISTENER(filter)->card = card;
    filter->direction = NET_FILTER_DIRECTION_RX;
    filter->netdev = client;
    filter->on = !card->powered;
    QTAILQ_INSERT_TAIL(&client->filters, filter, next);
    card->listener = OBJECT(filter);
}

void e100_listen_while_asleep(E100State* card) {
    if (card->listener != NULL) {
        NETFILTER(card->listener)->on = !card->powered; // off, it costs a frame nothing
    }
}

// The filter takes itself out of the client's list.
void e100_stop_listening(E100State* card) {
    object_unref(card->listener);
    card->listener = NULL;
}
