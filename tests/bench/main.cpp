// SPDX-License-Identifier: GPL-2.0-or-later
// e100-bench: what ./bench runs.
#include "experiments/program.h"

int main(int argc, char** argv) { return experiments::run_program({"e100-bench", "./bench"}, argc, argv); }
