// SPDX-License-Identifier: GPL-2.0-or-later
// What an experiment found: sentences, tables, pictures, and criteria that hold or do not.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bars.h"
#include "plot.h"

namespace experiments {

struct Table {
    std::string title;
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;
};

/// How a table looks as bars: a group for each row, named by its first cell, a bar for each further column.
struct Chart {
    std::string suffix = {}; ///< of the file's name
    std::string unit = {};
    bool log = false;
    size_t bars = 0; ///< columns behind the first; 0: all
};

/// Of cells that are no number there is no bar.
Bars bars_of(const Table& table, const Chart& chart);

struct Criterion {
    std::string id;   ///< "E1.2"
    std::string what; ///< in words
    std::string measured, bound, prediction;
    bool holds;
};

/// As people read them: 36 412, 0.59, 1.2e-05.
std::string text_of(double value, int significant = 3);
std::string text_of(uint64_t value);
std::string percent(double ratio);
/// Median and quartiles of what was measured several times: "1.22 (1.1–1.44)".
std::string spread_of(const std::vector<double>& values, int significant = 3);

class Report {
  public:
    void say(const std::string& paragraph) { paragraphs_.push_back(paragraph); }
    void show(Table table) { tables_.push_back({std::move(table), std::nullopt}); }
    /// The same and a picture of it.
    void show(Table table, Chart chart) { tables_.push_back({std::move(table), std::move(chart)}); }
    /// All measured points, for NAME.csv; one row each.
    void data(Table table) { data_ = std::move(table); }
    void judge(Criterion criterion) { criteria_.push_back(std::move(criterion)); }
    /// `suffix`: of the file's name, "" for the first picture.
    void picture(const std::string& suffix, Plot plot) { pictures_.push_back({suffix, std::move(plot)}); }

    bool passed() const;
    const std::vector<Criterion>& criteria() const { return criteria_; }
    /// For a terminal.
    std::string text() const;
    std::string csv() const;
    /// Writes NAME.md, NAME.csv and the pictures into `directory`; `command` NAME makes them again.
    void write(const std::string& directory, const std::string& name, const std::string& title,
               const std::string& question, const std::string& command) const;

  private:
    struct Picture {
        std::string suffix;
        Plot plot;
    };
    struct Shown {
        Table table;
        std::optional<Chart> chart;
    };
    std::vector<std::string> paragraphs_;
    std::vector<Shown> tables_;
    Table data_;
    std::vector<Criterion> criteria_;
    std::vector<Picture> pictures_;
};

} // namespace experiments
