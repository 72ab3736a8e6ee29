// SPDX-License-Identifier: GPL-2.0-or-later
#include "report.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "harness/failure.h"

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

std::string markdown(const Table& table) {
    std::string rule = "|";
    for (size_t i = 0; i < table.columns.size(); i++)
        rule += !table.rows.empty() && is_number(table.rows[0][i]) ? "---:|" : "---|";
    std::string text = "### " + table.title + "\n\n" + markdown_row(table.columns) + rule + "\n";
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
        return text_of(static_cast<uint64_t>(std::llround(value)));
    char text[32];
    std::snprintf(text, sizeof text, "%.*g", significant, value);
    return text;
}

std::string percent(double ratio) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %%", ratio * 100);
    return text;
}

bool Report::passed() const {
    return std::ranges::all_of(criteria_, [](const Criterion& each) { return each.holds; });
}

std::string Report::text() const {
    std::string text;
    for (const std::string& paragraph : paragraphs_)
        text += paragraph + "\n\n";
    for (const Table& table : tables_)
        text += aligned(table);
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
        page += "![" + picture.plot.title + "](" + file + ".svg)\n\n";
    }
    for (const std::string& paragraph : paragraphs_)
        page += paragraph + "\n\n";
    for (const Table& table : tables_)
        page += markdown(table);
    page += markdown(criteria_table(criteria_)) + "All points measured: [" + name + ".csv](" + name +
            ".csv). " + "Made by `" + command + " " + name + "`.\n";
    write_file(directory + "/" + name + ".md", page);
    write_file(directory + "/" + name + ".csv", csv());
}

} // namespace experiments
