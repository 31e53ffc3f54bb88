package dev.pappus.server.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.model.Phases;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.TraceContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Exports as a receiver sees them. */
class TraceExporterTest {
  private static final TraceContext CALLER =
      TraceContext.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").orElseThrow();

  private final BlockingQueue<String> bodies = new LinkedBlockingQueue<>();
  private final AtomicInteger status = new AtomicInteger(200);
  private HttpServer receiver;
  private TraceExporter exporter;

  @BeforeEach
  void start() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/base/v1/traces",
        exchange -> {
          assertThat(exchange.getRequestHeaders().getFirst("content-type"))
              .isEqualTo("application/json");
          int answer = status.get(); // before the test hears of the body, and changes it
          bodies.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
          exchange.sendResponseHeaders(answer, -1);
          exchange.close();
        });
    receiver.start();
    URI base = URI.create("http://127.0.0.1:" + receiver.getAddress().getPort() + "/base");
    exporter = new TraceExporter(base, new SpanWriter("node1", (_, _) -> Optional.empty()));
  }

  @AfterEach
  void stop() {
    exporter.close();
    receiver.stop(0);
  }

  private void end(InvocationResult result) {
    exporter.ended(Endings.named(result.info().target()), result);
  }

  private String received() throws InterruptedException {
    return Objects.requireNonNull(bodies.poll(30, TimeUnit.SECONDS), "nothing came");
  }

  @Test
  void anInvocationIsASpanAndItsInstancesAreItsChildren() throws Exception {
    TraceContext trace = CALLER.child();
    Phases phases = new Phases(1_000, 2_500, 3_000, 4_000);
    end(
        Endings.succeeded(
            "f", trace, phases, Endings.instance("f", "f", Endings.FILE, 7_000, phases)));
    assertThat(received())
        .contains("{\"key\":\"service.name\",\"value\":{\"stringValue\":\"pappus\"}}")
        .contains("{\"key\":\"service.instance.id\",\"value\":{\"stringValue\":\"node1\"}}")
        .contains(
            "{\"traceId\":\"0af7651916cd43dd8448eb211c80319c\",\"spanId\":\""
                + trace.spanId()
                + "\",\"parentSpanId\":\"b7ad6b7169203331\",\"name\":\"f\",\"kind\":2,"
                + "\"startTimeUnixNano\":\"1767323045000006000\","
                + "\"endTimeUnixNano\":\"1767323045000016500\"")
        .contains("{\"key\":\"faas.invocation_id\",\"value\":{\"stringValue\":\"id-f\"}}")
        .contains("{\"key\":\"faas.coldstart\",\"value\":{\"boolValue\":true}}")
        .contains(
            "\"parentSpanId\":\""
                + trace.spanId()
                + "\",\"name\":\"f\",\"kind\":1,"
                + "\"startTimeUnixNano\":\"1767323045000013000\","
                + "\"endTimeUnixNano\":\"1767323045000023500\"")
        .contains("{\"key\":\"pappus.start\",\"value\":{\"stringValue\":\"file\"}}")
        .contains("{\"key\":\"pappus.load_micros\",\"value\":{\"doubleValue\":2.5}}")
        .doesNotContain("printed")
        .doesNotContain("status");
  }

  @Test
  void failuresSayWhyAndUnwantedTracesAreNotSent() throws Exception {
    TraceContext unsampled =
        TraceContext.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00").orElseThrow();
    end(Endings.succeeded("quiet", unsampled.child(), Phases.ZERO));
    end(Endings.failed("loud", ProblemCode.GUEST_FAULT));
    assertThat(received())
        .contains("\"status\":{\"code\":2,\"message\":\"guest_fault\"}")
        .doesNotContain("parentSpanId")
        .doesNotContain("quiet");
  }

  @Test
  void whatWaitsIsSentBeforeTheEnd() throws Exception {
    for (int i = 0; i < 5_000; i++) {
      end(Endings.succeeded("f" + i, TraceContext.begin(), Phases.ZERO));
    }
    exporter.close();
    assertThat(exporter.exported()).isEqualTo(5_000);
    assertThat(exporter.dropped()).isZero();
    assertThat(String.join("", bodies)).contains("\"name\":\"f0\"", "\"name\":\"f4999\"");
    end(Endings.succeeded("late", TraceContext.begin(), Phases.ZERO));
    assertThat(exporter.dropped()).isEqualTo(1);
  }

  @Test
  void aReceiverThatRefusesCostsSpansOnly() throws Exception {
    status.set(503);
    end(Endings.succeeded("lost", TraceContext.begin(), Phases.ZERO));
    assertThat(received()).contains("lost");
    status.set(200);
    end(Endings.succeeded("kept", TraceContext.begin(), Phases.ZERO));
    assertThat(received()).contains("kept");
    exporter.close();
    assertThat(exporter.dropped()).isEqualTo(1);
    assertThat(exporter.exported()).isEqualTo(1);
  }
}
