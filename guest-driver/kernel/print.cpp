// SPDX-License-Identifier: GPL-2.0-or-later
// printf's formatting without floating point, and printk on top of it.
#include "kernel/print.h"

#include <array>
#include <cstdint>
#include <string_view>

#include "arch/console.h"
#include "kernel/log.h"

namespace kernel {

namespace {

/// Where the text goes: a piece at a time, and all of it is counted.
class Sink {
  public:
    virtual void write(std::string_view text) = 0;
    void repeat(char c, std::size_t times) {
        while (times-- > 0)
            write({&c, 1});
    }

  protected:
    ~Sink() = default;
};

class BufferSink final : public Sink {
  public:
    BufferSink(char* buffer, std::size_t size) : buffer_(buffer), size_(size) {}
    void write(std::string_view text) override {
        for (char c : text) {
            if (length_ + 1 < size_)
                buffer_[length_] = c;
            length_++;
        }
    }
    std::size_t finish() {
        if (size_ > 0)
            buffer_[length_ < size_ ? length_ : size_ - 1] = '\0';
        return length_;
    }

  private:
    char* buffer_;
    std::size_t size_, length_ = 0;
};

/// Collects pieces so that a short message reaches the console in one go.
class ConsoleSink final : public Sink {
  public:
    void write(std::string_view text) override {
        for (char c : text) {
            if (length_ == buffer_.size())
                flush();
            buffer_[length_++] = c;
        }
    }
    void flush() {
        arch::console_write(buffer_.data(), length_);
        log_append({buffer_.data(), length_});
        length_ = 0;
    }

  private:
    std::array<char, 256> buffer_;
    std::size_t length_ = 0;
};

enum class Length : uint8_t { Int, Long, LongLong, Size };

/// One conversion: %[-0][width][.precision][length]type
struct Conversion {
    bool left = false, zeros = false, has_precision = false;
    std::size_t width = 0, precision = 0;
    Length length = Length::Int;
    char type = 0;
};

struct Arguments {
    va_list list;
    uint64_t unsigned_of(Length length) {
        switch (length) {
        case Length::Int:
            return va_arg(list, unsigned);
        case Length::Long:
            return va_arg(list, unsigned long);
        case Length::LongLong:
            return va_arg(list, unsigned long long);
        case Length::Size:
            return va_arg(list, std::size_t);
        }
        return 0;
    }
    int64_t signed_of(Length length) {
        return length == Length::Int ? va_arg(list, int) : static_cast<int64_t>(unsigned_of(length));
    }
    /// A number in the format, or `*`.
    std::size_t number(const char*& format, bool& negative) {
        if (*format == '*') {
            format++;
            const int value = va_arg(list, int);
            negative = value < 0;
            return static_cast<std::size_t>(negative ? -int64_t{value} : value);
        }
        std::size_t value = 0;
        for (; *format >= '0' && *format <= '9'; format++)
            value = value * 10 + static_cast<std::size_t>(*format - '0');
        return value;
    }
};

Length parse_length(const char*& format) {
    Length length = Length::Int;
    for (;; format++) {
        if (*format == 'l')
            length = length == Length::Long ? Length::LongLong : Length::Long;
        else if (*format == 'z')
            length = Length::Size;
        else
            return length;
    }
}

Conversion parse(const char*& format, Arguments& arguments) {
    Conversion conversion;
    for (;; format++) {
        if (*format == '-')
            conversion.left = true;
        else if (*format == '0')
            conversion.zeros = true;
        else
            break;
    }
    bool negative = false;
    conversion.width = arguments.number(format, negative);
    conversion.left |= negative;
    if (*format == '.') {
        format++;
        negative = false;
        conversion.precision = arguments.number(format, negative);
        conversion.has_precision = !negative;
    }
    conversion.length = parse_length(format);
    conversion.type = *format;
    if (*format)
        format++;
    return conversion;
}

void pad(Sink& sink, const Conversion& conversion, std::string_view prefix, std::string_view text) {
    const std::size_t used = prefix.size() + text.size();
    const std::size_t missing = conversion.width > used ? conversion.width - used : 0;
    const bool zeros = conversion.zeros && !conversion.left;
    if (!conversion.left && !zeros)
        sink.repeat(' ', missing);
    sink.write(prefix);
    if (zeros)
        sink.repeat('0', missing);
    sink.write(text);
    if (conversion.left)
        sink.repeat(' ', missing);
}

void put_number(Sink& sink, const Conversion& conversion, std::string_view prefix, uint64_t value,
                unsigned base) {
    const char* digits = conversion.type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    std::array<char, 20> text; // 2^64 has 20 decimal digits
    std::size_t begin = text.size();
    do {
        text[--begin] = digits[value % base];
        value /= base;
    } while (value != 0);
    pad(sink, conversion, prefix, {text.data() + begin, text.size() - begin});
}

void put_signed(Sink& sink, const Conversion& conversion, int64_t value) {
    const uint64_t magnitude = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
    put_number(sink, conversion, value < 0 ? "-" : "", magnitude, 10);
}

void put_string(Sink& sink, Conversion conversion, const char* text) {
    if (!text)
        text = "(null)";
    std::size_t length = 0;
    while ((!conversion.has_precision || length < conversion.precision) && text[length])
        length++;
    conversion.zeros = false;
    pad(sink, conversion, "", {text, length});
}

void put(Sink& sink, const Conversion& conversion, Arguments& arguments) {
    switch (conversion.type) {
    case 'd':
    case 'i':
        return put_signed(sink, conversion, arguments.signed_of(conversion.length));
    case 'u':
        return put_number(sink, conversion, "", arguments.unsigned_of(conversion.length), 10);
    case 'x':
    case 'X':
        return put_number(sink, conversion, "", arguments.unsigned_of(conversion.length), 16);
    case 'p':
        return put_number(sink, conversion, "0x", reinterpret_cast<uintptr_t>(va_arg(arguments.list, void*)),
                          16);
    case 's':
        return put_string(sink, conversion, va_arg(arguments.list, const char*));
    case 'c': {
        const char c = static_cast<char>(va_arg(arguments.list, int));
        return pad(sink, conversion, "", {&c, 1});
    }
    case '%':
        return sink.write("%");
    default: // shown as it is, so that the mistake is seen
        sink.write("%");
        if (conversion.type)
            sink.write({&conversion.type, 1});
    }
}

void format_to(Sink& sink, const char* format, va_list list) {
    Arguments arguments;
    va_copy(arguments.list, list);
    while (*format) {
        std::size_t plain = 0;
        while (format[plain] && format[plain] != '%')
            plain++;
        sink.write({format, plain});
        format += plain;
        if (*format == '%') {
            format++;
            put(sink, parse(format, arguments), arguments);
        }
    }
    va_end(arguments.list);
}

} // namespace

std::size_t vformat(char* buffer, std::size_t size, const char* format, va_list arguments) {
    BufferSink sink(buffer, size);
    format_to(sink, format, arguments);
    return sink.finish();
}

std::size_t format(char* buffer, std::size_t size, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const std::size_t length = vformat(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}

void printk(const char* format, ...) {
    ConsoleSink sink;
    va_list arguments;
    va_start(arguments, format);
    format_to(sink, format, arguments);
    va_end(arguments);
    sink.flush();
}

} // namespace kernel
