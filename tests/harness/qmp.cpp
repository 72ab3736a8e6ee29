// SPDX-License-Identifier: GPL-2.0-or-later
// QMP client. JSON is nlohmann's (package nlohmann-json3-dev), kept out of the header because it compiles
// slowly.
#include "qmp.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "failure.h"

namespace harness {

using nlohmann::json;

namespace {

json parse(const std::string& line) {
    json message = json::parse(line, nullptr, false);
    if (message.is_discarded())
        throw Failure("QMP: not JSON: " + line);
    return message;
}

} // namespace

std::string json_string(std::string_view text) { return json(text).dump(); }

std::string json_member(std::string_view text, const std::string& key) {
    json::json_pointer pointer("/" + key);
    json object = parse(std::string(text));
    if (!object.contains(pointer))
        return "";
    const json& member = object.at(pointer);
    return member.is_string() ? member.get<std::string>() : member.dump();
}

Qmp::Qmp(const TempDir& directory) : stream_(directory.file("qmp"), "QMP") {}

void Qmp::negotiate() {
    if (negotiated_)
        return;
    negotiated_ = true;
    std::string greeting;
    if (!stream_.read_line(greeting, patience) || !parse(greeting).contains("QMP"))
        throw Failure("QMP: no greeting");
    execute("qmp_capabilities");
}

std::string Qmp::exchange(std::string_view command, std::string_view json_arguments, bool& refused) {
    negotiate();
    Deadline deadline = patience;
    std::string request = "{\"execute\": " + json_string(command);
    if (!json_arguments.empty())
        request += ", \"arguments\": " + std::string(json_arguments);
    stream_.write(request + "}\n", deadline);
    for (std::string line; stream_.read_line(line, deadline);) {
        json message = parse(line);
        if (message.contains("event"))
            events_.push_back(line);
        else if (refused = message.contains("error"); refused)
            return message["error"].value("desc", line);
        else if (message.contains("return"))
            return message["return"].dump();
    }
    throw Failure("QMP: no answer to " + std::string(command));
}

std::string Qmp::execute(std::string_view command, std::string_view json_arguments) {
    bool refused = false;
    std::string answer = exchange(command, json_arguments, refused);
    if (refused)
        throw Failure("QMP: " + std::string(command) + ": " + answer);
    return answer;
}

std::string Qmp::execute_refused(std::string_view command, std::string_view json_arguments) {
    bool refused = false;
    std::string answer = exchange(command, json_arguments, refused);
    if (!refused)
        throw Failure("QMP: " + std::string(command) + " succeeded, but must not");
    return answer;
}

std::string Qmp::human(std::string_view line) {
    json arguments = {{"command-line", line}};
    return parse(execute("human-monitor-command", arguments.dump())).get<std::string>();
}

void Qmp::expect_silence(const std::string& line) {
    if (std::string said = human(line); !said.empty())
        throw Failure("monitor: " + line + ": " + said);
}

std::string Qmp::wait_event(std::string_view name, Deadline deadline) {
    negotiate();
    for (;;) {
        auto found = std::ranges::find_if(
            events_, [name](const std::string& line) { return parse(line).value("event", "") == name; });
        if (found != events_.end()) {
            json message = parse(*found);
            events_.erase(found);
            return message.contains("data") ? message["data"].dump() : "{}";
        }
        std::string line;
        if (!stream_.read_line(line, deadline))
            throw Failure("QMP: event " + std::string(name) + " did not come");
        events_.push_back(line);
    }
}

void Qmp::forget_events() {
    negotiate();
    for (std::string line; stream_.read_line(line, 0ms);) {
    }
    events_.clear();
}

std::string Qmp::status() { return json_member(execute("query-status"), "status"); }

void Qmp::system_reset() {
    forget_events();
    execute("system_reset");
    wait_event("RESET");
}

void Qmp::device_del(const std::string& id) { execute("device_del", json({{"id", id}}).dump()); }

void Qmp::set_link(const std::string& netdev_or_device, bool up) {
    execute("set_link", json({{"name", netdev_or_device}, {"up", up}}).dump());
}

void Qmp::migrate_to_file(const std::string& path) {
    stop();
    execute("migrate", json({{"uri", "exec:cat>" + path}}).dump());
    wait_migrated();
}

void Qmp::migrate_to_socket(const std::string& path) {
    // As fast as it goes, and any time for the rest: with the usual limits a busy guest may write more than
    // is copied, and it never ends.
    execute("migrate-set-parameters",
            json({{"max-bandwidth", 8LL << 30}, {"downtime-limit", 60'000}}).dump());
    execute("migrate", json({{"uri", "unix:" + path}}).dump());
    wait_migrated(4 * patience);
}

void Qmp::add_snapshot_image(const std::string& path) {
    auto create = [&](const json& options) {
        execute("blockdev-create", json({{"job-id", "create"}, {"options", options}}).dump());
        wait_until([&] { return execute("query-jobs").find("concluded") != std::string::npos; });
        execute("job-dismiss", R"({"id": "create"})");
    };
    create({{"driver", "file"}, {"filename", path}, {"size", 0}});
    execute("blockdev-add", json({{"driver", "file"}, {"node-name", "file"}, {"filename", path}}).dump());
    create({{"driver", "qcow2"}, {"file", "file"}, {"size", 1 << 20}});
    execute("blockdev-add", R"({"driver": "qcow2", "node-name": "snapshots", "file": "file"})");
}

void Qmp::wait_migrated(Deadline deadline) {
    std::string state;
    bool done = wait_until(
        [&] {
            std::string answer = execute("query-migrate");
            state = json_member(answer, "status");
            if (state == "failed")
                throw Failure("migration failed: " + answer);
            return state == "completed";
        },
        deadline);
    if (!done)
        throw Failure("migration is not done: " + state);
}

} // namespace harness
