// SPDX-License-Identifier: GPL-2.0-or-later
// The texts of the C library for the errors that occur here.
#include "shell/error_text.h"

namespace shell {

const char* error_text(int error) {
    struct Text {
        int number;
        const char* text;
    };
    static constexpr Text texts[] = {{11, "Resource temporarily unavailable"},
                                     {12, "Cannot allocate memory"},
                                     {16, "Device or resource busy"},
                                     {19, "No such device"},
                                     {22, "Invalid argument"},
                                     {95, "Operation not supported"},
                                     {99, "Cannot assign requested address"},
                                     {100, "Network is down"},
                                     {110, "Connection timed out"}};
    for (const Text& each : texts)
        if (each.number == -error)
            return each.text;
    return "Unknown error";
}

} // namespace shell
