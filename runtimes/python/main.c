/* main.c: the Python interpreter where nothing around it can change what it does: no environment, no user's files, no site
 * packages, no compiled files written. The standard library is the archive python.zip in /lib, and modules may lie beside it.
 *
 *     program [OPTION...] [SCRIPT | -c TEXT | -m MODULE] [ARGUMENT...]      as any Python
 *
 * PAPPUS_ROOT moves / for tests outside of a sandbox. */
#include <Python.h>
#include <stdio.h>
#include <stdlib.h>

enum { PATH_BYTES = 4096 };

static PyStatus add_path(PyConfig *config, const char *root, const char *path) {
  char text[PATH_BYTES];
  if (snprintf(text, sizeof text, "%s%s", root, path) >= (int)sizeof text) {
    return PyStatus_Error("PAPPUS_ROOT is too long");
  }
  wchar_t *wide = Py_DecodeLocale(text, NULL);
  if (wide == NULL) return PyStatus_NoMemory();
  PyStatus status = PyWideStringList_Append(&config->module_search_paths, wide);
  PyMem_RawFree(wide);
  return status;
}

static PyStatus configure(PyConfig *config, int count, char **arguments) {
  const char *root = getenv("PAPPUS_ROOT");
  root = root == NULL ? "" : root;
  config->parse_argv = 1;
  config->isolated = 1; /* as -I: neither PYTHON* nor the script's folder */
  config->use_environment = 0;
  config->user_site_directory = 0;
  config->site_import = 0;
  config->write_bytecode = 0;
  config->pathconfig_warnings = 0;
  /* A template keeps a hash seed anyway, so it may as well be one that everybody has. */
  config->use_hash_seed = 1;
  config->hash_seed = 0;
  PyStatus status = PyConfig_SetBytesArgv(config, count, arguments);
  if (!PyStatus_Exception(status)) status = PyConfig_SetString(config, &config->home, L"/");
  config->module_search_paths_set = 1;
  if (!PyStatus_Exception(status)) status = add_path(config, root, "/lib/python.zip");
  if (!PyStatus_Exception(status)) status = add_path(config, root, "/lib");
  if (!PyStatus_Exception(status)) status = Py_InitializeFromConfig(config);
  return status;
}

int main(int count, char **arguments) {
  PyPreConfig before;
  PyPreConfig_InitIsolatedConfig(&before);
  before.utf8_mode = 1;
  PyStatus status = Py_PreInitialize(&before);
  if (PyStatus_Exception(status)) Py_ExitStatusException(status);
  PyConfig config;
  PyConfig_InitPythonConfig(&config);
  status = configure(&config, count, arguments);
  PyConfig_Clear(&config);
  if (PyStatus_Exception(status)) Py_ExitStatusException(status);
  return Py_RunMain();
}
