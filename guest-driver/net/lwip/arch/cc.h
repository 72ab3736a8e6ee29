/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lwIP wants to know of compiler and platform. */
#ifndef E100_LWIP_CC_H
#define E100_LWIP_CC_H

#define LWIP_NO_INTTYPES_H 1
#define LWIP_NO_UNISTD_H 1
#define LWIP_NO_CTYPE_H 1
#define X8_F "x"
#define U16_F "u"
#define S16_F "d"
#define X16_F "x"
#define U32_F "u"
#define S32_F "d"
#define X32_F "x"
#define SZT_F "zu"

#define LWIP_PLATFORM_DIAG(arguments)                                                                        \
    do {                                                                                                     \
    } while (0)
#define LWIP_PLATFORM_ASSERT(text) lwip_assertion_failed(text)
#define LWIP_RAND() lwip_random()

#endif
