// SPDX-License-Identifier: GPL-2.0-or-later
// What an experiment found: sentences, tables, pictures, and criteria that hold or do not.
#pragma once

#include <string>
#include <vector>

#include "plot.h"

namespace experiments {

struct Table {
    std::string title;
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;
};

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

class Report {
  public:
    void say(const std::string& paragraph) { paragraphs_.push_back(paragraph); }
    void show(Table table) { tables_.push_back(std::move(table)); }
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
    /// Writes NAME.md, NAME.csv, NAME.svg and NAME.png into `directory`; `command` NAME makes them again.
    void write(const std::string& directory, const std::string& name, const std::string& title,
               const std::string& question, const std::string& command) const;

  private:
    struct Picture {
        std::string suffix;
        Plot plot;
    };
    std::vector<std::string> paragraphs_;
    std::vector<Table> tables_;
    Table data_;
    std::vector<Criterion> criteria_;
    std::vector<Picture> pictures_;
};

} // namespace experiments
