// SPDX-License-Identifier: GPL-2.0-or-later
// Intrusive doubly linked list: no allocation to queue, O(1) to unlink. An element is in one list at a time.
#pragma once

namespace kernel {

struct ListNode {
    ListNode* prev = nullptr;
    ListNode* next = nullptr;
    bool linked() const { return next != nullptr; }
    void unlink() {
        prev->next = next;
        next->prev = prev;
        prev = next = nullptr;
    }
};

/// List of T, which derives from ListNode.
template <typename T> class List {
  public:
    constexpr List() { clear(); }
    List(const List&) = delete;
    List& operator=(const List&) = delete;

    bool empty() const { return head_.next == &head_; }
    T* front() const { return empty() ? nullptr : static_cast<T*>(head_.next); }
    void push_back(T& element) { insert_before(head_, element); }
    void push_front(T& element) { insert_before(*head_.next, element); }
    T* pop_front() {
        T* element = front();
        if (element)
            element->ListNode::unlink();
        return element;
    }
    /// Moves all elements of `other` behind the last one here.
    void splice_back(List& other) {
        if (other.empty())
            return;
        ListNode* first = other.head_.next;
        ListNode* last = other.head_.prev;
        first->prev = head_.prev;
        head_.prev->next = first;
        last->next = &head_;
        head_.prev = last;
        other.clear();
    }
    /// The first element for which `matches(const T&)`; nullptr if there is none.
    template <typename Predicate> T* find(Predicate matches) const {
        for (ListNode* node = head_.next; node != &head_; node = node->next)
            if (matches(static_cast<const T&>(*node)))
                return static_cast<T*>(node);
        return nullptr;
    }
    /// `function(T&)` may unlink the element it is given.
    template <typename Function> void for_each(Function function) const {
        for (ListNode* node = head_.next; node != &head_;) {
            ListNode* next = node->next;
            function(static_cast<T&>(*node));
            node = next;
        }
    }

    /// `position` is an element of the list.
    static void insert_before(ListNode& position, ListNode& node) {
        node.prev = position.prev;
        node.next = &position;
        position.prev->next = &node;
        position.prev = &node;
    }

  private:
    constexpr void clear() { head_.prev = head_.next = &head_; }
    ListNode head_;
};

} // namespace kernel
