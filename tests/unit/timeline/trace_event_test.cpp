// SPDX-License-Identifier: GPL-2.0-or-later
// What a viewer gets: strict JSON, in order of time.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "streams.h"
#include "timeline/page.h"
#include "timeline/trace_event.h"

namespace timeline_test {
namespace {

using nlohmann::json;

std::string text_of(const timeline::Picture& picture) {
    std::ostringstream output;
    write_trace_events(output, picture);
    return output.str();
}
json parsed(const timeline::Picture& picture) { return json::parse(text_of(picture)); }

std::vector<json> with_phase(const json& trace, const std::string& phase) {
    std::vector<json> found;
    for (const json& event : trace["traceEvents"])
        if (event["ph"] == phase)
            found.push_back(event);
    return found;
}

Stream one_packet() {
    Stream stream;
    stream.at(1'234'567).card("nic.rx_wire", 60).card("nic.rfd_complete", 0x1000, 60);
    stream.at(1'300'000).softirq("dma.unmap", 0x1000).softirq("sock.enqueue", 7, 2304);
    stream.at(1'400'000).task("app.recv", 7, 18);
    return stream;
}

TEST(TraceEvents, TimesAreMicrosecondsWithNanosecondsBehindThePoint) {
    const std::string text = text_of(one_packet().picture());
    EXPECT_NE(text.find("\"name\":\"in: 60 bytes\",\"ts\":1234.567,\"dur\":0.001"), std::string::npos)
        << text;
}

TEST(TraceEvents, NameGroupsAndRows) {
    const json trace = parsed(one_packet().picture());
    std::vector<std::string> names;
    for (const json& event : with_phase(trace, "M"))
        if (event["args"].contains("name"))
            names.push_back(event["args"]["name"]);
    EXPECT_EQ(names, (std::vector<std::string>{"guest", "card nic0", "wire", "receive unit", "command unit",
                                               "interrupt pin", "registers, other", "CPU 0"}));
}

TEST(TraceEvents, AFlowBeginsGoesOnAndEnds) {
    const json trace = parsed(one_packet().picture());
    std::string phases;
    for (const json& event : trace["traceEvents"])
        if (event.contains("id")) {
            EXPECT_EQ(event["id"], 1);
            phases += event["ph"].get<std::string>();
        }
    EXPECT_EQ(phases, "sttt"
                      "f");
}

TEST(TraceEvents, APacketOfOneStopIsNoFlow) {
    const json trace = parsed(Stream().card("nic.rx_wire", 60).picture());
    EXPECT_TRUE(with_phase(trace, "s").empty());
    EXPECT_TRUE(with_phase(trace, "f").empty());
}

TEST(TraceEvents, AreInOrderOfTime) {
    const json trace = parsed(one_packet().picture());
    double last = 0;
    for (const json& event : trace["traceEvents"])
        if (event.contains("ts")) {
            EXPECT_GE(event["ts"].get<double>(), last);
            last = event["ts"];
        }
}

TEST(TraceEvents, CarryWhatWasLost) {
    timeline::Picture picture = one_packet().picture();
    picture.lost = 17;
    const json trace = parsed(picture);
    EXPECT_EQ(trace["otherData"]["lost"], 17);
    EXPECT_EQ(trace["traceEvents"].back()["name"], "17 records lost");
}

TEST(TraceEvents, HostileNamesStayText) {
    const std::string name = "</script><b>\"\\\x01\xff";
    const timeline::Picture picture =
        timeline::draw(read(std::string(head) + "t\tevent\t0\t" + name + "\tx\tx\ng\t1\t0\t0\t0\t1\t2\n"));
    const std::string text = text_of(picture);
    EXPECT_EQ(text.find('<'), std::string::npos);
    const json instant = with_phase(json::parse(text), "i").at(0);
    EXPECT_EQ(instant["name"].get<std::string>().substr(0, 14), "</script><b>\"\\");
    EXPECT_EQ(instant["args"].size(), 1u) << "one name of two arguments";
}

TEST(TraceEvents, OfNothingAreValid) { EXPECT_EQ(parsed(timeline::Picture{})["traceEvents"].size(), 1u); }

TEST(Page, HoldsTheTraceAndNeedsNothingElse) {
    const timeline::Picture picture = one_packet().picture();
    std::ostringstream output;
    write_page(output, picture);
    const std::string page = output.str();
    EXPECT_NE(page.find(text_of(picture)), std::string::npos);
    EXPECT_EQ(page.find("@TRACE@"), std::string::npos);
    for (const char* reference :
         {"http:", "https:", "src=", "href=", "url(", "@import", "fetch(", "XMLHttpRequest"})
        EXPECT_EQ(page.find(reference), std::string::npos) << reference;
}

} // namespace
} // namespace timeline_test
