// SPDX-License-Identifier: GPL-2.0-or-later
// e100-experiments: what ./boot --experiment and ./check run.
#include "program.h"

int main(int argc, char** argv) {
    return experiments::run_program({"e100-experiments", "./boot --experiment"}, argc, argv);
}
