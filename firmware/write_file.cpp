// SPDX-License-Identifier: GPL-2.0-or-later
// Writes our microcode image as a file that Linux's e100 driver takes: little-endian dwords, then where the
// parameters stand, into which the driver writes its own.
#include <cstdio>
#include <vector>

#include "firmware/bundling_image.h"

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s FILE\n", argv[0]);
        return 2;
    }
    std::vector<unsigned char> bytes;
    for (const uint32_t word : firmware::bundling_image({}))
        for (unsigned shift = 0; shift < 32; shift += 8)
            bytes.push_back(static_cast<unsigned char>(word >> shift));
    for (const auto place : {firmware::delay_place, firmware::frames_place, firmware::small_place})
        bytes.push_back(place.word);
    std::FILE* file = std::fopen(argv[1], "wb");
    const bool written = file != nullptr && std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
    if (file == nullptr || std::fclose(file) != 0 || !written) {
        std::perror(argv[1]);
        return 1;
    }
    return 0;
}
