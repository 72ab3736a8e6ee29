// SPDX-License-Identifier: GPL-2.0-or-later
// Undoing a half-done sequence: each step that succeeded says how it is undone, and leaving without commit()
// undoes them, last first.
#pragma once

#include <array>
#include <cstddef>

namespace e100 {

template <typename Subject, std::size_t capacity = 16> class Rollback {
  public:
    explicit Rollback(Subject& subject) : subject_(subject) {}
    ~Rollback() {
        while (depth_)
            steps_[--depth_](subject_);
    }
    Rollback(const Rollback&) = delete;
    Rollback& operator=(const Rollback&) = delete;

    void on_failure(void (*undo)(Subject&)) { steps_[depth_++] = undo; }
    void commit() { depth_ = 0; }

  private:
    Subject& subject_;
    std::array<void (*)(Subject&), capacity> steps_{};
    std::size_t depth_ = 0;
};

} // namespace e100
