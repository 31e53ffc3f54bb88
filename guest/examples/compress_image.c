/* Compresses images without loss.
 *
 * in:  images      binary portable pixmaps (P6, 255 levels)
 * out: compressed  each image as QOI (the Quite OK Image format), under its name and key */
#include <pappus.h>

enum { PIXELS_MAX = 1 << 26, LONGEST_RUN = 62, SEEN = 64 };
enum { OP_INDEX = 0x00, OP_DIFFERENCE = 0x40, OP_LUMA = 0x80, OP_RUN = 0xC0, OP_RGB = 0xFE };

struct pixel {
  uint8_t red, green, blue;
};

struct reader {
  const uint8_t *at, *end;
};

static void expect(bool holds) {
  if (!holds) {
    pappus_fail("an image must be a binary portable pixmap: P6 WIDTH HEIGHT 255 and its bytes");
  }
}

static bool is_blank(uint8_t byte) {
  return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static uint32_t number(struct reader *in) {
  while (in->at < in->end && (is_blank(*in->at) || *in->at == '#')) {
    if (*in->at == '#') {
      while (in->at < in->end && *in->at != '\n') {
        in->at++;
      }
    } else {
      in->at++;
    }
  }
  uint32_t value = 0;
  const uint8_t *start = in->at;
  while (in->at < in->end && *in->at >= '0' && *in->at <= '9' && in->at - start < 8) {
    value = value * 10 + (uint32_t)(*in->at++ - '0');
  }
  expect(in->at > start);
  return value;
}

static uint8_t *put_big_endian(uint8_t *to, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    *to++ = (uint8_t)(value >> shift);
  }
  return to;
}

static bool same(struct pixel a, struct pixel b) {
  return a.red == b.red && a.green == b.green && a.blue == b.blue;
}

/* Writes a pixel that differs from the one before. */
static uint8_t *put_pixel(uint8_t *to, struct pixel now, struct pixel before, struct pixel *seen) {
  size_t place = (now.red * 3u + now.green * 5u + now.blue * 7u + 255u * 11u) % SEEN;
  if (same(seen[place], now)) {
    *to++ = (uint8_t)(OP_INDEX | place);
    return to;
  }
  seen[place] = now;
  int red = (int8_t)(now.red - before.red), green = (int8_t)(now.green - before.green),
      blue = (int8_t)(now.blue - before.blue);
  int red_green = (int8_t)(red - green), blue_green = (int8_t)(blue - green);
  if (red >= -2 && red <= 1 && green >= -2 && green <= 1 && blue >= -2 && blue <= 1) {
    *to++ = (uint8_t)(OP_DIFFERENCE | (red + 2) << 4 | (green + 2) << 2 | (blue + 2));
  } else if (green >= -32 && green <= 31 && red_green >= -8 && red_green <= 7 &&
             blue_green >= -8 && blue_green <= 7) {
    *to++ = (uint8_t)(OP_LUMA | (green + 32));
    *to++ = (uint8_t)((red_green + 8) << 4 | (blue_green + 8));
  } else {
    *to++ = OP_RGB;
    *to++ = now.red;
    *to++ = now.green;
    *to++ = now.blue;
  }
  return to;
}

static uint8_t *put_pixels(uint8_t *to, const uint8_t *from, uint32_t pixels) {
  /* Entries count as black that is not opaque, which no pixel here is. */
  struct pixel seen[SEEN] = {0}, before = {0, 0, 0};
  bool black_seen = false;
  uint32_t run = 0;
  for (uint32_t i = 0; i < pixels; i++, from += 3) {
    struct pixel now = {from[0], from[1], from[2]};
    if (same(now, before)) {
      run++;
      if (run == LONGEST_RUN || i + 1 == pixels) {
        *to++ = (uint8_t)(OP_RUN | (run - 1));
        run = 0;
      }
      continue;
    }
    if (run > 0) {
      *to++ = (uint8_t)(OP_RUN | (run - 1));
      run = 0;
    }
    if (same(now, (struct pixel){0, 0, 0}) && !black_seen) {
      black_seen = true;
      *to++ = OP_RGB;
      *to++ = 0;
      *to++ = 0;
      *to++ = 0;
      seen[255u * 11u % SEEN] = now;
    } else {
      to = put_pixel(to, now, before, seen);
    }
    before = now;
  }
  return to;
}

PAPPUS_FUNCTION(compress_image, IN(images), OUT(compressed)) {
  pappus_each(image, in.images) {
    struct reader reader = {image->data, (const uint8_t *)image->data + image->size};
    expect(image->size > 2 && reader.at[0] == 'P' && reader.at[1] == '6');
    reader.at += 2;
    uint32_t width = number(&reader), height = number(&reader);
    expect(number(&reader) == 255 && reader.at < reader.end && is_blank(*reader.at));
    reader.at++;
    expect(width > 0 && height > 0 && width <= PIXELS_MAX / height);
    uint32_t pixels = width * height;
    expect((size_t)(reader.end - reader.at) == (size_t)pixels * 3);
    uint8_t *start = pappus_alloc(14 + (size_t)pixels * 4 + 8), *to = start;
    memcpy(to, "qoif", 4);
    to = put_big_endian(put_big_endian(to + 4, width), height);
    *to++ = 3;
    *to++ = 0;
    to = put_pixels(to, reader.at, pixels);
    memset(to, 0, 7);
    to[7] = 1;
    pappus_put(out.compressed, image, start, (size_t)(to + 8 - start));
  }
  return 0;
}
