// SPDX-License-Identifier: GPL-2.0-or-later
// Power management: the capability at DCh, and what the power states do (SDM 4.1.18). Below D0 only
// configuration space answers: no registers, no DMA, no interrupt, and frames only wake up. Leaving D3 resets
// the MAC and most of configuration space, and leaves the PHY alone.

#include "e100_device.h"

enum {
    PM_OFFSET = 0xdc,
    PMCSR = PM_OFFSET + PCI_PM_CTRL,
    PM_DATA = PM_OFFSET + PCI_PM_DATA_REGISTER,
    PM_DATA_SELECTS = 9,
    PM_DATA_SCALE_CENTIWATT = 2,
    PM_VERSION_MASK = 0x7,
    D0 = 0,
    D3 = 3,
};

// Power in units of 0.01 W: consumed in D0..D3, dissipated in D0..D3, by the common logic.
static const uint8_t pm_data[PM_DATA_SELECTS] = {58, 40, 40, 40, 58, 40, 40, 40, 0};

bool e100_has_power_management(const E100State* card) { return card->identity.pm_capabilities != 0; }

bool e100_has_aux_power(const E100State* card) {
    return (card->identity.pm_capabilities & PCI_PM_CAP_PME_D3cold) != 0;
}

// The data register came with version 2 of the capability, that is with the 82559.
static bool has_pm_data(const E100State* card) {
    return (card->identity.pm_capabilities & PM_VERSION_MASK) >= 2;
}

unsigned e100_power_state(const E100State* card) {
    if (!e100_has_power_management(card)) {
        return D0;
    }
    return pci_get_word(PCI_DEVICE(card)->config + PMCSR) & PCI_PM_CTRL_STATE_MASK;
}

static void update_pm_data(E100State* card) {
    uint8_t* config = PCI_DEVICE(card)->config;
    uint16_t control = pci_get_word(config + PMCSR);
    unsigned select = (control & PCI_PM_CTRL_DATA_SEL_MASK) >> ctz32(PCI_PM_CTRL_DATA_SEL_MASK);
    bool valid = select < PM_DATA_SELECTS;

    if (!has_pm_data(card)) {
        return;
    }
    control &= ~PCI_PM_CTRL_DATA_SCALE_MASK;
    if (valid) {
        control |= PM_DATA_SCALE_CENTIWATT << ctz32(PCI_PM_CTRL_DATA_SCALE_MASK);
    }
    pci_set_word(config + PMCSR, control);
    config[PM_DATA] = valid ? pm_data[select] : 0;
}

bool e100_init_power(E100State* card, Error** errp) {
    PCIDevice* pci = PCI_DEVICE(card);
    uint16_t writable = PCI_PM_CTRL_STATE_MASK | PCI_PM_CTRL_PME_ENABLE;

    card->powered = true;
    if (!e100_has_power_management(card)) {
        return true;
    }
    if (!e100_add_pm_capability(pci, PM_OFFSET, errp)) {
        return false;
    }
    if (has_pm_data(card)) {
        writable |= PCI_PM_CTRL_DATA_SEL_MASK;
    }
    pci_set_word(pci->config + PM_OFFSET + PCI_PM_PMC, card->identity.pm_capabilities);
    pci_set_word(pci->wmask + PMCSR, writable);
    pci_set_word(pci->w1cmask + PMCSR, PCI_PM_CTRL_PME_STATUS);
    // Scale and data follow the select bits, so a migration stream may differ from a fresh card in them.
    pci_set_word(pci->cmask + PMCSR, 0);
    pci->cmask[PM_DATA] = 0;
    return true;
}

// Base addresses, bus mastering and decoding have to be set up anew after D3.
static void forget_resources(PCIDevice* pci) {
    for (unsigned bar = PCI_BASE_ADDRESS_0; bar <= PCI_BASE_ADDRESS_5; bar += 4) {
        pci_default_write_config(pci, bar, 0, 4);
    }
    pci_default_write_config(pci, PCI_ROM_ADDRESS, 0, 4);
    pci_default_write_config(pci, PCI_COMMAND, 0, 2);
    pci_default_write_config(pci, PCI_CACHE_LINE_SIZE, 0, 2); // and the latency timer
}

void e100_show_pme(E100State* card, bool status) {
    uint8_t* config = PCI_DEVICE(card)->config;

    if (!e100_has_power_management(card)) {
        return;
    }
    pci_set_word(config + PMCSR, (pci_get_word(config + PMCSR) & ~PCI_PM_CTRL_PME_STATUS) |
                                     (status ? PCI_PM_CTRL_PME_STATUS : 0));
}

// QEMU's machines have no PME# line; what it is for, waking a suspended machine, is a request to QEMU. One
// that is not suspended ignores it.
void e100_set_pme(E100State* card, bool status) {
    e100_show_pme(card, status);
    if (status && (pci_get_word(PCI_DEVICE(card)->config + PMCSR) & PCI_PM_CTRL_PME_ENABLE) != 0) {
        qemu_system_wakeup_request(QEMU_WAKEUP_REASON_OTHER, NULL);
    }
}

static bool shows_pme(const E100State* card) {
    return (pci_get_word(PCI_DEVICE(card)->config + PMCSR) & PCI_PM_CTRL_PME_STATUS) != 0;
}

void e100_tell_chip_power(E100State* card) {
    if (!e100_enter(card)) {
        card->afterwards |= E100_FOLLOW_POWER;
        return;
    }
    i8255x_set_power_state(card->chip, e100_power_state(card));
    if (e100_has_power_management(card) && !shows_pme(card)) {
        i8255x_acknowledge_pme(card->chip);
    }
    e100_leave(card);
}

// Makes everything follow the power state; `card->powered` tells what it followed up to now.
void e100_follow_power_state(E100State* card) {
    bool powered = e100_power_state(card) == D0;

    memory_region_set_enabled(&card->memory_bar, powered);
    memory_region_set_enabled(&card->io_bar, powered);
    if (card->identity.flash_bar_bytes > 0) {
        memory_region_set_enabled(&card->flash_bar, powered);
    }
    card->powered = powered;
    e100_listen_while_asleep(card);
    e100_tell_chip_power(card);
    e100_update_interrupt(card);
    if (powered) {
        e100_start_deferred_work(card);
    }
}

void e100_power_config_written(E100State* card, unsigned old_state) {
    unsigned state = e100_power_state(card);

    update_pm_data(card);
    if (state == old_state) {
        e100_tell_chip_power(card); // of a PME status that software cleared
        return;
    }
    if (old_state == D3 && state == D0) {
        forget_resources(PCI_DEVICE(card));
        e100_reset_mac(card);
    }
    e100_follow_power_state(card);
}

void e100_reset_power(E100State* card) {
    if (e100_has_power_management(card)) {
        uint8_t* control = PCI_DEVICE(card)->config + PMCSR;
        uint16_t kept = e100_has_aux_power(card) ? PCI_PM_CTRL_PME_ENABLE | PCI_PM_CTRL_PME_STATUS : 0;

        pci_set_word(control, pci_get_word(control) & kept);
        update_pm_data(card);
    }
    e100_follow_power_state(card);
}
