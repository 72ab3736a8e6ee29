// SPDX-License-Identifier: GPL-2.0-or-later
// The QOM type `e100`: its properties, its birth and its end.

#include "e100_device.h"

#include "qapi/error.h"
#include "qemu/datadir.h"

// iPXE's image for the family; it boots BIOS and UEFI machines.
static const char boot_rom[] = "efi-eepro100.rom";

static char* chip_names(void) {
    GString* names = g_string_new(NULL);
    const char* name;

    for (unsigned i = 0; (name = i8255x_name(i)) != NULL; i++) {
        g_string_append_printf(names, "%s%s", i == 0 ? "" : ", ", name);
    }
    return g_string_free(names, FALSE);
}

static bool find_chip(E100State* card, Error** errp) {
    g_autofree char* names = NULL;

    if (i8255x_find(card->chip_name, &card->identity)) {
        return true;
    }
    names = chip_names();
    error_setg(errp, "there is no chip '%s'; chip= takes one of %s", card->chip_name, names);
    return false;
}

static void build_chip(E100State* card) {
    i8255x_free(card->chip); // of an earlier attempt to realize
    i8255x_default_eeprom(card->identity.name, card->conf.macaddr.a, card->eeprom, E100_SMALL_EEPROM_WORDS);
    card->chip = i8255x_new(&e100_host, card, card->identity.name,
                            &(struct i8255x_options){.eeprom = card->eeprom,
                                                     .eeprom_words = E100_SMALL_EEPROM_WORDS,
                                                     .backpressure = card->backpressure,
                                                     .wire_mbps = card->wire_mbps,
                                                     .aux_power = e100_has_aux_power(card)});
}

// A default that is not installed is no error. The PCI core loads the ROM after realize(); "" means none.
static void do_without_missing_boot_rom(PCIDevice* pci) {
    g_autofree char* path = qemu_find_file(QEMU_FILE_TYPE_BIOS, boot_rom);

    if (pci->romfile == NULL && path == NULL) {
        pci->romfile = g_strdup("");
    }
}

static void realize(PCIDevice* pci, Error** errp) {
    E100State* card = E100(pci);

    do_without_missing_boot_rom(pci);
    if (!find_chip(card, errp)) {
        return;
    }
    qemu_macaddr_default_if_unset(&card->conf.macaddr);
    build_chip(card);
    if (!e100_init_config_space(card, errp)) {
        return;
    }
    e100_register_bars(card);
    e100_connect(card);
}

static void unrealize(PCIDevice* pci) {
    E100State* card = E100(pci);

    e100_stop_timers(card);
    e100_disconnect(card);
}

static void reset(DeviceState* device) {
    E100State* card = E100(device);

    e100_reset_chip(card);
    e100_reset_config_space(card);
    e100_reset_power(card);
}

static void instance_init(Object* object) {
    E100State* card = E100(object);

    card->chip_name = g_strdup(i8255x_default_name());
    e100_init_timers(card);
    device_add_bootindex_property(object, &card->conf.bootindex, "bootindex", "/ethernet-phy@0",
                                  DEVICE(card));
}

// The chip lives until nobody holds the card any more: it may be at work while its card is being unplugged.
static void instance_finalize(Object* object) { i8255x_free(E100(object)->chip); }

E100_PROPERTIES properties[] = {
    DEFINE_NIC_PROPERTIES(E100State, conf), DEFINE_PROP_STRING("chip", E100State, chip_name),
    DEFINE_PROP_BOOL("backpressure", E100State, backpressure, false),
    DEFINE_PROP_UINT32("wire-mbps", E100State, wire_mbps, 0), E100_END_OF_PROPERTIES};

static void describe_properties(ObjectClass* class) {
    g_autofree char* names = chip_names();
    g_autofree char* chips =
        g_strdup_printf("which chip of the 8255x family: %s (default: %s)", names, i8255x_default_name());

    object_class_property_set_description(class, "chip", chips);
    object_class_property_set_description(
        class, "backpressure",
        "hold frames back in QEMU when the guest has no room for them, instead of "
        "dropping and counting them as the card does");
    object_class_property_set_description(
        class, "wire-mbps", "frames take the time that a wire of so many Mb/s takes; 0: none at all");
    object_class_property_set_description(class, "mac", "Ethernet address in the EEPROM of a new card");
    object_class_property_set_description(class, "netdev", "what the card is plugged into");
}

static void class_init(ObjectClass* class, E100ClassData* data) {
    DeviceClass* device = DEVICE_CLASS(class);
    PCIDeviceClass* pci = PCI_DEVICE_CLASS(class);

    (void)data;
    device->desc = "Intel PRO/100 (8255x) Ethernet, the e100 plugin";
    device->vmsd = &e100_vmstate;
    set_bit(DEVICE_CATEGORY_NETWORK, device->categories);
    e100_class_set_reset(device, reset);
    device_class_set_props(device, properties);
    describe_properties(class);
    pci->vendor_id = PCI_VENDOR_ID_INTEL;
    pci->romfile = boot_rom;
    pci->class_id = PCI_CLASS_NETWORK_ETHERNET;
    pci->realize = realize;
    pci->exit = unrealize;
    pci->config_read = e100_read_config;
    pci->config_write = e100_write_config;
}

static const TypeInfo e100_type = {
    .name = TYPE_E100,
    .parent = TYPE_PCI_DEVICE,
    .instance_size = sizeof(E100State),
    .instance_init = instance_init,
    .instance_finalize = instance_finalize,
    .class_init = class_init,
    .interfaces = (InterfaceInfo[]){{INTERFACE_CONVENTIONAL_PCI_DEVICE}, {}},
};

void e100_register_type(void) {
    static bool registered;

    if (!registered) {
        registered = true;
        type_register_static(&e100_type);
        e100_register_listener();
    }
}
