package dev.pappus.server.api;

import dev.pappus.dispatcher.Deployment;
import dev.pappus.dispatcher.FunctionDeployed;
import dev.pappus.dispatcher.FunctionReference;
import dev.pappus.dispatcher.Precondition;
import dev.pappus.dispatcher.Registered;
import dev.pappus.dispatcher.Registry;
import dev.pappus.dispatcher.Registry.Change;
import dev.pappus.dispatcher.Registry.OnConflict;
import dev.pappus.model.Diagnostic;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.server.compile.SourceCompiler;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.RequestHead;
import dev.pappus.server.http.Response;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Changes of functions on the administration port: deploying, rolling back, deleting. */
final class DeploySurface {
  private static final String DRY_RUN = "dryRun";

  private final Registry registry;
  private final AccessPolicy access;
  private final SourceCompiler compiler;
  private final Limits limits;

  DeploySurface(Registry registry, AccessPolicy access, SourceCompiler compiler, Limits limits) {
    this.registry = registry;
    this.access = access;
    this.compiler = compiler;
    this.limits = limits;
  }

  void addTo(Router router) {
    router
        .add("PUT", "/v1/functions/{}", this::put)
        .add("POST", "/v1/functions/{}/rollback", this::rollback)
        .add("DELETE", "/v1/functions/{}", this::delete);
  }

  private Endpoint put(RequestHead head, String name, Caller caller) {
    access.requireDeploy(head);
    Names.requireIdentifier("function", name);
    Precondition precondition = Preconditions.of(head);
    DeploymentForm form = DeploymentForm.of(head);
    boolean dryRun = dryRun(head.query(), form.parameters());
    return new Endpoint.Immediate(
        form.bodyLimit(),
        exchange ->
            exchange.answer(() -> {
              DeploymentForm.Sent sent = form.read(exchange.head(), exchange.body(), limits);
              return switch (sent.content()) {
                case DeploymentForm.Program program ->
                    deploy(
                        caller, name, sent.draft(), program.binary(), null, precondition, dryRun);
                case DeploymentForm.Sources sources -> {
                  SourceCompiler.Compiled made =
                      compiler.compile(
                          caller.namespace(),
                          name,
                          sources.files(),
                          started -> exchange.onHangUp(started::cancel));
                  yield deploy(
                      caller, name, sent.draft(), made.binary(), made, precondition, dryRun);
                }
              };
            }));
  }

  private Response deploy(
      Caller caller,
      String name,
      FunctionDraft draft,
      MemorySegment binary,
      SourceCompiler.@Nullable Compiled compiled,
      Precondition precondition,
      boolean dryRun) {
    FunctionDeployed deployed =
        registry.deploy(
            caller.namespace(),
            new Deployment(
                draft.complete(name, binary, limits),
                binary,
                OnConflict.REPLACE,
                precondition,
                dryRun,
                compiled == null ? null : compiled.from()));
    return deployed(deployed, compiled == null ? null : compiled.warnings(), dryRun);
  }

  private static boolean dryRun(Map<String, List<String>> query, List<String> others) {
    List<String> known = new ArrayList<>(others);
    known.add(DRY_RUN);
    QueryParameters.requireKnown(query, known);
    return switch (QueryParameters.last(query, DRY_RUN)) {
      case null -> false;
      case "true" -> true;
      case "false" -> false;
      case String other ->
          throw QueryParameters.bad(
              "dryRun is true or false, not '" + Names.printable(other) + "'",
              "append ?dryRun=true to check a deployment without making it");
    };
  }

  private static Response deployed(
      FunctionDeployed deployed, @Nullable List<Diagnostic> warnings, boolean dryRun) {
    byte[] json =
        Json.object(out -> {
          out.writeStringProperty("change", deployed.change().name().toLowerCase(Locale.ROOT));
          if (dryRun) {
            out.writeBooleanProperty(DRY_RUN, true);
          }
          FunctionJson.full(out, deployed.function());
          if (warnings != null) {
            Json.diagnostics(out, "warnings", warnings);
          }
        });
    int status = deployed.change() == Change.CREATED && !dryRun ? 201 : 200;
    return RegistryAnswers.tagged(
        Response.of(status, Json.CONTENT_TYPE, json), deployed.function());
  }

  private Endpoint rollback(RequestHead head, String name, Caller caller) {
    access.requireDeploy(head);
    Names.requireIdentifier("function", name);
    Map<String, List<String>> query = head.query();
    QueryParameters.requireKnown(query, List.of("to"));
    String to = QueryParameters.last(query, "to");
    String digits = to == null ? null : FunctionReference.digits(to);
    Precondition precondition = Preconditions.of(head);
    return RegistryAnswers.reading((_, _) ->
        deployed(registry.rollBack(caller.namespace(), name, digits, precondition), null, false));
  }

  private Endpoint delete(RequestHead head, String name, Caller caller) {
    access.requireDeploy(head);
    if (FunctionReference.isVersion(name)) {
      throw new ProblemException(
          Problem.of(ProblemCode.BAD_REQUEST, "single versions of a function cannot be deleted")
              .withHint("delete the function by its name alone; old versions go by themselves"));
    }
    Precondition precondition = Preconditions.of(head);
    return RegistryAnswers.reading((_, _) -> {
      Registered.Function deleted = registry.deleteFunction(caller.namespace(), name, precondition);
      byte[] json =
          Json.object(out -> {
            out.writeStringProperty("change", "deleted");
            FunctionJson.summary(out, deleted);
          });
      return Response.of(200, Json.CONTENT_TYPE, json);
    });
  }
}
