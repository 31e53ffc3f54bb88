package dev.pappus.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** A container for crun and runc whose file system is one static program. */
final class OciBundle {
  private static final String PROGRAM = "program";
  private static final List<String> NAMESPACES = List.of("pid", "ipc", "uts", "mount", "network");

  private OciBundle() {}

  /** Makes one in a new folder within {@code scratch}; the program gets one argument. */
  static Path make(Path scratch, Path program, long argument) throws IOException {
    Path bundle = Files.createTempDirectory(scratch, "bundle");
    // Container runtimes look at their own processes through one, and for devices in the other.
    Files.createDirectories(bundle.resolve("rootfs/proc"));
    Files.createDirectories(bundle.resolve("rootfs/dev"));
    Files.copy(program, bundle.resolve("rootfs").resolve(PROGRAM));
    try (JsonGenerator json =
        new JsonFactory()
            .createGenerator(
                ObjectWriteContext.empty(),
                bundle.resolve("config.json").toFile(),
                JsonEncoding.UTF8)) {
      write(json, argument);
    }
    return bundle;
  }

  private static void write(JsonGenerator json, long argument) throws IOException {
    json.writeStartObject();
    json.writeStringProperty("ociVersion", "1.0.0");
    json.writeObjectPropertyStart("process");
    json.writeObjectPropertyStart("user");
    json.writeNumberProperty("uid", 0);
    json.writeNumberProperty("gid", 0);
    json.writeEndObject();
    json.writeArrayPropertyStart("args");
    json.writeString("/" + PROGRAM);
    json.writeString(Long.toString(argument));
    json.writeEndArray();
    json.writeStringProperty("cwd", "/");
    json.writeBooleanProperty("noNewPrivileges", true);
    json.writeEndObject();
    json.writeObjectPropertyStart("root");
    json.writeStringProperty("path", "rootfs");
    json.writeBooleanProperty("readonly", true);
    json.writeEndObject();
    json.writeArrayPropertyStart("mounts");
    json.writeStartObject();
    json.writeStringProperty("destination", "/proc");
    json.writeStringProperty("type", "proc");
    json.writeStringProperty("source", "proc");
    json.writeEndObject();
    json.writeEndArray();
    json.writeObjectPropertyStart("linux");
    writeNamespaces(json);
    json.writeEndObject();
    json.writeEndObject();
  }

  /** Without root a container needs a user namespace in which this user is root. */
  private static void writeNamespaces(JsonGenerator json) throws IOException {
    int user = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    json.writeArrayPropertyStart("namespaces");
    for (String each : NAMESPACES) {
      writeNamespace(json, each);
    }
    if (user != 0) {
      writeNamespace(json, "user");
    }
    json.writeEndArray();
    if (user != 0) {
      writeMapping(json, "uidMappings", user);
      writeMapping(
          json, "gidMappings", (int) Files.getAttribute(Path.of("/proc/self"), "unix:gid"));
    }
  }

  private static void writeNamespace(JsonGenerator json, String type) {
    json.writeStartObject();
    json.writeStringProperty("type", type);
    json.writeEndObject();
  }

  private static void writeMapping(JsonGenerator json, String name, int host) {
    json.writeArrayPropertyStart(name);
    json.writeStartObject();
    json.writeNumberProperty("containerID", 0);
    json.writeNumberProperty("hostID", host);
    json.writeNumberProperty("size", 1);
    json.writeEndObject();
    json.writeEndArray();
  }
}
