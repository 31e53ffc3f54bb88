package dev.pappus.bench.pipeline;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Reads images that guest/examples/compress_image.c has written, to check them. */
final class QoiImage {
  private static final int HEAD_BYTES = 14;
  private static final int OPAQUE = 255;

  private QoiImage() {}

  /**
   * The colours of an opaque image, three bytes a pixel.
   *
   * @throws IllegalArgumentException if it is not one
   */
  static byte[] decode(byte[] qoi) {
    ByteBuffer in = ByteBuffer.wrap(qoi);
    if (qoi.length < HEAD_BYTES || in.getInt() != 0x716f6966) {
      throw new IllegalArgumentException("not a QOI image");
    }
    int pixels = Math.multiplyExact(in.getInt(), in.getInt());
    in.getShort();
    byte[] out = new byte[Math.multiplyExact(pixels, 3)];
    int[][] seen = new int[64][4];
    int[] pixel = {0, 0, 0, OPAQUE};
    int run = 0;
    for (int i = 0; i < pixels; i++) {
      if (run > 0) {
        run--;
      } else {
        int code = in.get() & 0xff;
        if (code >= 0xc0 && code < 0xfe) {
          run = code & 0x3f;
        } else {
          pixel = next(code, pixel, seen, in);
        }
        seen[place(pixel)] = pixel;
      }
      for (int c = 0; c < 3; c++) {
        out[3 * i + c] = (byte) pixel[c];
      }
    }
    byte[] end = new byte[8];
    in.get(end);
    if (in.hasRemaining() || !Arrays.equals(end, new byte[] {0, 0, 0, 0, 0, 0, 0, 1})) {
      throw new IllegalArgumentException("the image does not end where it should");
    }
    return out;
  }

  private static int place(int[] pixel) {
    return (pixel[0] * 3 + pixel[1] * 5 + pixel[2] * 7 + pixel[3] * 11) % 64;
  }

  private static int[] next(int code, int[] before, int[][] seen, ByteBuffer in) {
    if (code == 0xfe) {
      return new int[] {in.get() & 0xff, in.get() & 0xff, in.get() & 0xff, before[3]};
    }
    return switch (code >> 6) {
      case 0 -> seen[code];
      case 1 -> moved(before, (code >> 4 & 3) - 2, (code >> 2 & 3) - 2, (code & 3) - 2);
      case 2 -> {
        int green = (code & 0x3f) - 32;
        int rest = in.get() & 0xff;
        yield moved(before, green + (rest >> 4) - 8, green, green + (rest & 15) - 8);
      }
      default -> throw new IllegalArgumentException("an image with transparency");
    };
  }

  private static int[] moved(int[] pixel, int red, int green, int blue) {
    return new int[] {
      pixel[0] + red & 0xff, pixel[1] + green & 0xff, pixel[2] + blue & 0xff, pixel[3]
    };
  }
}
