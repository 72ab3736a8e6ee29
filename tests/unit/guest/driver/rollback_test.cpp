// SPDX-License-Identifier: GPL-2.0-or-later
// Undoing half-done sequences, and the names of errors.
#include "driver/rollback.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "driver/error.h"

namespace {

using Undone = std::string;

void sequence(Undone& undone, unsigned steps, bool succeed) {
    e100::Rollback<Undone> rollback(undone);
    if (steps > 0)
        rollback.on_failure([](Undone& text) { text += 'a'; });
    if (steps > 1)
        rollback.on_failure([](Undone& text) { text += 'b'; });
    if (steps > 2)
        rollback.on_failure([](Undone& text) { text += 'c'; });
    if (succeed)
        rollback.commit();
}

TEST(Rollback, UndoesWhatWasDoneLastFirst) {
    for (const auto& [steps, expected] : {std::pair{0u, ""}, {1u, "a"}, {2u, "ba"}, {3u, "cba"}}) {
        Undone undone;
        sequence(undone, steps, false);
        EXPECT_EQ(undone, expected);
    }
}

TEST(Rollback, UndoesNothingOnceCommitted) {
    Undone undone;
    sequence(undone, 3, true);
    EXPECT_EQ(undone, "");
}

TEST(Errors, EachHasATextOfItsOwnAndANegativeNumber) {
    std::set<std::string> texts;
    for (unsigned i = 0; i <= static_cast<unsigned>(e100::Error::NoInterrupt); i++) {
        const auto error = static_cast<e100::Error>(i);
        EXPECT_TRUE(texts.insert(e100::error_text(error)).second) << i;
        if (error == e100::Error::None)
            EXPECT_EQ(e100::error_number(error), 0);
        else
            EXPECT_LT(e100::error_number(error), 0);
    }
}

} // namespace
