// SPDX-License-Identifier: GPL-2.0-or-later
// The recorder of the simulated machine: a test gets what the guest gives away.
#include "arch/recorder.h"

#include "arch/hosted/machine.h"

namespace {

hosted::Recorder* recorder = nullptr;

} // namespace

namespace hosted {

void plug_recorder(Recorder* plugged) { recorder = plugged; }

} // namespace hosted

namespace arch {

bool recorder_present() { return recorder != nullptr; }
void recorder_write(const timeline_record& record) { recorder->records.push_back(record); }
void recorder_describe(const char* line) { recorder->lines.emplace_back(line); }

} // namespace arch
