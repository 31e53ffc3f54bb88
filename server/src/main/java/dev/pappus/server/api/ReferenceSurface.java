package dev.pappus.server.api;

import dev.pappus.dispatcher.InvocationRequest;
import dev.pappus.dispatcher.InvocationRequest.CodeSource;
import dev.pappus.dispatcher.InvocationRequest.Options;
import dev.pappus.dispatcher.InvocationTarget;
import dev.pappus.dispatcher.OutputSet;
import dev.pappus.dispatcher.Registry;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.SandboxChoice;
import dev.pappus.server.bson.CompositionDocument;
import dev.pappus.server.bson.FunctionDocument;
import dev.pappus.server.bson.InvocationDocument;
import dev.pappus.server.bson.ResultDocument;
import dev.pappus.server.http.Body;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.Exchange;
import dev.pappus.server.http.RequestHead;
import dev.pappus.server.http.Response;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * The surface of the reference's clients: BSON documents at {@code /register/…}, {@code /hot/…} and
 * {@code /cold/…}, whatever the method.
 */
public final class ReferenceSurface {
  private static final String REGISTERED = "Function registered";

  /** Bodies up to this size are decoded on the event loop. */
  private static final int DECODE_ON_LOOP_BYTES = 64 << 10;

  /** Each registration may hold a binary and its copy, so few run at once; others wait. */
  private static final int REGISTRATIONS_MAX = 4;

  private final Registry registry;
  private final InvocationService invocations;
  private final AccessPolicy access;
  private final LocalFiles localFiles;
  private final Limits limits;
  private final Semaphore registrations = new Semaphore(REGISTRATIONS_MAX);

  ReferenceSurface(
      Registry registry,
      InvocationService invocations,
      AccessPolicy access,
      LocalFiles localFiles,
      Limits limits) {
    this.registry = registry;
    this.invocations = invocations;
    this.access = access;
    this.localFiles = localFiles;
    this.limits = limits;
  }

  void addTo(Router router) {
    router
        .add(Router.ANY_METHOD, "/hot/*", (_, _, caller) -> invoke(caller, CodeSource.ANY))
        .add(Router.ANY_METHOD, "/cold/*", (_, _, caller) -> invoke(caller, CodeSource.FILE))
        .add(
            Router.ANY_METHOD,
            "/register/function",
            (head, _, caller) -> register(head, caller, this::addFunction))
        .add(
            Router.ANY_METHOD,
            "/register/composition",
            (head, _, caller) -> register(head, caller, this::addCompositions));
  }

  private Endpoint invoke(Caller caller, CodeSource code) {
    Options options = Options.DEFAULT.withNamespace(caller.namespace()).withCode(code);
    return new Endpoint.Immediate(
        Limit.REQUEST_BODY,
        exchange -> {
          if (exchange.body().length() > DECODE_ON_LOOP_BYTES) {
            exchange.offload(() -> decode(exchange, options, true));
          } else {
            decode(exchange, options, false);
          }
        });
  }

  private void decode(Exchange exchange, Options options, boolean mayBlock) {
    Body body = exchange.body();
    InvocationDocument document = InvocationDocument.decode(body.bytes(), body.length(), limits);
    if (document.name() != null) {
      start(exchange, new InvocationTarget.Named(document.name()), document, options);
      return;
    }
    String text = String.valueOf(document.composition());
    Runnable checkAndStart =
        () ->
            start(
                exchange,
                new InvocationTarget.OneShot(registry.checkOneShot(options.namespace(), text)),
                document,
                options);
    if (mayBlock) {
      checkAndStart.run();
    } else {
      exchange.offload(checkAndStart);
    }
  }

  private void start(
      Exchange exchange, InvocationTarget target, InvocationDocument document, Options options) {
    InvocationRequest request = new InvocationRequest(target, document.sets(), options);
    exchange.execute(() -> invocations.invoke(exchange, request, ReferenceSurface::encode));
  }

  private static Response encode(List<OutputSet> outputs) {
    return new Response(
        200,
        List.of(new Response.Header("content-type", "application/bson")),
        ResultDocument.encode(outputs));
  }

  @FunctionalInterface
  private interface Registration {
    void register(Namespace namespace, InputStream body) throws IOException;
  }

  private Endpoint register(RequestHead head, Caller caller, Registration registration) {
    access.requireDeploy(head);
    return new Endpoint.Streaming(
        Limit.REGISTRATION_BODY,
        (_, body) -> {
          registrations.acquireUninterruptibly();
          try {
            registration.register(caller.namespace(), body);
          } finally {
            registrations.release();
          }
          return Response.text(200, REGISTERED);
        });
  }

  private void addFunction(Namespace namespace, InputStream body) throws IOException {
    FunctionDocument document = FunctionDocument.decode(body, limits);
    FunctionSpec spec = document.spec().withSandbox(sandboxFor(document.engineType()));
    MemorySegment binary =
        document.localPath().isEmpty()
            ? document.binary()
            : localFiles.read(document.localPath(), limits);
    registry.registerFunction(namespace, spec, binary, Registry.OnConflict.REFUSE);
  }

  private void addCompositions(Namespace namespace, InputStream body) throws IOException {
    registry.registerCompositions(
        namespace, CompositionDocument.decode(body, limits), Registry.OnConflict.REFUSE);
  }

  /** Functions for the reference's KVM run in any sandbox, those for its processes in processes. */
  private static SandboxChoice sandboxFor(String engineType) {
    return switch (engineType) {
      case "Kvm" -> SandboxChoice.AUTO;
      case "Process" -> SandboxChoice.PROCESS;
      default ->
          throw new ProblemException(
              Problem.of(
                      ProblemCode.BAD_REQUEST,
                      "engine_type '%s' is not supported",
                      Names.printable(engineType))
                  .withHint("build the function for engine_type 'Kvm' or 'Process'"));
    };
  }
}
