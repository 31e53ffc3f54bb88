/* matrix.h: matrices as items: int64 number of rows, then the values row by row. */
#ifndef MATRIX_H
#define MATRIX_H

#include <pappus.h>

struct matrix {
  const int64_t *values;
  size_t rows, columns;
};

static inline struct matrix matrix_of(const pappus_item *item) {
  const int64_t *words = item->data;
  size_t count = item->size / sizeof *words;
  if (item->size % sizeof *words != 0 || count < 2 || words[0] < 1 ||
      (count - 1) % (uint64_t)words[0] != 0) {
    pappus_fail("item %s is not a matrix", pappus_name(item));
  }
  return (struct matrix){words + 1, (size_t)words[0], (count - 1) / (size_t)words[0]};
}

/* Adds an item for a matrix of zeros, and returns its values. */
static inline int64_t *put_matrix(pappus_out set, const pappus_item *like, size_t rows,
                                  size_t columns) {
  int64_t *words = pappus_put_room(set, like, (rows * columns + 1) * sizeof *words);
  words[0] = (int64_t)rows;
  return words + 1;
}

#endif
