// SPDX-License-Identifier: GPL-2.0-or-later
// From records to a picture.
#include "timeline/picture.h"

#include <algorithm>
#include <cstdio>
#include <memory>

#include "timeline/card_rows.h"
#include "timeline/cpu_row.h"

namespace timeline {

namespace {

bool is_ip_address(const std::string& meaning) {
    return meaning == "source address" || meaning == "sender address";
}

bool is_hexadecimal(const std::string& meaning) {
    for (const char* word : {"address", "STAT", "stat", "causes", "word", "offset", "MDI"})
        if (meaning.find(word) != std::string::npos)
            return true;
    return false;
}

std::string text_of(const Recording& recording, const std::string& meaning, uint32_t value) {
    if (const std::string& name = recording.name_of(meaning, value); !name.empty())
        return name;
    char text[24];
    if (is_ip_address(meaning))
        std::snprintf(text, sizeof text, "%u.%u.%u.%u", value >> 24, value >> 16 & 255, value >> 8 & 255,
                      value & 255);
    else
        std::snprintf(text, sizeof text, is_hexadecimal(meaning) ? "0x%x" : "%u", value);
    return text;
}

/// The groups' and rows' order is the order in which a packet meets them: cards first.
struct Rows {
    explicit Rows(const Recording& recording, Picture& picture)
        : follower(picture), guest{picture, follower, recording, {}, 0} {
        picture.groups.emplace_back("guest");
        for (unsigned card = 0; card < recording.cards.size(); card++)
            cards.push_back(std::make_unique<CardRows>(picture, follower, recording, card));
        for (unsigned cpu = 0; cpu < recording.cpus; cpu++)
            cpus.push_back(std::make_unique<CpuRow>(guest, cpu));
    }
    void take(const Event& event) {
        if (event.of_card)
            cards[event.unit]->take(event);
        else
            cpus[event.unit]->take(event);
    }
    void end(int64_t time_ns) {
        for (auto& card : cards)
            card->end(time_ns);
        for (auto& cpu : cpus)
            cpu->end(time_ns);
    }

    Follower follower;
    Guest guest;
    std::vector<std::unique_ptr<CardRows>> cards;
    std::vector<std::unique_ptr<CpuRow>> cpus;
};

} // namespace

Details details_of(const Recording& recording, const Event& event) {
    const Kind& kind = recording.kinds[event.kind];
    Details details;
    if (!kind.a.empty())
        details.emplace_back(kind.a, text_of(recording, kind.a, event.a));
    if (!kind.b.empty())
        details.emplace_back(kind.b, text_of(recording, kind.b, event.b));
    return details;
}

Picture draw(const Recording& recording) {
    Picture picture;
    Rows rows(recording, picture);
    int64_t last_ns = -1;
    for (Event event : recording.events) {
        last_ns = event.time_ns = std::max(event.time_ns, last_ns + 1);
        rows.take(event);
    }
    rows.end(last_ns);
    picture.lost = recording.lost;
    picture.malformed = recording.malformed;
    picture.complete = recording.complete;
    return picture;
}

} // namespace timeline
