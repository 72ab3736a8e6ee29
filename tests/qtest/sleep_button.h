// SPDX-License-Identifier: GPL-2.0-or-later
// Sending a q35 to sleep (ACPI S3), and what its card is told before.
#pragma once

#include "e100_test.h"

namespace qtest {

inline constexpr uint8_t pmcsr = 0xe0; ///< where the card has it
inline constexpr uint16_t pme_enable = 0x0100, pme_status = 0x8000;

/// The part of an ICH9 that puts a q35 to sleep.
class SleepButton {
  public:
    explicit SleepButton(Qtest& qtest) : qtest_(qtest) {}
    void press() {
        PciFunction lpc(qtest_, 0, 31);
        lpc.write32(pm_base_register, pm_base | 1); // forgotten at each reset, and waking up is one
        lpc.write8(acpi_control, acpi_enable);
        qtest_.outw(pm_base + pm1_control, sleep_enable | sleep_type_s3);
    }

  private:
    static constexpr uint8_t pm_base_register = 0x40, acpi_control = 0x44, acpi_enable = 0x80;
    static constexpr uint16_t pm_base = 0x600, pm1_control = 4, sleep_enable = 1u << 13,
                              sleep_type_s3 = 1u << 10;
    Qtest& qtest_;
};

} // namespace qtest
