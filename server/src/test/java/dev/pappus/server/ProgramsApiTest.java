package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Linux programs as functions, over HTTP. */
class ProgramsApiTest {
  private static final byte[] NOTHING = new byte[0];
  private static final String PROBE = "/v1/functions/probe";
  private static final String FORM = "multipart/form-data; boundary=cut";

  @TempDir Path data;
  private TestNode node;

  /** Where the programs run. */
  String sandbox() {
    return "process";
  }

  @BeforeEach
  void start() throws IOException {
    node = nodeWith(sandbox());
  }

  /** Starts the node anew, with these sandboxes. */
  void restart(String offered) throws IOException {
    node.close();
    node = nodeWith(offered);
  }

  private TestNode nodeWith(String offered) throws IOException {
    return new TestNode(data, all -> all.sandbox(offered));
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private static byte[] probe() throws IOException {
    return Files.readAllBytes(
        Path.of(System.getProperty("pappus.guest.build"), "programs", "probe-glibc"));
  }

  static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), UTF_8);
  }

  HttpResponse<byte[]> put(String parameters) throws Exception {
    return node.admin("PUT", PROBE + parameters, probe());
  }

  private HttpResponse<byte[]> putForm(String spec, byte[] binary) throws Exception {
    byte[] head =
        ("--cut\r\nContent-Disposition: form-data; name=\"spec\"\r\n\r\n"
                + spec
                + "\r\n--cut\r\nContent-Disposition: form-data; name=\"binary\"\r\n\r\n")
            .getBytes(UTF_8);
    byte[] tail = "\r\n--cut--\r\n".getBytes(UTF_8);
    byte[] body = new byte[head.length + binary.length + tail.length];
    System.arraycopy(head, 0, body, 0, head.length);
    System.arraycopy(binary, 0, body, head.length, binary.length);
    System.arraycopy(tail, 0, body, head.length + binary.length, tail.length);
    return node.send("PUT", node.administration() + PROBE, body, "content-type", FORM);
  }

  @Test
  void aProgramReadsAndPrintsWhereNothingIsSaid() throws Exception {
    HttpResponse<byte[]> created = put("?arg=count");
    assertThat(created.statusCode()).as(text(created)).isEqualTo(201);
    assertThat(text(created))
        .contains("\"inputs\":[\"stdio\"],\"outputs\":[\"stdio\"],\"kind\":\"program\"")
        .contains("\"arguments\":[\"count\"],\"snapshot\":true");
    HttpResponse<byte[]> answer = node.invoke("/function/probe", "a b\nc\n".getBytes(UTF_8));
    assertThat(text(answer)).as("stdout, byte for byte").isEqualTo("2 3 6\n");
    assertThat(answer.statusCode()).isEqualTo(200);
    HttpResponse<byte[]> list = node.admin("GET", "/v1/functions", NOTHING);
    assertThat(text(list)).contains("\"kind\":\"program\"");
  }

  @Test
  void wordsReachTheProgramAsTheyAre() throws Exception {
    HttpResponse<byte[]> created =
        putForm("{\"arguments\": [\"words\", \"a b\", \"\", \"é'\\\"\"]}", probe());
    assertThat(created.statusCode()).as(text(created)).isEqualTo(201);
    assertThat(text(node.invoke("/function/probe", NOTHING)))
        .isEqualTo("[probe]\n[words]\n[a b]\n[]\n[é'\"]\n");
    put("?arg=words&arg=a%20b&arg=%C3%A9&snapshot=false");
    assertThat(text(node.invoke("/function/probe", NOTHING)))
        .isEqualTo("[probe]\n[words]\n[a b]\n[é]\n");
    HttpResponse<byte[]> ofOneCall =
        node.send(
            "POST",
            node.invocation() + "/function/probe",
            "{\"sets\":[{\"name\":\"stdio\",\"items\":[{\"name\":\"argv\",\"text\":\"x words 'c d'\"}]}]}"
                .getBytes(UTF_8),
            "content-type",
            "application/vnd.pappus.sets+json");
    assertThat(text(ofOneCall)).isEqualTo("[x]\n[words]\n[c d]\n");
  }

  /** Deploys a program and runs it; the file that its snapshot has become, long unused. */
  Path snapshotOf(String parameters) throws Exception {
    Path templates = data.resolve("templates");
    try (WatchService changes = FileSystems.getDefault().newWatchService()) {
      var _ = templates.register(changes, StandardWatchEventKinds.ENTRY_CREATE);
      put(parameters);
      assertThat(text(node.invoke("/function/probe", "a b\nc\n".getBytes(UTF_8))))
          .isEqualTo("2 3 6\n");
      Path file;
      do {
        WatchKey change = changes.poll(1, TimeUnit.MINUTES);
        assertThat(change).as("a file is written").isNotNull();
        // In this order: what comes after the look signals again.
        change.pollEvents();
        change.reset();
        file = only(templates);
      } while (file == null);
      Files.setLastModifiedTime(file, FileTime.fromMillis(0));
      return file;
    }
  }

  /** That the next run begins from that file, and that there is no other. */
  void assertUsed(Path file) throws Exception {
    assertThat(text(node.invoke("/function/probe", "d\n".getBytes(UTF_8)))).isEqualTo("1 1 2\n");
    assertThat(Files.getLastModifiedTime(file))
        .as("when used")
        .isGreaterThan(FileTime.fromMillis(0));
    assertThat(only(data.resolve("templates"))).isEqualTo(file);
  }

  /** Invokes the function, whose sandbox has no use for a file of {@link #snapshotOf}. */
  void assertUnused(Path file) throws Exception {
    assertThat(text(node.invoke("/function/probe", "d\n".getBytes(UTF_8)))).isEqualTo("1 1 2\n");
    assertThat(Files.getLastModifiedTime(file)).as("not used").isEqualTo(FileTime.fromMillis(0));
  }

  @Test
  void snapshotsOutliveTheNode() throws Exception {
    Path file = snapshotOf("?arg=count");
    restart(sandbox());
    assertUsed(file);
  }

  /** The file of a folder that has a whole one. */
  private static @Nullable Path only(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> !String.valueOf(file.getFileName()).startsWith("incoming"))
          .findFirst()
          .orElse(null);
    }
  }

  @Test
  void whatAProgramIsOutlivesTheNode() throws Exception {
    String before = text(put("?arg=words&arg=x&snapshot=false"));
    restart(sandbox());
    String after = text(node.admin("GET", PROBE, NOTHING));
    assertThat(before).isEqualTo(after.replaceFirst("\\{", "{\"change\":\"created\","));
    assertThat(after).contains("\"kind\":\"program\"", "\"snapshot\":false");
    assertThat(text(node.invoke("/function/probe", NOTHING))).isEqualTo("[probe]\n[words]\n[x]\n");
    assertThat(text(put("?arg=words&arg=x"))).contains("\"change\":\"replaced\"");
    assertThat(text(put("?arg=words&arg=x&snapshot=true"))).contains("\"change\":\"unchanged\"");
  }

  @Test
  void whatIsSaidOfInputsLeavesOutputsAlone() throws Exception {
    assertThat(text(put("?in=data")))
        .contains("\"inputs\":[\"data\"],\"outputs\":[\"stdio\"],\"kind\"");
    assertThat(text(put("?out=result")))
        .contains("\"inputs\":[\"stdio\"],\"outputs\":[\"result\"],\"kind\"");
    assertThat(text(node.admin("PUT", "/v1/functions/echo?in=other", TestNode.guest("echo"))))
        .as("as a spec without outputs: those of the note")
        .contains("\"inputs\":[\"other\"],\"outputs\":[\"data\"],\"kind\"");
  }

  @Test
  void filesAreItems() throws Exception {
    HttpResponse<byte[]> created =
        putForm(
            "{\"inputs\": [\"stdio\", \"data\"], \"outputs\": [\"result\"],"
                + " \"arguments\": [\"copy\", \"/in/data\", \"/out/result\"]}",
            probe());
    assertThat(created.statusCode()).as(text(created)).isEqualTo(201);
    HttpResponse<byte[]> answer =
        node.send(
            "POST",
            node.invocation() + "/function/probe",
            "{\"sets\":[{\"name\":\"data\",\"items\":[{\"name\":\"x\",\"text\":\"in\"}]}]}"
                .getBytes(UTF_8),
            "content-type",
            "application/vnd.pappus.sets+json");
    assertThat(text(answer)).isEqualTo("in");
  }

  @Test
  void aFailureSaysWhatTheProgramSaid() throws Exception {
    put("?arg=exit&arg=3&arg=here");
    HttpResponse<byte[]> answer = node.invoke("/function/probe", NOTHING);
    ProblemAnswer.of(answer).is(502, "guest_exit", "function");
    assertThat(text(answer)).contains("\"exitCode\":3", "error here").contains("out here");
    put("?arg=want&arg=fork");
    HttpResponse<byte[]> forks = node.invoke("/function/probe", NOTHING);
    ProblemAnswer.of(forks).is(502, "guest_exit", "function");
    assertThat(text(forks))
        .as("the call that functions do not have")
        .containsAnyOf("clone", "fork");
  }

  private static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of("{\"arguments\": \"x\"}", "'arguments' is not an array"),
        Arguments.of("{\"arguments\": [1]}", "an argument is not a string"),
        Arguments.of("{\"arguments\": [\"a\\u0000\"]}", "contains NUL"),
        Arguments.of("{\"arguments\": [\"" + "x".repeat(65537) + "\"]}", "at most"),
        Arguments.of("{\"snapshot\": 1}", "neither true nor false"),
        Arguments.of("{\"snapshots\": true}", "did you mean 'snapshot'?"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void whatIsWrongInASpecIsSaid(String spec, String expected) throws Exception {
    HttpResponse<byte[]> answer = putForm(spec, probe());
    assertThat(answer.statusCode()).as(text(answer)).isEqualTo(400);
    assertThat(text(answer)).contains(expected).contains("\"hint\":");
    assertThat(node.admin("GET", PROBE, NOTHING).statusCode()).isEqualTo(404);
  }

  @Test
  void whatIsNoProgramTakesNoArguments() throws Exception {
    HttpResponse<byte[]> answer =
        node.admin("PUT", "/v1/functions/echo?arg=x", TestNode.guest("echo"));
    ProblemAnswer.of(answer).is(400, "bad_request", "caller");
    assertThat(text(answer)).contains("Linux programs");
    assertThat(text(put("?snapshot=perhaps"))).contains("true or false");
  }

  /** The shell of the machine wants libraries. */
  @Test
  void aDynamicProgramIsToldHowToBecomeStatic() throws Exception {
    HttpResponse<byte[]> answer = node.admin("PUT", PROBE, Files.readAllBytes(Path.of("/bin/sh")));
    ProblemAnswer.of(answer).is(400, "bad_binary", "caller");
    assertThat(text(answer)).contains("dynamically linked", "gcc -static", "musl-gcc");
  }
}
