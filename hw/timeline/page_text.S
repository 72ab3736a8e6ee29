// SPDX-License-Identifier: GPL-2.0-or-later
// page.html as it is.
    .section .rodata
    .global timeline_page_begin, timeline_page_end
timeline_page_begin:
    .incbin "page.html"
timeline_page_end:
    .section .note.GNU-stack, "", %progbits
