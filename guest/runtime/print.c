/* print.c: formatting, the two streams and the log ring. */
#include "runtime.h"

pappus_log_ring __pappus_log;

struct buffer {
  char *text;
  size_t size, room;
};

static struct buffer standard_output, standard_error;

static void append(struct buffer *buffer, const char *text, size_t size) {
  if (size > buffer->room - buffer->size) {
    size_t room = buffer->room * 2 > buffer->size + size ? buffer->room * 2 : buffer->size + size;
    char *larger = pappus_alloc_aligned(room < 64 ? 64 : room, 1);
    memcpy(larger, buffer->text, buffer->size);
    pappus_give_back(buffer->text, buffer->room);
    buffer->text = larger;
    buffer->room = room < 64 ? 64 : room;
  }
  memcpy(buffer->text + buffer->size, text, size);
  buffer->size += size;
}

static void fill(struct buffer *buffer, char with, long count) {
  while (count-- > 0) {
    append(buffer, &with, 1);
  }
}

/* One conversion of a format: %[flags][width][.precision][length]conversion. */
struct conversion {
  bool left, zero, plus, blank, alternate;
  long width, precision; /* precision -1: none given */
  char length; /* '\0', 'h', 'H' for hh, 'i' for l as wide as int, 'l' for all of 64 bits */
};

static void pad(struct buffer *to, const struct conversion *how, const char *prefix,
                size_t prefix_size, const char *body, size_t body_size, long zeros) {
  long gap = how->width - (long)(prefix_size + body_size) - zeros;
  if (how->zero && !how->left && how->precision < 0 && gap > 0) {
    zeros += gap;
    gap = 0;
  }
  if (!how->left) {
    fill(to, ' ', gap);
  }
  append(to, prefix, prefix_size);
  fill(to, '0', zeros);
  append(to, body, body_size);
  if (how->left) {
    fill(to, ' ', gap);
  }
}

static void put_integer(struct buffer *to, const struct conversion *how, uint64_t value,
                        unsigned base, bool upper, const char *prefix) {
  const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  char text[24];
  size_t at = sizeof text;
  for (uint64_t rest = value; rest > 0; rest /= base) {
    text[--at] = digits[rest % base];
  }
  long least = how->precision < 0 ? 1 : how->precision;
  long zeros = least - (long)(sizeof text - at);
  pad(to, how, prefix, strlen(prefix), text + at, sizeof text - at, zeros > 0 ? zeros : 0);
}

static int64_t take_signed(char length, va_list *arguments) {
  switch (length) {
    case 'l':
      return va_arg(*arguments, int64_t);
    case 'h':
      return (short)va_arg(*arguments, int);
    case 'H':
      return (signed char)va_arg(*arguments, int);
    default:
      return va_arg(*arguments, int);
  }
}

static uint64_t take_unsigned(char length, va_list *arguments) {
  switch (length) {
    case 'l':
      return va_arg(*arguments, uint64_t);
    case 'h':
      return (unsigned short)va_arg(*arguments, unsigned);
    case 'H':
      return (unsigned char)va_arg(*arguments, unsigned);
    default:
      return va_arg(*arguments, unsigned);
  }
}

static const char *parse_number(const char *at, long *number, va_list *arguments) {
  if (*at == '*') {
    *number = va_arg(*arguments, int);
    return at + 1;
  }
  for (*number = 0; *at >= '0' && *at <= '9'; at++) {
    *number = *number * 10 + (*at - '0');
  }
  return at;
}

static char parse_length(char before, char modifier) {
  switch (modifier) {
    case 'h':
      return before == 'h' ? 'H' : 'h';
    case 'l':
      return before == 'i' || sizeof(long) == sizeof(int64_t) ? 'l' : 'i';
    case 'j':
      return 'l';
    default: /* z, t */
      return sizeof(size_t) == sizeof(int64_t) ? 'l' : 'i';
  }
}

static const char *parse(const char *at, struct conversion *how, va_list *arguments) {
  *how = (struct conversion){.precision = -1};
  for (;; at++) {
    switch (*at) {
      case '-': how->left = true; continue;
      case '0': how->zero = true; continue;
      case '+': how->plus = true; continue;
      case ' ': how->blank = true; continue;
      case '#': how->alternate = true; continue;
      default: break;
    }
    break;
  }
  at = parse_number(at, &how->width, arguments);
  if (how->width < 0) {
    how->left = true;
    how->width = -how->width;
  }
  if (*at == '.') {
    at = parse_number(at + 1, &how->precision, arguments);
  }
  for (; *at == 'h' || *at == 'l' || *at == 'z' || *at == 'j' || *at == 't'; at++) {
    how->length = parse_length(how->length, *at);
  }
  return at;
}

static void put_text(struct buffer *to, const struct conversion *how, const char *text) {
  if (text == NULL) {
    text = "(null)";
  }
  size_t size = 0;
  while ((how->precision < 0 || (long)size < how->precision) && text[size] != '\0') {
    size++;
  }
  struct conversion plain = *how;
  plain.zero = false;
  pad(to, &plain, "", 0, text, size, 0);
}

static void convert(struct buffer *to, char conversion, const struct conversion *how,
                    va_list *arguments) {
  switch (conversion) {
    case 'd':
    case 'i': {
      int64_t value = take_signed(how->length, arguments);
      const char *sign = value < 0 ? "-" : how->plus ? "+" : how->blank ? " " : "";
      put_integer(to, how, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, false, sign);
      break;
    }
    case 'u':
      put_integer(to, how, take_unsigned(how->length, arguments), 10, false, "");
      break;
    case 'o':
      put_integer(to, how, take_unsigned(how->length, arguments), 8, false, "");
      break;
    case 'x':
    case 'X': {
      uint64_t value = take_unsigned(how->length, arguments);
      const char *prefix = !how->alternate || value == 0 ? "" : conversion == 'x' ? "0x" : "0X";
      put_integer(to, how, value, 16, conversion == 'X', prefix);
      break;
    }
    case 'p':
      put_integer(to, how, (uintptr_t)va_arg(*arguments, void *), 16, false, "0x");
      break;
    case 'c': {
      char character = (char)va_arg(*arguments, int);
      struct conversion plain = *how;
      plain.zero = false;
      pad(to, &plain, "", 0, &character, 1, 0);
      break;
    }
    case 's':
      put_text(to, how, va_arg(*arguments, const char *));
      break;
    case '%':
      append(to, "%", 1);
      break;
    default:
      pappus_fail("format: there is no %%%c here", conversion);
  }
}

static void format_into(struct buffer *to, const char *format, va_list arguments) {
  va_list rest;
  va_copy(rest, arguments);
  while (*format != '\0') {
    const char *plain = format;
    while (*format != '\0' && *format != '%') {
      format++;
    }
    append(to, plain, (size_t)(format - plain));
    if (*format == '%') {
      struct conversion how;
      format = parse(format + 1, &how, &rest);
      convert(to, *format, &how, &rest);
      format++;
    }
  }
  va_end(rest);
}

char *pappus_vformat(const char *format, va_list arguments, size_t *size) {
  struct buffer text = {0};
  format_into(&text, format, arguments);
  append(&text, "", 1);
  if (size != NULL) {
    *size = text.size - 1;
  }
  return text.text;
}

char *pappus_format(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = pappus_vformat(format, arguments, NULL);
  va_end(arguments);
  return text;
}

void pappus_ring_add(pappus_log_ring *ring, const char *text, size_t size) {
  if (size > PAPPUS_LOG_CAPACITY) {
    size_t lost = size - PAPPUS_LOG_CAPACITY;
    ring->total += lost;
    text += lost;
    size = PAPPUS_LOG_CAPACITY;
  }
  while (size > 0) {
    size_t at = ring->total % PAPPUS_LOG_CAPACITY, room = PAPPUS_LOG_CAPACITY - at;
    size_t part = size < room ? size : room;
    memcpy(ring->text + at, text, part);
    ring->total += part;
    text += part;
    size -= part;
  }
}

void pappus_log(const char *text, size_t size) {
  pappus_ring_add(&__pappus_log, text, size);
}

void pappus_out_of_memory(size_t wanted) {
  char digits[24];
  size_t at = sizeof digits;
  do {
    digits[--at] = (char)('0' + wanted % 10);
    wanted /= 10;
  } while (wanted > 0);
  static const char before[] = "out of memory: ", after[] = " bytes wanted\n";
  pappus_log(before, sizeof before - 1);
  pappus_log(digits + at, sizeof digits - at);
  pappus_log(after, sizeof after - 1);
  pappus_leave(PAPPUS_EXIT_OUT_OF_MEMORY);
}

/* The number of the output set stdio, or that of the sentinel if it is not registered. */
static size_t stdio_index(void) {
  size_t index = 0;
  while (index < control.output_count &&
         (control.output_sets[index].name_size != 5 ||
          memcmp(control.output_sets[index].name, "stdio", 5) != 0)) {
    index++;
  }
  return index;
}

static void print_to(struct buffer *stream, const char *format, va_list arguments) {
  size_t start = stream->size;
  format_into(stream, format, arguments);
  pappus_log(stream->text + start, stream->size - start);
  if (stdio_index() == control.output_count) {
    stream->size = 0;
  }
}

void pappus_print(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  print_to(&standard_output, format, arguments);
  va_end(arguments);
}

void pappus_warn(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  print_to(&standard_error, format, arguments);
  va_end(arguments);
}

void pappus_write(bool to_error, const char *text, size_t size) {
  if (stdio_index() < control.output_count) {
    append(to_error ? &standard_error : &standard_output, text, size);
  }
}

void pappus_publish_stdio(void) {
  size_t index = stdio_index();
  if (index < control.output_count) {
    pappus_put((pappus_out){index}, pappus_id("stderr", 0), standard_error.text,
               standard_error.size);
    pappus_put((pappus_out){index}, pappus_id("stdout", 0), standard_output.text,
               standard_output.size);
  }
}
