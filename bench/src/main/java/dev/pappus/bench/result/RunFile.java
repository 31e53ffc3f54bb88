package dev.pappus.bench.result;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultPrettyPrinter;

/** Writes {@code run.json}. */
final class RunFile {
  /** Grows when a reader of an older one would misunderstand it. */
  static final int FORMAT = 1;

  private final JsonGenerator json;

  private RunFile(JsonGenerator json) {
    this.json = json;
  }

  static void write(Path file, RunRecord run) throws IOException {
    ObjectWriteContext indented =
        new ObjectWriteContext.Base() {
          @Override
          public tools.jackson.core.PrettyPrinter getPrettyPrinter() {
            return new DefaultPrettyPrinter();
          }

          @Override
          public boolean hasPrettyPrinter() {
            return true;
          }
        };
    try (JsonGenerator json =
        new JsonFactory().createGenerator(indented, file.toFile(), JsonEncoding.UTF8)) {
      new RunFile(json).run(run);
    }
  }

  private void run(RunRecord run) {
    json.writeStartObject();
    json.writeNumberProperty("format", FORMAT);
    json.writeStringProperty("bench", run.bench());
    texts("command", run.command());
    json.writeNumberProperty("seed", run.seed());
    json.writeStringProperty("started", run.started());
    json.writeStringProperty("ended", run.ended());
    json.writeObjectPropertyStart("source");
    json.writeStringProperty("commit", run.source().commit());
    json.writeBooleanProperty("dirty", run.source().dirty());
    json.writeEndObject();
    machine(run.machine(), run.compilerFlags());
    texts("functions", run.functions());
    load("loadBefore", run.before(), 0);
    load("loadAfter", run.after(), run.after().stealPercentSince(run.before()));
    texts("factors", run.factors());
    texts("missing", run.missing());
    texts("notes", run.notes());
    json.writeObjectPropertyStart("measures");
    run.measures().values().forEach(this::measure);
    json.writeEndObject();
    json.writeEndObject();
  }

  private void machine(Machine machine, String compilerFlags) {
    json.writeObjectPropertyStart("machine");
    json.writeStringProperty("processor", machine.processor());
    json.writeNumberProperty("processors", machine.processors());
    json.writeStringProperty("smt", machine.smt());
    json.writeStringProperty("governor", machine.governor());
    json.writeStringProperty("transparentHugePages", machine.hugePages());
    texts("mitigations", machine.mitigations());
    json.writeNumberProperty("memoryBytes", machine.memoryBytes());
    json.writeStringProperty("kernel", machine.kernel());
    json.writeStringProperty("kvm", machine.kvm());
    json.writeStringProperty("java", machine.java());
    texts("javaOptions", machine.javaOptions());
    json.writeStringProperty("compiler", machine.compiler());
    json.writeStringProperty("compilerFlags", compilerFlags);
    json.writeEndObject();
  }

  private void load(String name, HostLoad load, double stealPercent) {
    json.writeObjectPropertyStart(name);
    json.writeNumberProperty("oneMinute", load.oneMinute());
    json.writeNumberProperty("stolenTicks", load.stolenTicks());
    json.writeNumberProperty("ticks", load.ticks());
    if (name.equals("loadAfter")) {
      json.writeNumberProperty("stealPercent", stealPercent);
    }
    json.writeEndObject();
  }

  private void measure(Measure measure) {
    Measure.Interval interval = measure.interval();
    json.writeObjectPropertyStart(measure.name());
    json.writeStringProperty("unit", measure.unit());
    json.writeNumberProperty("median", measure.median());
    json.writeNumberProperty("low", interval.low());
    json.writeNumberProperty("high", interval.high());
    json.writeNumberProperty("confidence", interval.confidence());
    json.writeArrayPropertyStart("samples");
    measure.samples().forEach(json::writeNumber);
    json.writeEndArray();
    json.writeEndObject();
  }

  private void texts(String name, List<String> values) {
    json.writeArrayPropertyStart(name);
    values.forEach(json::writeString);
    json.writeEndArray();
  }

  private void texts(String name, Map<String, String> values) {
    json.writeObjectPropertyStart(name);
    values.forEach(json::writeStringProperty);
    json.writeEndObject();
  }
}
