// SPDX-License-Identifier: GPL-2.0-or-later
// The configuration in force: the bytes of the last Configure commands and what follows from them
// (SDM 6.4.2.3).
#pragma once

#include <cstdint>
#include <span>

#include "i8255x/configuration.h"
#include "i8255x/csr.h"
#include "i8255x/features.h"
#include "i8255x/statistics.h"

namespace i8255x {

class Configuration {
  public:
    explicit Configuration(Generation generation, FeatureSet features = FeatureSet::all())
        : generation_(generation), features_(features) {
        draw_conclusions();
    }

    /// Applies the parameters of a Configure command: bytes beyond `bytes.size()` keep their values.
    void apply(std::span<const uint8_t> bytes);
    void reset() { *this = Configuration(generation_, features_); }

    const ConfigurationBytes& bytes() const { return bytes_; }
    bool configured() const { return configured_; } ///< no traffic before the first Configure (SDM 6.2)

    /// The bit is set, and this chip has it.
    bool is_set(ConfigField field) const {
        return generation_ >= field.since && features_.has(field.needs) && field.is_set(bytes_);
    }
    bool extended_tcb() const;              ///< never on the 82557
    bool loops_back() const;                ///< internal or external loopback
    bool transmit_not_ok_interrupt() const; ///< TNO, which only the 82557 has
    StatisticsFormat statistics_format() const;
    bool extended_rfd() const { return extended_rfd_; } ///< only on the 82550 and 82551
    /// Nothing is cut off, taken out, appended or reported.
    bool stores_frames_as_they_come() const { return stores_frames_as_they_come_; }

    void restore(const ConfigurationBytes& bytes, bool configured);

  private:
    void draw_conclusions();

    Generation generation_;
    FeatureSet features_;
    ConfigurationBytes bytes_ = configuration_defaults;
    bool configured_ = false;
    // what is asked for each frame and follows from the bytes
    bool extended_rfd_ = false, stores_frames_as_they_come_ = false;
};

} // namespace i8255x
