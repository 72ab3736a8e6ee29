// SPDX-License-Identifier: GPL-2.0-or-later
// What all pictures have in common.
#pragma once

#include <cstddef>
#include <string>

namespace experiments::gnuplot {

std::string number(double value);
std::string quoted(const std::string& text);
/// As gnuplot's `rgb` wants it; begins again behind the seventh.
std::string color(std::size_t number);

/// Draws `plots` (arguments of gnuplot's `plot`) with `settings` before it as `path`.svg and `path`.png.
/// Throws harness::Failure if gnuplot is missing or complains.
void draw(const std::string& settings, const std::string& plots, const std::string& path);

} // namespace experiments::gnuplot
