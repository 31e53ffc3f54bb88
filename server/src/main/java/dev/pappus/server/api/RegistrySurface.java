package dev.pappus.server.api;

import dev.pappus.dispatcher.FunctionReference;
import dev.pappus.dispatcher.Precondition;
import dev.pappus.dispatcher.Registered;
import dev.pappus.dispatcher.Registry;
import dev.pappus.dispatcher.Registry.Change;
import dev.pappus.dispatcher.Registry.Deployment;
import dev.pappus.dispatcher.Registry.FunctionDeployed;
import dev.pappus.dispatcher.Registry.OnConflict;
import dev.pappus.model.Diagnostic;
import dev.pappus.model.Item;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.SourceCode;
import dev.pappus.model.Suggestion;
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
import tools.jackson.core.JsonGenerator;

/** Functions on the administration port: {@code /v1/functions}, {@code …}. */
public final class RegistrySurface {
  /** Media type of binaries. */
  static final String BINARY_TYPE = "application/vnd.pappus.elf.v1";

  private static final String DRY_RUN = "dryRun";

  private final Registry registry;
  private final AccessPolicy access;
  private final SourceCompiler compiler;
  private final Limits limits;

  RegistrySurface(Registry registry, AccessPolicy access, SourceCompiler compiler, Limits limits) {
    this.registry = registry;
    this.access = access;
    this.compiler = compiler;
    this.limits = limits;
  }

  void addTo(Router router) {
    router
        .add("GET", "/v1/functions", (head, _, caller) -> list(head, caller.namespace()))
        .add(
            "GET",
            "/v1/functions/{}/versions",
            (_, name, caller) ->
                RegistryAnswers.reading((_, _) -> versions(caller.namespace(), name)))
        .add(
            "GET",
            "/v1/functions/{}/binary",
            (_, name, caller) ->
                RegistryAnswers.reading((_, _) -> binary(caller.namespace(), name)))
        .add(
            "GET",
            "/v1/functions/{}/source",
            (_, name, caller) ->
                RegistryAnswers.reading((_, _) -> source(caller.namespace(), name)))
        .add("POST", "/v1/functions/{}/rollback", this::rollback)
        .add(
            "GET",
            "/v1/functions/{}",
            (_, name, caller) ->
                RegistryAnswers.reading((_, _) -> describe(caller.namespace(), name)))
        .add("PUT", "/v1/functions/{}", this::put)
        .add("DELETE", "/v1/functions/{}", this::delete);
  }

  // Deploying.

  private Endpoint put(RequestHead head, String name, Caller caller) {
    access.requireDeploy(head);
    Names.requireIdentifier("function", name);
    Precondition precondition = Preconditions.of(head);
    DeploymentForm form = DeploymentForm.of(head);
    boolean dryRun = dryRun(head.query(), form.parameters());
    return new Endpoint.Blocking(
        form.bodyLimit(),
        (request, body) -> {
          DeploymentForm.Sent sent = form.read(request, body, limits);
          return switch (sent.content()) {
            case DeploymentForm.Program program ->
                deploy(caller, name, sent.draft(), program.binary(), null, precondition, dryRun);
            case DeploymentForm.Sources sources -> {
              SourceCompiler.Compiled made =
                  compiler.compile(caller.namespace(), name, sources.files());
              yield deploy(caller, name, sent.draft(), made.binary(), made, precondition, dryRun);
            }
          };
        });
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
    requireKnown(query, known);
    return switch (last(query, DRY_RUN)) {
      case null -> false;
      case "true" -> true;
      case "false" -> false;
      case String other ->
          throw new ProblemException(
              Problem.of(
                      ProblemCode.BAD_REQUEST,
                      "dryRun is true or false, not '%s'",
                      Names.printable(other))
                  .withHint("append ?dryRun=true to check a deployment without making it"));
    };
  }

  private static @Nullable String last(Map<String, List<String>> query, String parameter) {
    List<String> values = query.getOrDefault(parameter, List.of());
    return values.isEmpty() ? null : values.getLast();
  }

  private static void requireKnown(Map<String, List<String>> query, List<String> known) {
    for (String parameter : query.keySet()) {
      if (!known.contains(parameter)) {
        throw new ProblemException(
            Problem.of(
                    ProblemCode.BAD_REQUEST,
                    "parameter '%s' is not known%s",
                    Names.printable(parameter),
                    Suggestion.didYouMean(parameter, known))
                .withHint(
                    known.isEmpty()
                        ? "the path takes no parameters"
                        : "the parameters are " + String.join(", ", known)));
      }
    }
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
    return tagged(Response.of(status, Json.CONTENT_TYPE, json), deployed.function());
  }

  private static Response tagged(Response response, Registered.Function function) {
    return response.with("etag", RegistryAnswers.etag(function.version()));
  }

  private Endpoint rollback(RequestHead head, String name, Caller caller) {
    access.requireDeploy(head);
    Names.requireIdentifier("function", name);
    Map<String, List<String>> query = head.query();
    requireKnown(query, List.of("to"));
    String to = last(query, "to");
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

  // Looking.

  private Endpoint list(RequestHead head, Namespace namespace) {
    Map<String, List<String>> query = head.query();
    requireKnown(query, PageRequest.PARAMETERS);
    PageRequest request = PageRequest.of(query);
    return RegistryAnswers.reading((_, _) -> page(request, namespace));
  }

  private Response page(PageRequest request, Namespace namespace) {
    PageRequest.Page<Registered> page = request.of(registry.functions(namespace), Registered::name);
    PageRequest next = page.next();
    byte[] json =
        Json.object(out -> {
          writeAll(out, "functions", page.entries());
          if (next != null) {
            out.writeStringProperty("next", next.cursor());
          }
        });
    Response response = Response.of(200, Json.CONTENT_TYPE, json);
    return next == null
        ? response
        : response.with(
            "link",
            "</v1/functions?limit=%d&cursor=%s>; rel=\"next\""
                .formatted(next.limit(), next.cursor()));
  }

  private static void writeAll(
      JsonGenerator json, String name, List<? extends Registered> entries) {
    json.writeArrayPropertyStart(name);
    for (Registered each : entries) {
      json.writeStartObject();
      FunctionJson.summary(json, each);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private Response describe(Namespace namespace, String text) {
    return switch (find(namespace, text)) {
      case Registered.Function function ->
          tagged(
              Response.of(
                  200, Json.CONTENT_TYPE, Json.object(json -> FunctionJson.full(json, function))),
              function);
      case Registered other ->
          Response.of(
              200, Json.CONTENT_TYPE, Json.object(json -> FunctionJson.summary(json, other)));
    };
  }

  private Response versions(Namespace namespace, String name) {
    List<Registered.Function> versions = registry.versions(namespace, name);
    return Response.of(
        200, Json.CONTENT_TYPE, Json.object(json -> writeAll(json, "versions", versions)));
  }

  private Response binary(Namespace namespace, String text) {
    Registered.Function function = registry.version(namespace, FunctionReference.parse(text));
    return tagged(
            new Response(
                200,
                List.of(new Response.Header("content-type", BINARY_TYPE)),
                List.of(registry.binary(function))),
            function)
        .with("x-content-type-options", "nosniff");
  }

  private Response source(Namespace namespace, String text) {
    Registered.Function function = registry.version(namespace, FunctionReference.parse(text));
    SourceCode source = function.source();
    if (source == null) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.UNKNOWN_SOURCE,
                  "'%s' was deployed as a binary, so the node has no source of it",
                  function.name())
              .withFunction(function.name())
              .withHint("GET /v1/functions/" + function.name() + "/binary is what was sent"));
    }
    List<Item> files = registry.source(function);
    byte[] json = Json.object(out -> FunctionJson.source(out, function, source, files));
    return tagged(Response.of(200, Json.CONTENT_TYPE, json), function);
  }

  /** A function, current or not, or a communication function. */
  private Registered find(Namespace namespace, String text) {
    FunctionReference reference = FunctionReference.parse(text);
    String name = reference.name();
    Registered found =
        registry
            .find(namespace, name)
            .orElseThrow(() ->
                RegistryAnswers.unknown(registry, namespace, name, "function or composition", ""));
    return switch (found) {
      case Registered.Function _ -> registry.version(namespace, reference);
      case Registered.Communication communication -> communication;
      case Registered.OfComposition _ ->
          throw RegistryAnswers.unknown(registry, namespace, name, "function", "compositions");
    };
  }
}
