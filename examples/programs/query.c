// SQL over a database file that is an input: prints each row as a JSON object, or makes an item of it.
//
//   apt install libsqlite3-dev
//   gcc -O2 -static query.c -lsqlite3 -lm -o query
//   pappus run ./query --set database/shop.db=@shop.db -- "SELECT name, price FROM goods"
//   pappus deploy ./query --in database --out rows -- "SELECT …" /out/rows
#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

// The first file of the set database.
static int find(char *path, size_t size) {
  DIR *folder = opendir("/in/database");
  int found = 0;
  for (struct dirent *each; folder != NULL && !found && (each = readdir(folder)) != NULL;) {
    if (each->d_name[0] != '.') {
      // Nobody else writes it, so that nothing has to be locked.
      snprintf(path, size, "file:/in/database/%s?immutable=1", each->d_name);
      found = 1;
    }
  }
  if (folder != NULL) closedir(folder);
  return found;
}

static void print_text(FILE *out, const unsigned char *text) {
  fputc('"', out);
  for (; *text != '\0'; text++) {
    if (*text == '"' || *text == '\\') {
      fprintf(out, "\\%c", *text);
    } else if (*text < ' ') {
      fprintf(out, "\\u%04x", *text);
    } else {
      fputc(*text, out);
    }
  }
  fputc('"', out);
}

static void print_row(FILE *out, sqlite3_stmt *row) {
  for (int i = 0; i < sqlite3_column_count(row); i++) {
    fputs(i == 0 ? "{" : ",", out);
    print_text(out, (const unsigned char *)sqlite3_column_name(row, i));
    fputc(':', out);
    switch (sqlite3_column_type(row, i)) {
      case SQLITE_INTEGER:
      case SQLITE_FLOAT: fputs((const char *)sqlite3_column_text(row, i), out); break;
      case SQLITE_NULL: fputs("null", out); break;
      default: print_text(out, sqlite3_column_text(row, i));
    }
  }
  fputs("}\n", out);
}

static int print_rows(sqlite3 *database, const char *sql, const char *folder) {
  sqlite3_stmt *rows;
  if (sqlite3_prepare_v2(database, sql, -1, &rows, NULL) != SQLITE_OK) return 1;
  int step, count = 0;
  while ((step = sqlite3_step(rows)) == SQLITE_ROW) {
    if (folder == NULL) {
      print_row(stdout, rows);
      continue;
    }
    char path[256];
    snprintf(path, sizeof path, "%s/%06d.json", folder, count++);
    FILE *item = fopen(path, "w");
    if (item == NULL) {
      fprintf(stderr, "%s cannot be written\n", path);
      return 1;
    }
    print_row(item, rows);
    fclose(item);
  }
  sqlite3_finalize(rows);
  return step != SQLITE_DONE;
}

int main(int argc, char **argv) {
  char path[512];
  if (argc < 2 || !find(path, sizeof path)) {
    fprintf(stderr, "usage: query SQL [FOLDER], with a file in the input set database\n");
    return 2;
  }
  sqlite3 *database;
  int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
  int failed = sqlite3_open_v2(path, &database, flags, NULL) != SQLITE_OK;
  failed = failed || print_rows(database, argv[1], argc > 2 ? argv[2] : NULL);
  if (failed) fprintf(stderr, "%s\n", sqlite3_errmsg(database));
  sqlite3_close(database);
  return failed;
}
