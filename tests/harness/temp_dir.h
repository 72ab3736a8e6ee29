// SPDX-License-Identifier: GPL-2.0-or-later
// A directory that lives as long as its object; sockets, images and logs of one test go there.
#pragma once

#include <filesystem>
#include <string>

namespace harness {

class TempDir {
  public:
    TempDir();
    /// Removes the directory and all in it, unless E100_KEEP is set in the environment.
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    /// Absolute path of `name` in the directory; short enough for a unix socket.
    std::string file(const std::string& name) const { return (path_ / name).string(); }
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

} // namespace harness
