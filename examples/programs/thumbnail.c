// A program with a library: makes a small picture of each PNG file of the set pictures.
//
//   apt install libpng-dev zlib1g-dev
//   gcc -O2 -static thumbnail.c -lpng16 -lz -lm -o thumbnail
//   pappus deploy ./thumbnail --in pictures --out thumbnails -- 64
//   pappus invoke thumbnail --set pictures/cat.png=@cat.png --out-dir made
#include <dirent.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS = 4, PIXELS_MAX = 1 << 26 };

// The mean of all pixels of the large picture that a pixel of the small one covers.
static void shrink(const png_byte *from, png_uint_32 width, png_uint_32 height, png_byte *to, png_uint_32 small_width,
                   png_uint_32 small_height) {
  for (png_uint_32 y = 0; y < small_height; y++) {
    png_uint_32 top = (png_uint_32)((unsigned long long)y * height / small_height);
    png_uint_32 bottom = (png_uint_32)((unsigned long long)(y + 1) * height / small_height);
    for (png_uint_32 x = 0; x < small_width; x++) {
      png_uint_32 left = (png_uint_32)((unsigned long long)x * width / small_width);
      png_uint_32 right = (png_uint_32)((unsigned long long)(x + 1) * width / small_width);
      unsigned long long sum[CHANNELS] = {0}, count = 0;
      for (png_uint_32 j = top; j < bottom; j++) {
        for (png_uint_32 i = left; i < right; i++, count++) {
          for (int c = 0; c < CHANNELS; c++) sum[c] += from[((size_t)j * width + i) * CHANNELS + c];
        }
      }
      for (int c = 0; c < CHANNELS; c++) {
        to[((size_t)y * small_width + x) * CHANNELS + c] = (png_byte)(sum[c] / count);
      }
    }
  }
}

static int make(const char *from, const char *to, png_uint_32 side) {
  png_image image = {.version = PNG_IMAGE_VERSION};
  if (!png_image_begin_read_from_file(&image, from)) {
    fprintf(stderr, "%s: %s\n", from, image.message);
    return 1;
  }
  image.format = PNG_FORMAT_RGBA;
  if (image.width > PIXELS_MAX / image.height) {
    fprintf(stderr, "%s: %u × %u pixels are too many\n", from, image.width, image.height);
    return 1;
  }
  png_byte *pixels = malloc(PNG_IMAGE_SIZE(image));
  if (pixels == NULL || !png_image_finish_read(&image, NULL, pixels, 0, NULL)) {
    fprintf(stderr, "%s: %s\n", from, pixels == NULL ? "out of memory" : image.message);
    return 1;
  }
  png_uint_32 longer = image.width > image.height ? image.width : image.height;
  png_image small = {.version = PNG_IMAGE_VERSION, .width = image.width, .height = image.height};
  small.format = PNG_FORMAT_RGBA;
  if (longer > side) {
    small.width = (png_uint_32)((unsigned long long)image.width * side / longer);
    small.height = (png_uint_32)((unsigned long long)image.height * side / longer);
    small.width += small.width == 0;
    small.height += small.height == 0;
  }
  png_byte *made = malloc(PNG_IMAGE_SIZE(small));
  if (made == NULL) {
    fprintf(stderr, "%s: out of memory\n", from);
    return 1;
  }
  shrink(pixels, image.width, image.height, made, small.width, small.height);
  int written = png_image_write_to_file(&small, to, 0, made, 0, NULL);
  if (!written) fprintf(stderr, "%s: %s\n", to, small.message);
  free(made);
  free(pixels);
  return !written;
}

int main(int argc, char **argv) {
  int side = argc > 1 ? atoi(argv[1]) : 128;
  DIR *pictures = opendir("/in/pictures");
  if (pictures == NULL || side < 1) {
    fprintf(stderr, "usage: thumbnail [SIDE], with an input set pictures\n");
    return 2;
  }
  int failed = 0;
  for (struct dirent *each; (each = readdir(pictures)) != NULL;) {
    if (each->d_name[0] == '.') continue;
    char from[512], to[512];
    snprintf(from, sizeof from, "/in/pictures/%s", each->d_name);
    snprintf(to, sizeof to, "/out/thumbnails/%s", each->d_name);
    failed |= make(from, to, (png_uint_32)side);
  }
  closedir(pictures);
  return failed;
}
