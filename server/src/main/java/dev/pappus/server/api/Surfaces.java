package dev.pappus.server.api;

import dev.pappus.dispatcher.Invocation;
import dev.pappus.dispatcher.InvocationRequest;
import dev.pappus.dispatcher.Registry;
import dev.pappus.language.PartitionSettings;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.server.async.DurableInvocations;
import dev.pappus.server.async.InvocationHistory;
import dev.pappus.server.async.LogHub;
import dev.pappus.server.compile.CompilerSource;
import dev.pappus.server.compile.SourceCompiler;
import dev.pappus.server.http.BodyBudget;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.Routes;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What each port of a node serves. Immutable.
 *
 * @param registry what is registered
 * @param invoke starts an invocation, returns at once
 * @param fullness why the node takes no invocation of a namespace now; null if it does
 * @param durable takes invocations that have to be stored
 * @param callbackCheck refuses a URL to which no result can be sent, by throwing
 * @param history what is known of invocations
 * @param logs tells of lines as they come
 * @param ready whether the node takes work
 * @param metrics shows the node's metrics
 * @param clock told of what the front end took of each request that was waited for
 * @param problems makes answers of problems
 * @param localPathFolder the folder from which binaries may be deployed by path, or null
 * @param compilers where the compiler of sources comes from
 * @param budget bounds what requests and answers take of memory
 * @param limits the node's limits
 * @param partition what any-sets are cut for
 */
public record Surfaces(
    Registry registry,
    Function<InvocationRequest, Invocation> invoke,
    Function<Namespace, @Nullable Problem> fullness,
    DurableInvocations durable,
    Consumer<String> callbackCheck,
    InvocationHistory history,
    LogHub logs,
    BooleanSupplier ready,
    Endpoint.BlockingHandler metrics,
    Consumer<FrontTimes> clock,
    Problems problems,
    @Nullable Path localPathFolder,
    CompilerSource compilers,
    BodyBudget budget,
    Limits limits,
    PartitionSettings partition) {

  /** What the invocation port serves. */
  public Routes invocation(AccessPolicy access) {
    InvocationService invocations = invocations();
    Router router = new Router(problems, new AccessGuard(access, fullness, problems));
    new PeopleSurface(registry, invocations, limits).addTo(router);
    new ReferenceSurface(registry, invocations, access, new LocalFiles(localPathFolder), limits)
        .addTo(router);
    invocationsSurface(invocations).addSingleTo(router);
    return router;
  }

  /** What the administration port serves. */
  public Routes administration(AccessPolicy access) {
    Router router = new Router(problems, new AccessGuard(access, fullness, problems));
    InvocationService invocations = invocations();
    new PeopleSurface(registry, invocations, limits).addTo(router);
    new RegistrySurface(registry, budget).addTo(router);
    SourceCompiler compiler = new SourceCompiler(registry, invoke, compilers, limits);
    new DeploySurface(registry, access, compiler, limits).addTo(router);
    new CompositionsSurface(registry, access, partition, limits).addTo(router);
    invocationsSurface(invocations).addTo(router);
    new LogsSurface(history, logs, access.accounts().tokens()).addTo(router);
    new TokensSurface(access.accounts().tokens()).addTo(router);
    new HealthSurface(ready, durable::storageFaults).addTo(router);
    router.add("GET", "/metrics", (_, _, _) -> new Endpoint.Blocking(Limit.REQUEST_BODY, metrics));
    new OpenApiSurface().addTo(router);
    return router;
  }

  private InvocationService invocations() {
    return new InvocationService(
        invoke, new DurableSubmission(durable, callbackCheck), problems, clock);
  }

  private InvocationsSurface invocationsSurface(InvocationService invocations) {
    return new InvocationsSurface(history, invocations::stored, problems);
  }
}
