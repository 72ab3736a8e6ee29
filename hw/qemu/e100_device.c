// SPDX-License-Identifier: GPL-2.0-or-later
// The QOM type `e100`: its properties, its birth and its end.

#include "e100_device.h"

#include "chip/c_views.h"
#include "qapi/error.h"
#include "qemu/datadir.h"

// iPXE's image for the family; it boots BIOS and UEFI machines.
static const char boot_rom[] = "efi-eepro100.rom";

// Real ones take a second or two; a guest that is up before the link looks at it again only seconds later.
enum { DEFAULT_NEGOTIATION_MS = 500 };

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

static bool check_phy(E100State* card, Error** errp) {
    g_autoptr(GString) names = g_string_new(NULL);
    const char* chip = card->identity.name;
    const char* name;

    for (unsigned i = 0; (name = i8255x_phy_name(chip, i)) != NULL; i++) {
        if (card->phy_name == NULL || strcmp(name, card->phy_name) == 0) {
            return true;
        }
        g_string_append_printf(names, "%s%s", i == 0 ? "" : ", ", name);
    }
    if (card->phy_name == NULL) {
        return true;
    }
    if (names->len == 0) {
        error_setg(errp, "the %s has its PHY inside, there is no choice by phy=", chip);
    } else {
        error_setg(errp, "there is no PHY '%s' for the %s; phy= takes one of %s", card->phy_name, chip,
                   names->str);
    }
    return false;
}

static bool build_chip(E100State* card, Error** errp) {
    struct i8255x_options options = {.chip = card->identity.name,
                                     .phy = card->phy_name,
                                     .negotiation_ns = (int64_t)card->negotiation_ms * SCALE_MS,
                                     .backpressure = card->backpressure,
                                     .aux_power = e100_has_aux_power(card),
                                     .wire_mbps = card->wire_mbps};

    if (!check_phy(card, errp) || !e100_init_eeprom(card, &options, errp)) {
        return false;
    }
    i8255x_free(card->chip); // of an earlier attempt to realize
    card->chip = i8255x_new(&e100_host, card, &options, card->eeprom, card->eeprom_words);
    card->watched = i8255x_watched(card->chip);
    return true;
}

// Not each chip can have a ROM, the EEPROM may forbid it (SDM 4.1), and a default that is not installed is
// no error. The PCI core loads the ROM after realize(); "" means none.
static void choose_boot_rom(E100State* card) {
    PCIDevice* pci = PCI_DEVICE(card);
    g_autofree char* path = qemu_find_file(QEMU_FILE_TYPE_BIOS, boot_rom);
    struct i8255x_eeprom_identity own;

    i8255x_eeprom_identity(card->eeprom, &own);
    if (pci->romfile == NULL && (path == NULL || !card->identity.expansion_rom || own.boot_disabled)) {
        pci->romfile = g_strdup("");
    }
}

static void realize(PCIDevice* pci, Error** errp) {
    E100State* card = E100(pci);

    if (!find_chip(card, errp) || !build_chip(card, errp)) {
        return;
    }
    choose_boot_rom(card);
    if (!e100_init_config_space(card, errp)) {
        return;
    }
    e100_register_bars(card);
    e100_dma_start(card);
    e100_connect(card);
    e100_watch_run_state(card);
}

static void unrealize(PCIDevice* pci) {
    E100State* card = E100(pci);

    e100_unwatch_run_state(card);
    e100_stop_timers(card);
    e100_disconnect(card);
    e100_dma_stop(card);
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
    DEFINE_NIC_PROPERTIES(E100State, conf),
    DEFINE_PROP_STRING("chip", E100State, chip_name),
    DEFINE_PROP_STRING("phy", E100State, phy_name),
    DEFINE_PROP_UINT32("negotiation-ms", E100State, negotiation_ms, DEFAULT_NEGOTIATION_MS),
    DEFINE_PROP_UINT16("eeprom-words", E100State, eeprom_words, 0),
    DEFINE_PROP_DRIVE("drive", E100State, eeprom_drive),
    DEFINE_PROP_BOOL("backpressure", E100State, backpressure, false),
    DEFINE_PROP_UINT32("wire-mbps", E100State, wire_mbps, 0),
    E100_END_OF_PROPERTIES};

static char* get_leds(Object* object, Error** errp) {
    E100State* card = E100(object);
    g_autofree struct i8255x_state* state = NULL;

    (void)errp;
    if (card->chip == NULL) {
        return g_strdup("off,off");
    }
    state = g_new(struct i8255x_state, 1);
    i8255x_save(card->chip, state);
    return g_strdup(i8255x_leds(state));
}

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
        class, "phy",
        "the board's PHY, where it is not inside the chip: 82555, dp83840 or "
        "82503 for an 82557; 82562et, 82562em or 82562ek for an 82801");
    object_class_property_set_description(class, "negotiation-ms",
                                          "how long the PHY negotiates until the link is up");
    object_class_property_set_description(class, "eeprom-words",
                                          "size of the EEPROM: 64 or 256; 0: as usual for the chip");
    object_class_property_set_description(class, "drive",
                                          "keeps the EEPROM's contents: 512 bytes, or empty for a new card");
    object_class_property_add_str(class, "led", get_leds, NULL);
    object_class_property_set_description(class, "led", "what the activity and the link LED show");
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
