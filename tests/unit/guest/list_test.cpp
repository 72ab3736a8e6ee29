// SPDX-License-Identifier: GPL-2.0-or-later
// Intrusive lists.
#include <gtest/gtest.h>
#include <vector>

#include "kernel/list.h"

namespace {

struct Number : kernel::ListNode {
    explicit Number(int n) : value(n) {}
    int value;
};

std::vector<int> values(const kernel::List<Number>& list) {
    std::vector<int> result;
    list.for_each([&](Number& each) { result.push_back(each.value); });
    return result;
}

TEST(List, IsEmptyAtFirst) {
    kernel::List<Number> list;
    EXPECT_TRUE(list.empty());
    EXPECT_EQ(list.front(), nullptr);
    EXPECT_EQ(list.pop_front(), nullptr);
}

TEST(List, KeepsTheOrderOfInsertion) {
    kernel::List<Number> list;
    Number a(1), b(2), c(3), d(4);
    list.push_back(b);
    list.push_back(d);
    list.push_front(a);
    kernel::List<Number>::insert_before(d, c);
    EXPECT_EQ(values(list), (std::vector{1, 2, 3, 4}));
    EXPECT_EQ(list.pop_front(), &a);
    EXPECT_FALSE(a.linked());
    EXPECT_EQ(values(list), (std::vector{2, 3, 4}));
}

TEST(List, UnlinksFromTheMiddle) {
    kernel::List<Number> list;
    Number a(1), b(2), c(3);
    for (Number* each : {&a, &b, &c})
        list.push_back(*each);
    EXPECT_TRUE(b.linked());
    b.unlink();
    EXPECT_FALSE(b.linked());
    EXPECT_EQ(values(list), (std::vector{1, 3}));
}

TEST(List, SpliceMovesAllBehindTheLast) {
    kernel::List<Number> list, other;
    Number a(1), b(2), c(3);
    list.push_back(a);
    other.push_back(b);
    other.push_back(c);
    list.splice_back(other);
    EXPECT_EQ(values(list), (std::vector{1, 2, 3}));
    EXPECT_TRUE(other.empty());
    list.splice_back(other);
    EXPECT_EQ(values(list), (std::vector{1, 2, 3}));
}

TEST(List, ForEachMayUnlinkItsElement) {
    kernel::List<Number> list;
    Number a(1), b(2), c(3);
    for (Number* each : {&a, &b, &c})
        list.push_back(*each);
    list.for_each([](Number& each) {
        if (each.value != 2)
            each.unlink();
    });
    EXPECT_EQ(values(list), std::vector{2});
}

TEST(List, FindsTheFirstThatMatches) {
    kernel::List<Number> list;
    Number a(1), b(5), c(7);
    for (Number* each : {&a, &b, &c})
        list.push_back(*each);
    EXPECT_EQ(list.find([](const Number& each) { return each.value > 3; }), &b);
    EXPECT_EQ(list.find([](const Number& each) { return each.value > 9; }), nullptr);
}

} // namespace
