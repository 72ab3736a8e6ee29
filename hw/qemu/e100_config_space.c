// SPDX-License-Identifier: GPL-2.0-or-later
// PCI configuration space as the chip shows it: which bits exist, and what the EEPROM overrides (SDM 4.1).

#include "e100_device.h"

#include "chip/c_views.h"

enum { REVISION_FROM_EEPROM_MASK = 0x7 };

// The generic PCI device of QEMU is younger than this chip: bits that PCI 2.3 added are not there.
static void mask_commands(PCIDevice* pci, bool memory_write_invalidate) {
    uint16_t writable =
        PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_PARITY | PCI_COMMAND_SERR;

    if (memory_write_invalidate) {
        writable |= PCI_COMMAND_INVALIDATE;
    }
    pci_set_word(pci->wmask + PCI_COMMAND, writable);
}

bool e100_init_config_space(E100State* card, Error** errp) {
    PCIDevice* pci = PCI_DEVICE(card);
    uint8_t* config = pci->config;

    pci_set_word(config + PCI_DEVICE_ID, card->identity.device_id);
    pci_set_word(config + PCI_STATUS, PCI_STATUS_FAST_BACK | PCI_STATUS_DEVSEL_MEDIUM);
    config[PCI_INTERRUPT_PIN] = 1;
    config[PCI_MIN_GNT] = 0x08;
    config[PCI_MAX_LAT] = 0x38;

    mask_commands(pci, card->identity.memory_write_invalidate);
    pci->wmask[PCI_LATENCY_TIMER] = 0xff;
    memset(pci->wmask + PCI_CONFIG_HEADER_SIZE, 0, PCI_CONFIG_SPACE_SIZE - PCI_CONFIG_HEADER_SIZE);
    // The guest may change these in the EEPROM.
    pci->cmask[PCI_REVISION_ID] = (uint8_t)~REVISION_FROM_EEPROM_MASK;

    e100_reset_config_space(card);
    return e100_init_power(card, errp);
}

void e100_reset_config_space(E100State* card) {
    uint8_t* config = PCI_DEVICE(card)->config;
    struct i8255x_eeprom_identity own;

    i8255x_eeprom_identity(card->eeprom, &own);
    pci_set_word(config + PCI_SUBSYSTEM_VENDOR_ID,
                 card->identity.eeprom_subsystem ? own.subsystem_vendor : 0);
    pci_set_word(config + PCI_SUBSYSTEM_ID, card->identity.eeprom_subsystem ? own.subsystem_id : 0);
    config[PCI_REVISION_ID] = card->identity.revision;
    if (own.overrides_revision) {
        config[PCI_REVISION_ID] &= ~REVISION_FROM_EEPROM_MASK;
        config[PCI_REVISION_ID] |= own.revision_low & REVISION_FROM_EEPROM_MASK;
    }
    config[PCI_LATENCY_TIMER] = 0;
}

uint32_t e100_read_config(PCIDevice* pci, uint32_t address, int bytes) {
    uint32_t value = pci_default_read_config(pci, address, bytes);

    // The interrupt status bit, too, is younger than the chip.
    if (ranges_overlap(address, bytes, PCI_STATUS, 1)) {
        value &= ~((uint32_t)PCI_STATUS_INTERRUPT << (8 * (PCI_STATUS - address)));
    }
    return value;
}

// The cache line register takes the two sizes that the chip's DMA can make use of (SDM 4.1.7).
static void limit_cache_line_size(E100State* card) {
    uint8_t* size = PCI_DEVICE(card)->config + PCI_CACHE_LINE_SIZE;

    if (!card->identity.memory_write_invalidate || (*size != 0x08 && *size != 0x10)) {
        *size = 0;
    }
}

void e100_write_config(PCIDevice* pci, uint32_t address, uint32_t value, int bytes) {
    E100State* card = E100(pci);
    unsigned old_power_state = e100_power_state(card);

    pci_default_write_config(pci, address, value, bytes);
    limit_cache_line_size(card);
    e100_power_config_written(card, old_power_state);
}
