// SPDX-License-Identifier: GPL-2.0-or-later
// A program that runs what its files have registered.
#pragma once

namespace experiments {

struct Program {
    const char* name;    ///< "e100-experiments", for messages
    const char* command; ///< "./boot --experiment", what people type in front of a name
};

/// Its main(); returns the exit status.
int run_program(const Program& program, int argc, char** argv);

} // namespace experiments
