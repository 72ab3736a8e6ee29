// SPDX-License-Identifier: GPL-2.0-or-later
// Nothing: Meson precompiles a header only for a target with a source.
