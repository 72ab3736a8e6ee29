// SPDX-License-Identifier: GPL-2.0-or-later
// The EEPROM's contents: those of a new card, or those that a drive (property `drive`) keeps between runs of
// QEMU. The drive holds the words in order, each with its low byte first, as `ethtool -e … raw on` writes
// them.

#include "e100_device.h"

#include "net/eth.h"
#include "qapi/error.h"
#include "qemu/bswap.h"
#include "qemu/error-report.h"

// The contents of either EEPROM fit into one sector, and QEMU counts a drive's length in sectors.
enum { DRIVE_BYTES = 512 };
QEMU_BUILD_BUG_ON(I8255X_EEPROM_WORDS * 2 > DRIVE_BYTES);

static bool find_size(E100State* card, Error** errp) {
    if (card->eeprom_words == 0) {
        card->eeprom_words = card->identity.eeprom_words;
    }
    if (card->eeprom_words != E100_SMALL_EEPROM_WORDS && card->eeprom_words != I8255X_EEPROM_WORDS) {
        error_setg(errp, "eeprom-words is %d or %d, not %u", E100_SMALL_EEPROM_WORDS, I8255X_EEPROM_WORDS,
                   card->eeprom_words);
        return false;
    }
    if (card->eeprom_words == I8255X_EEPROM_WORDS && !card->identity.large_eeprom) {
        error_setg(errp, "the EEPROM of an %s has %d words", card->identity.name, E100_SMALL_EEPROM_WORDS);
        return false;
    }
    return true;
}

static bool read_drive(E100State* card, Error** errp) {
    BlockBackend* drive = card->eeprom_drive;
    int64_t length = blk_getlength(drive);
    uint64_t permissions = BLK_PERM_CONSISTENT_READ | BLK_PERM_WRITE;
    uint8_t image[DRIVE_BYTES] = {0};
    int error = 0;

    if (length < 0) {
        error_setg_errno(errp, (int)-length, "cannot find out the length of the EEPROM's drive");
        return false;
    }
    if (length != 0 && length != DRIVE_BYTES) {
        error_setg(errp,
                   "the EEPROM's drive has %" PRId64
                   " bytes; it must have %d, of which QEMU assumes those that are "
                   "missing, or none",
                   length, DRIVE_BYTES);
        return false;
    }
    if (length == 0) {
        permissions |= BLK_PERM_RESIZE;
    }
    if (blk_set_perm(drive, permissions, BLK_PERM_ALL, errp) < 0) {
        return false;
    }
    if (length > 0) {
        error = blk_pread(drive, 0, sizeof(image), image, 0);
    }
    if (error < 0) {
        error_setg_errno(errp, -error, "cannot read the EEPROM's drive");
        return false;
    }
    for (unsigned i = 0; i < card->eeprom_words; i++) {
        card->eeprom[i] = lduw_le_p(image + 2 * i);
    }
    return true;
}

static bool blank(const E100State* card) {
    unsigned ones = 0;

    for (unsigned i = 0; i < card->eeprom_words; i++) {
        ones |= card->eeprom[i];
    }
    return ones == 0;
}

// What QEMU says of the card, and announces after a migration, is what the guest finds on it.
static void adopt_address(E100State* card) {
    static const MACAddr none;
    MACAddr address;

    for (unsigned i = 0; i < sizeof(address.a) / 2; i++) {
        stw_le_p(address.a + 2 * i, card->eeprom[i]);
    }
    if (!is_multicast_ether_addr(address.a) && memcmp(&address, &none, sizeof(address)) != 0) {
        card->conf.macaddr = address;
    }
}

bool e100_init_eeprom(E100State* card, const struct i8255x_options* options, Error** errp) {
    memset(card->eeprom, 0, sizeof(card->eeprom));
    if (!find_size(card, errp) || (card->eeprom_drive != NULL && !read_drive(card, errp))) {
        return false;
    }
    if (!blank(card)) {
        adopt_address(card);
        qemu_macaddr_default_if_unset(&card->conf.macaddr);
        return true;
    }
    qemu_macaddr_default_if_unset(&card->conf.macaddr);
    i8255x_default_eeprom(options, card->conf.macaddr.a, card->eeprom, card->eeprom_words);
    card->eeprom_unsaved = true;
    return true;
}

void e100_eeprom_changed(E100State* card, unsigned index, uint16_t value) {
    if (index < I8255X_EEPROM_WORDS) {
        card->eeprom[index] = value;
        card->eeprom_unsaved = true;
        card->afterwards |= E100_SAVE_EEPROM;
    }
}

static int write_drive(const E100State* card) {
    BlockBackend* drive = card->eeprom_drive;
    uint8_t image[DRIVE_BYTES] = {0};
    int64_t length = blk_getlength(drive);

    if (length == 0) {
        length = blk_truncate(drive, DRIVE_BYTES, false, PREALLOC_MODE_OFF, 0, NULL);
    }
    if (length < 0) {
        return (int)length;
    }
    for (unsigned i = 0; i < card->eeprom_words; i++) {
        stw_le_p(image + 2 * i, card->eeprom[i]);
    }
    return blk_pwrite(drive, 0, card->eeprom_words * 2, image, 0);
}

// While the machine does not run its drives may belong to another QEMU: before a migration to here is
// complete, and after one from here.
void e100_save_eeprom(E100State* card) {
    int error;

    if (!card->eeprom_unsaved || card->eeprom_drive == NULL || card->nic == NULL || !runstate_is_running()) {
        return;
    }
    card->eeprom_unsaved = false;
    error = write_drive(card);
    if (error < 0) {
        error_report("%s: the EEPROM's contents cannot be written to its drive: %s",
                     qemu_get_queue(card->nic)->name, strerror(-error));
    }
}

static void run_state_changed(void* opaque, bool running, RunState state) {
    (void)running, (void)state;
    e100_save_eeprom(opaque);
}

void e100_watch_run_state(E100State* card) {
    card->run_state_watch = qemu_add_vm_change_state_handler(run_state_changed, card);
    e100_save_eeprom(card); // it may be plugged into a running machine
}

void e100_unwatch_run_state(E100State* card) { qemu_del_vm_change_state_handler(card->run_state_watch); }
