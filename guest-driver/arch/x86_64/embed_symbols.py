#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the table of an image's functions as assembly, for the second link of the same image.

Usage: embed_symbols.py NM IMAGE OUTPUT.S
"""
import re
import subprocess
import sys


def readable(name):
    for long, short in (("(anonymous namespace)::", ""), ("std::basic_string_view<char, std::char_traits<char> >", "std::string_view")):
        name = name.replace(long, short)
    return name


def functions(nm, image):
    """(address, name) of all functions in order of address, one name per address."""
    listing = subprocess.run([nm, "--demangle", "--numeric-sort", image], check=True, capture_output=True, text=True)
    last = None
    for line in listing.stdout.splitlines():
        match = re.fullmatch(r"([0-9a-f]+) [TtWw] (.+)", line)
        if match and (address := int(match[1], 16)) != last:
            yield address, readable(match[2])
            last = address


def main(nm, image, output):
    table = list(functions(nm, image))
    offset = 0
    with open(output, "w", encoding="ascii") as file:
        file.write('        .section .symbols.entries, "a"\n')
        for address, name in table:
            file.write(f"        .long {address:#x}, {offset}\n")
            offset += len(name) + 1
        file.write('        .section .symbols.names, "a"\n')
        for _, name in table:
            escaped = name.replace("\\", "\\\\").replace('"', '\\"')
            file.write(f'        .asciz "{escaped}"\n')
        file.write('        .section .note.GNU-stack, "", @progbits\n')


main(*sys.argv[1:])
