// SPDX-License-Identifier: GPL-2.0-or-later
// Load Microcode (SDM 6.4.2.6): which image is taken for what, by which chip, and how long it stays.
#include "chip_bench.h"
#include "firmware/bundling_image.h"
#include "microcode_image.h"

namespace i8255x {
namespace {

constexpr BundlingParameters wanted{.delay = 0x1234, .frames = 17, .small_mask = 0xfe00};

bool same(const BundlingParameters& a, const BundlingParameters& b) {
    return a.delay == b.delay && a.frames == b.frames && a.small_mask == b.small_mask;
}

/// The published facts once more, typed independently of the table under test.
struct Published {
    std::vector<std::string_view> chips;
    const char* image;
    std::size_t words;
    std::vector<uint32_t> patches;
    struct {
        std::size_t word;
        uint32_t opcode;
    } delay, frames, small; ///< word 0: not there
};
const Published published[] = {
    {{"82558a"}, "D101A", 102, {0x03b301bb, 0x0046ffff, ~0u, 0x051dffff, ~0u, ~0u}, {72, 8}, {}, {}},
    {{"82558b"}, "D101B0", 102, {0x03b401bc, 0x0047ffff, ~0u, 0x051effff, ~0u, ~0u}, {72, 8}, {}, {}},
    {{"82559c", "82559cardbus"},
     "D101M",
     134,
     {0x00550215, 0xffff0437, ~0u, 0x06a70789, ~0u, 0x0558ffff},
     {78, 8},
     {65, 12},
     {126, 12}},
    {{"82559er"},
     "D101SLinux",
     134,
     {0x00550242, 0xffff047e, ~0u, 0x06ff0818, ~0u, 0x05a6ffff},
     {78, 8},
     {67, 12},
     {128, 12}},
    {{"82559er"},
     "D101SFreeBSD",
     134,
     {0x00550242, 0xffff047e, ~0u, 0x06ff0818, ~0u, 0x05a6ffff},
     {78, 8},
     {67, 12},
     {129, 12}},
    {{"82550"},
     "D102B",
     134,
     {0x006f0276, 0x02bf0e93, 0x1fff0ed9, 0x0d2508fa, 0x04d21fff, 0x0ea10892},
     {91, 32},
     {115, 48},
     {70, 48}},
    {{"82550c"},
     "D102C",
     134,
     {0x00700279, 0x0e6104e2, 0x02bf0cae, 0x1519150c, 0x1fff0e5b, 0x1fff1fff},
     {46, 32},
     {54, 48},
     {}},
    {{"82551", "82551f", "82551qm", "82551it", "82551er"},
     "D102E",
     134,
     {0x007d028f, 0x0e4204f9, 0x14ed0c85, 0x14fa14e9, 0x0ef70e36, 0x1fff1fff},
     {42, 32},
     {54, 48},
     {46, 48}},
};

std::vector<uint32_t> words_of(const Published& facts) {
    std::vector<uint32_t> words(facts.words, 0x5a5a5a5a);
    std::copy(facts.patches.begin(), facts.patches.end(), words.begin());
    const auto put = [&](auto place, uint32_t operand) {
        if (place.word != 0)
            words[place.word] = place.opcode << 16 | operand;
    };
    put(facts.delay, wanted.delay);
    put(facts.frames, wanted.frames);
    put(facts.small, wanted.small_mask);
    return words;
}

BundlingParameters parameters_of(const Published& facts) {
    return {.delay = wanted.delay,
            .frames = facts.frames.word != 0 ? wanted.frames : uint16_t{0xffff},
            .small_mask = facts.small.word != 0 ? wanted.small_mask : uint16_t{0xffff}};
}

/// The parameters in force, as the chip's own record tells them.
std::optional<BundlingParameters> in_force(const ChipBench& e100) {
    StateRecord record;
    e100.chip.save(record);
    if (record.bundling_loaded == 0)
        return std::nullopt;
    return BundlingParameters{record.bundling_delay, record.bundling_frames, record.bundling_small_mask};
}

class PublishedMicrocode : public testing::TestWithParam<Published> {};

INSTANTIATE_TEST_SUITE_P(Images, PublishedMicrocode, testing::ValuesIn(published),
                         [](const auto& info) { return std::string(info.param.image); });

TEST_P(PublishedMicrocode, IsRecognisedByItsChip) {
    for (const auto chip : GetParam().chips) {
        ChipBench e100(chip);
        EXPECT_EQ(e100.execute(Opcode::LoadMicrocode, little_endian_bytes(words_of(GetParam()))), 0xa000);
        ASSERT_TRUE(in_force(e100)) << chip;
        EXPECT_TRUE(same(*in_force(e100), parameters_of(GetParam()))) << chip;
        EXPECT_TRUE(e100.host.guest_errors.empty()) << chip;
    }
}

TEST_P(PublishedMicrocode, MeansNothingToOthers) {
    for (const Variant& variant : variants()) {
        if (std::ranges::find(GetParam().chips, variant.name) != GetParam().chips.end())
            continue;
        ChipBench e100(variant.name);
        EXPECT_EQ(e100.execute(Opcode::LoadMicrocode, little_endian_bytes(words_of(GetParam()))), 0xa000);
        EXPECT_FALSE(in_force(e100)) << variant.name;
        EXPECT_EQ(e100.host.guest_errors.size(), 1u) << variant.name;
    }
}

TEST_P(PublishedMicrocode, EveryPatchAndOpcodeCounts) {
    const auto unknown_with = [](std::size_t word, uint32_t flipped) {
        auto words = words_of(GetParam());
        words[word] ^= flipped;
        ChipBench e100(GetParam().chips.front());
        e100.execute(Opcode::LoadMicrocode, little_endian_bytes(words));
        return !in_force(e100);
    };
    for (std::size_t word = 0; word < 6; word++) {
        EXPECT_TRUE(unknown_with(word, 1)) << word;
        EXPECT_TRUE(unknown_with(word, 0x80000000)) << word;
    }
    for (const auto& place : {GetParam().delay, GetParam().frames, GetParam().small})
        EXPECT_TRUE(place.word == 0 || unknown_with(place.word, 0x10000)) << place.word;
}

struct MicrocodeTest : testing::Test, ChipBench {
    uint16_t load(const std::vector<uint32_t>& words) {
        return execute(Opcode::LoadMicrocode, little_endian_bytes(words));
    }
    static std::vector<uint32_t> own() {
        const auto image = firmware::bundling_image(wanted);
        return {image.begin(), image.end()};
    }
};

TEST_F(MicrocodeTest, OursIsKnownToEveryChipThatTakesAsMuch) {
    for (const Variant& variant : variants()) {
        ChipBench e100(variant.name);
        EXPECT_EQ(e100.execute(Opcode::LoadMicrocode, little_endian_bytes(own())), 0xa000);
        EXPECT_EQ(in_force(e100).has_value(), microcode_words(variant.microcode) == 134) << variant.name;
        if (const auto parameters = in_force(e100)) {
            EXPECT_TRUE(same(*parameters, wanted));
        }
    }
    EXPECT_EQ(microcode_words(find_variant("82559c")->microcode), 134u);
    EXPECT_EQ(microcode_words(find_variant("82551")->microcode), 134u);
}

TEST_F(MicrocodeTest, OurPatchesAreNobodyElses) {
    for (const MicrocodeImage& image : microcode_images())
        EXPECT_EQ(image.patches == firmware::fingerprint(), image.name == "own") << image.name;
}

TEST_F(MicrocodeTest, TheChipReadsAsMuchAsItHolds) {
    for (const Variant& variant : variants()) {
        ChipBench e100(variant.name);
        e100.host.forget();
        e100.put_block(ChipBench::area, 0x8005, 0);
        e100.command(CuCommand::Start, ChipBench::area);
        e100.host.run_command_unit();
        std::size_t read = 0;
        for (const auto& step : e100.host.dma)
            if (step.kind == FakeHost::DmaStep::Kind::Read && step.address == ChipBench::area + 8)
                read += step.bytes;
        EXPECT_EQ(read, 4 * microcode_words(variant.microcode)) << variant.name;
    }
}

TEST_F(MicrocodeTest, AnUnknownImageReplacesAKnownOne) {
    load(own());
    ASSERT_TRUE(in_force(*this));
    EXPECT_EQ(load(std::vector<uint32_t>(134, 0x5a5a5a5a)), 0xa000);
    EXPECT_FALSE(in_force(*this));
    ASSERT_EQ(host.guest_errors.size(), 1u);
    EXPECT_EQ(host.guest_errors[0].value, 0x5a5a5a5au);
}

TEST_F(MicrocodeTest, OffTheBusFailsAndLeavesWhatIsThere) {
    load(own());
    host.memory.refuse(area + 8 + 535, 1);
    put_block(area, 0x8005, 0);
    command(CuCommand::Start, area);
    host.run_command_unit();
    EXPECT_EQ(host.memory.read16(area), 0x8000);
    EXPECT_TRUE(in_force(*this));
}

TEST_F(MicrocodeTest, OnlyTheSelectiveResetKeepsIt) {
    load(own());
    port(PortCommand::SelectiveReset);
    EXPECT_TRUE(in_force(*this));
    port(PortCommand::SoftwareReset);
    EXPECT_FALSE(in_force(*this));
    load(own());
    port(PortCommand::SelfTest, area);
    EXPECT_FALSE(in_force(*this));
    load(own());
    chip.reset(ResetKind::Hardware);
    EXPECT_FALSE(in_force(*this));
}

TEST_F(MicrocodeTest, IsTraced) {
    load(own());
    EXPECT_TRUE(host.traced(TraceEvent::RxBundling));
}

} // namespace
} // namespace i8255x
