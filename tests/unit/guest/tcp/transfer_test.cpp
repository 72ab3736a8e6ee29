// SPDX-License-Identifier: GPL-2.0-or-later
// Much data both ways at once over a wire that loses, repeats and reorders; every byte is checked.
#include <map>
#include <random>

#include "tcp_peer.h"

namespace {

using namespace net_test;

struct Wire {
    unsigned loss_percent, repeat_percent;
    bool reorders;
};

class Transfer : public TcpTest, public testing::WithParamInterface<Wire> {
  protected:
    /// Any simple sender and receiver: what is not acknowledged is sent again each turn.
    void exchange(std::size_t total) {
        make_data(total);
        with = connect();
        first = with.sequence;
        std::string heard;
        std::map<uint32_t, std::string> out_of_order;
        std::size_t acknowledged = 0;
        for (unsigned turn = 0; heard.size() < total; turn++) {
            ASSERT_LT(turn, 200'000u) << heard.size() << " bytes came back";
            send_window(acknowledged, static_cast<uint32_t>(heard.size()));
            pass_ms(4);
            while (const auto frame = sent()) {
                const auto view = harness::parse_tcp(*frame);
                if (!view || lost())
                    continue;
                ASSERT_FALSE(view->header.flags & flag::rst);
                acknowledged = std::max<std::size_t>(acknowledged, view->header.acknowledgment - first);
                const uint32_t at = view->header.sequence - with.expected;
                if (!view->data.empty() && at < total)
                    out_of_order.try_emplace(at, text_of(view->data));
            }
            take_in_order(heard, out_of_order);
        }
        EXPECT_TRUE(heard == data);
        with.sequence = first + static_cast<uint32_t>(total);
        with.expected += static_cast<uint32_t>(total);
        drop(with);
    }

  private:
    void make_data(std::size_t total) {
        data.resize(total);
        for (char& each : data)
            each = static_cast<char>(random());
    }
    bool lost() { return random() % 100 < GetParam().loss_percent; }

    void send_window(std::size_t acknowledged, uint32_t heard) {
        constexpr std::size_t segment_bytes = 1400, window = 14 * segment_bytes;
        std::vector<std::size_t> starts;
        for (std::size_t at = acknowledged; at < std::min(acknowledged + window, data.size());
             at += segment_bytes) {
            starts.push_back(at);
            if (random() % 100 < GetParam().repeat_percent)
                starts.push_back(at);
        }
        starts.push_back(data.size()); // at least an acknowledgment
        if (GetParam().reorders)
            std::shuffle(starts.begin(), starts.end(), random);
        for (const std::size_t at : starts) {
            if (lost())
                continue;
            harness::Tcp tcp = header_of(with, flag::ack);
            tcp.sequence = first + static_cast<uint32_t>(std::min(at, data.size()));
            tcp.acknowledgment = with.expected + heard;
            const auto ip = header(harness::ip_protocol::tcp);
            receive(from_peer(ip, harness::tcp(ip, tcp, bytes_of(data.substr(at, segment_bytes)))));
        }
    }

    static void take_in_order(std::string& heard, std::map<uint32_t, std::string>& segments) {
        for (auto first = segments.begin(); first != segments.end() && first->first <= heard.size();
             first = segments.erase(first)) {
            const std::size_t known = heard.size() - first->first;
            if (known < first->second.size())
                heard += first->second.substr(known);
        }
    }

    std::mt19937 random{7};
    std::string data;
    Conversation with;
    uint32_t first = 0;
};

TEST_P(Transfer, EveryByteComesBack) { exchange(GetParam().loss_percent ? 400'000 : 4'000'000); }

INSTANTIATE_TEST_SUITE_P(Wires, Transfer,
                         testing::Values(Wire{0, 0, false}, Wire{0, 0, true}, Wire{0, 30, true},
                                         Wire{5, 0, false}, Wire{20, 10, true}),
                         [](const auto& info) {
                             return "Loss" + std::to_string(info.param.loss_percent) + "Repeat" +
                                    std::to_string(info.param.repeat_percent) +
                                    (info.param.reorders ? "Reordered" : "InOrder");
                         });

} // namespace
