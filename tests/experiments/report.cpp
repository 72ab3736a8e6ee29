// SPDX-License-Identifier: GPL-2.0-or-later
#include "report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "harness/failure.h"
#include "statistics.h"

namespace experiments {

namespace {

Table criteria_table(const std::vector<Criterion>& criteria) {
    Table table{"Criteria", {"id", "what", "measured", "bound", "prediction", "result"}, {}};
    for (const Criterion& each : criteria)
        table.rows.push_back({each.id, each.what, each.measured, each.bound,
                              each.prediction.empty() ? "–" : each.prediction, each.holds ? "pass" : "FAIL"});
    return table;
}

std::string markdown_row(const std::vector<std::string>& cells) {
    std::string line = "|";
    for (const std::string& cell : cells)
        line += " " + cell + " |";
    return line + "\n";
}

bool is_number(const std::string& text) {
    return !text.empty() && (std::isdigit(static_cast<unsigned char>(text[0])) || text[0] == '-');
}

/// `picture`: stands above the table; empty: none.
std::string markdown(const Table& table, const std::string& picture = "") {
    std::string rule = "|";
    for (size_t i = 0; i < table.columns.size(); i++)
        rule += !table.rows.empty() && is_number(table.rows[0][i]) ? "---:|" : "---|";
    std::string text = "### " + table.title + "\n\n" + picture + markdown_row(table.columns) + rule + "\n";
    for (const auto& row : table.rows)
        text += markdown_row(row);
    return text + "\n";
}

/// Columns on a terminal, which counts characters and not bytes.
size_t width_of(const std::string& text) {
    return static_cast<size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string aligned(const Table& table) {
    std::vector<size_t> widths;
    for (size_t i = 0; i < table.columns.size(); i++) {
        widths.push_back(width_of(table.columns[i]));
        for (const auto& row : table.rows)
            widths[i] = std::max(widths[i], width_of(row[i]));
    }
    const auto line = [&](const std::vector<std::string>& cells) {
        std::string text;
        for (size_t i = 0; i < cells.size(); i++) {
            const std::string space(widths[i] - width_of(cells[i]), ' ');
            text += (i ? "  " : "  ") + (is_number(cells[i]) ? space + cells[i] : cells[i] + space);
        }
        return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
    };
    std::string text = table.title + "\n" + line(table.columns);
    for (const auto& row : table.rows)
        text += line(row);
    return text + "\n";
}

std::string picture_of(const std::string& title, const std::string& file) {
    return "![" + title + "](" + file + ".svg)\n\n";
}

/// "36 412", "1.22 (1.1–1.44)"; nullopt for words.
std::optional<Bar> bar_of(std::string cell) {
    std::erase(cell, ' ');
    if (!is_number(cell))
        return std::nullopt;
    Bar bar{};
    const int numbers = std::sscanf(cell.c_str(), "%lf(%lf–%lf", &bar.value, &bar.low, &bar.high);
    return numbers == 3 ? bar : Bar{bar.value, bar.value, bar.value};
}

void write_file(const std::string& path, const std::string& text) {
    std::ofstream file(path);
    file << text;
    if (!file.flush())
        throw harness::Failure("cannot write " + path);
}

} // namespace

std::string text_of(uint64_t value) {
    std::string digits = std::to_string(value);
    for (size_t i = digits.size(); i > 3; i -= 3)
        digits.insert(i - 3, " ");
    return digits;
}

std::string text_of(double value, int significant) {
    if (std::fabs(value) >= 1000)
        return (value < 0 ? "-" : "") + text_of(static_cast<uint64_t>(std::llround(std::fabs(value))));
    char text[32];
    std::snprintf(text, sizeof text, "%.*g", significant, value);
    return text;
}

std::string percent(double ratio) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %%", ratio * 100);
    return text;
}

Bars bars_of(const Table& table, const Chart& chart) {
    const size_t count = chart.bars != 0 ? chart.bars : table.columns.size() - 1;
    Bars bars{.title = table.title, .unit = chart.unit, .log = chart.log};
    bars.names.assign(table.columns.begin() + 1, table.columns.begin() + 1 + static_cast<long>(count));
    for (const auto& row : table.rows) {
        bars.groups.push_back(row[0]);
        bars.values.emplace_back();
        for (size_t i = 1; i <= count; i++)
            bars.values.back().push_back(bar_of(row[i]));
    }
    return bars;
}

std::string spread_of(const std::vector<double>& values, int significant) {
    const std::string middle = text_of(median(values), significant);
    if (values.size() < 3)
        return middle;
    const auto [low, high] = quartiles(values);
    return middle + " (" + text_of(low, significant) + "–" + text_of(high, significant) + ")";
}

bool Report::passed() const {
    return std::ranges::all_of(criteria_, [](const Criterion& each) { return each.holds; });
}

std::string Report::text() const {
    std::string text;
    for (const std::string& paragraph : paragraphs_)
        text += paragraph + "\n\n";
    for (const Shown& shown : tables_)
        text += aligned(shown.table);
    return text + aligned(criteria_table(criteria_));
}

std::string Report::csv() const {
    std::string text;
    const auto line = [&](const std::vector<std::string>& cells) {
        for (size_t i = 0; i < cells.size(); i++)
            text += (i ? "," : "") + cells[i];
        text += "\n";
    };
    line(data_.columns);
    for (const auto& row : data_.rows)
        line(row);
    return text;
}

void Report::write(const std::string& directory, const std::string& name, const std::string& title,
                   const std::string& question, const std::string& command) const {
    std::string page = "# " + name + ": " + title + "\n\n" + question + "\n\n";
    for (const Picture& picture : pictures_) {
        const std::string file = name + picture.suffix;
        draw(picture.plot, directory + "/" + file);
        page += picture_of(picture.plot.title, file);
    }
    for (const std::string& paragraph : paragraphs_)
        page += paragraph + "\n\n";
    for (const auto& [table, chart] : tables_) {
        if (chart)
            draw(bars_of(table, *chart), directory + "/" + name + chart->suffix);
        page += markdown(table, chart ? picture_of(table.title, name + chart->suffix) : "");
    }
    page += markdown(criteria_table(criteria_)) + "All points measured: [" + name + ".csv](" + name +
            ".csv). " + "Made by `" + command + " " + name + "`.\n";
    write_file(directory + "/" + name + ".md", page);
    write_file(directory + "/" + name + ".csv", csv());
}

} // namespace experiments
